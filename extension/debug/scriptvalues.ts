/** What a running script knows, as the variables of a debugger: names, nodes, and the message at hand. Secrets are told by their size. */
import { type Encodable, type FieldValues, isFieldValues } from '../../dissector/codec/index.ts';
import { lineText, secretText } from '../../dissector/script/index.ts';
import type { Shown } from '../../dissector/stepping/index.ts';
import type { NodeCounts } from '../../dissector/testnode/index.ts';
import type { ScriptNode } from '../node/scripts/node.ts';
import type { ScriptRelay } from '../node/scripts/relay.ts';
import type { ScriptScope } from '../node/scripts/scope.ts';
import type { RunView } from '../node/scripts/stages.ts';
import { addressText } from '../node/sockets/address.ts';

/** Characters of a value on one line. */
const LONGEST = 200;
/** Sentences of a node that are shown, the last ones. */
const MOST_TOLD = 20;

/** How a value is shown: what is hidden in it, and how a part of it is changed. */
export interface ValueLook {
  hides(path: readonly string[], value: Encodable): boolean;
  set?(path: readonly string[], text: string): void;
}

/** A value on one line. */
export function lineOf(value: Encodable): string {
  const text = lineText(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** A value with all that is in it; `path` leads to it. */
export function valueShown(name: string, value: Encodable, path: readonly string[], look: ValueLook): Shown {
  const set = look.set === undefined ? {} : { set: (text: string) => look.set!(path, text) };
  if (look.hides(path, value)) return { name, value: secretText(value), ...set };
  const parts: readonly (readonly [string, Encodable])[] = Array.isArray(value)
    ? value.map((each: Encodable, index) => [String(index), each] as const)
    : isFieldValues(value)
      ? Object.entries(value)
      : [];
  if (parts.length === 0) return { name, value: lineOf(value), ...set };
  const children = (): Shown[] => parts.map(([part, each]) => valueShown(part, each, [...path, part], look));
  return {
    name,
    value: Array.isArray(value) ? `${parts.length} ${parts.length === 1 ? 'item' : 'items'}` : '',
    children,
    ...set,
  };
}

export function valuesShown(values: FieldValues, look: ValueLook): Shown[] {
  return Object.entries(values).map(([name, value]) => valueShown(name, value, [name], look));
}

/** What was defined, and the messages that an expectation gave a name. */
export function namesShown(scope: ScriptScope): Shown[] {
  const { isSecret } = scope.with();
  const hides: ValueLook['hides'] = (path, value) => isSecret(path.slice(0, 2)) || scope.secrets.holds(value);
  return [...scope.names].map(([name, value]) => ({
    ...valueShown(name, value, [name], { hides: hidesWhole(hides) }),
    expression: name,
  }));
}

/** A record that holds a secret is opened: what of it is one is hidden there. */
function hidesWhole(hides: ValueLook['hides']): ValueLook['hides'] {
  return (path, value) => (isFieldValues(value) && path.length === 1 ? false : hides(path, value));
}

/** Nodes and relays, each in the order in which they began. */
export function nodesShown({ nodes, relays, scope }: RunView): Shown[] {
  return [
    ...[...nodes].map(([name, node]) => ({ name, value: placeText(node), children: () => nodeShown(node, scope) })),
    ...[...relays].map(([name, relay]) => ({
      name,
      value: `relay of ${placeText(relay)} to ${addressText(relay.forward)}`,
      children: () => relayShown(relay, scope),
    })),
  ];
}

function placeText({ protocol, socket, transport }: ScriptNode | ScriptRelay): string {
  return `${protocol.id} over ${transport.toUpperCase()} at ${addressText(socket.local)}`;
}

const forwardTexts = { awaited: 'not connected yet', open: 'connected', gone: 'no longer connected' } as const;

function relayShown({ socket, edits, told }: ScriptRelay, { secrets }: ScriptScope): Shown[] {
  const { relay } = socket;
  return [
    countsShown(relay.counts),
    ...relay.links.map(({ id, remote }) => ({
      name: `link ${id}, ${addressText(remote)}`,
      value: forwardTexts[relay.forwardState(id)],
    })),
    ...relay.held.map(({ id, message, bytes }) => ({
      name: `held ${id}`,
      value: message ?? `${bytes?.length ?? 0} bytes`,
    })),
    ...edits.map(({ message, way }, index) => ({
      name: `edit ${index + 1}`,
      value: way === undefined ? message : `${message}, ${way}`,
    })),
    ...toldShown(told, secrets),
  ];
}

function countsShown({ received, sent, dropped }: NodeCounts): Shown {
  return { name: 'counts', value: `${received} received, ${sent} sent, ${dropped} dropped` };
}

function toldShown(told: readonly string[], secrets: ScriptScope['secrets']): Shown[] {
  return told.slice(-MOST_TOLD).map((text, index) => ({ name: `told ${index + 1}`, value: secrets.without(text) }));
}

function nodeShown(node: ScriptNode, { secrets }: ScriptScope): Shown[] {
  const { socket, manual, told } = node;
  return [
    { name: 'sends by itself', value: manual ? 'no (manual)' : 'yes' },
    countsShown(socket.node.counts),
    ...socket.node.links.map(({ id, remote }) => {
      const { state, doc, ready } = socket.node.status(id);
      return {
        name: `link ${id}, ${addressText(remote)}`,
        value: `${state}: ${doc}`,
        children: () => [
          { name: 'state', value: state, doc },
          { name: 'ready', value: ready ? 'yes' : 'no' },
          { name: 'may send', value: socket.node.offers(id).join(', ') || 'nothing' },
        ],
      };
    }),
    ...toldShown(told, secrets),
  ];
}

/** A tree of variables of which the secrets of a script are told by a word. */
export function withoutSecrets(shown: Shown, scope: Pick<ScriptScope, 'secrets'>): Shown {
  const { children, value } = shown;
  return {
    ...shown,
    value: scope.secrets.holds(value) ? 'secret' : value,
    ...(children === undefined ? {} : { children: () => children().map((each) => withoutSecrets(each, scope)) }),
  };
}
