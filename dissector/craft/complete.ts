/** What may stand at the caret of a packet script. */
import type { Protocol } from '../session/index.ts';
import { faultKinds } from '../testnode/index.ts';
import { type Caret, caretIn } from './caret.ts';
import { anyValues, completeFields, partsAfterDot } from './completefields.ts';
import { describeMessage, describeProtocol } from './describe.ts';
import { type CompletionItem, type Completions, slot } from './editing.ts';
import type { Names } from './names.ts';

export interface CompletionContext {
  readonly protocols: readonly Protocol[];
  readonly names: Names;
}

const most = 300;

/** Places count from the start of the text, which is one part of a script. */
export function complete(text: string, at: number, context: CompletionContext): Completions {
  const caret = caretIn(text, at);
  if (caret === undefined) return { start: at, end: at, items: [] };
  const isDefining = caret.head[0] === '@' && caret.head.at(-1) === '=';
  const { start, end, items } =
    caret.open.length > 0
      ? completeFields(caret, context)
      : (isDefining && partsAfterDot(caret, context)) || { ...caret, items: words(caret, context) };
  // What is written in quotes is completed by what has quotes.
  const fitting = caret.isQuoted ? items.filter(({ label }) => label.startsWith('"')) : items;
  return { start, end, items: fitting.slice(0, most) };
}

/** Outside of brackets the words before the caret say what follows. */
function words({ head, hasRecord }: Caret, context: CompletionContext): CompletionItem[] {
  const [first] = head;
  switch (first) {
    case undefined:
      return [...statements(context), ...protocols(context, () => true)];
    case 'node':
      return nodeWords(head, context);
    case 'send':
    case 'expect':
      return messageWords(head, hasRecord, context);
    case 'fault':
      return faultWords(head, context);
    case 'wait':
      return head.length === 1 ? times() : [];
    case '@':
      return head.at(-1) === '=' ? anyValues(context) : [];
    default: {
      const protocol = context.protocols.find(({ id }) => id === first);
      if (protocol === undefined) return [];
      return head.length === 1 ? messages(protocol, 'packet', hasRecord) : head.length === 2 && !hasRecord ? [record] : [];
    }
  }
}

const record: CompletionItem = {
  ...{ label: '{ }', insert: '{ $0 }', kind: 'keyword', detail: 'fields', doc: 'Fields to set, or to look at.', snippet: true },
};

function keyword(label: string, detail: string, insert = `${label} `): CompletionItem {
  return { label, insert, kind: 'keyword', detail, doc: '', ...(insert.includes('$') ? { snippet: true } : {}) };
}

function statements({ names }: CompletionContext): CompletionItem[] {
  const hasNodes = !names.nodes.isEmpty;
  const own = [
    keyword('node', 'a test node', `node ${slot(1, freeName(names))} = `),
    keyword('###', 'a section, which runs by itself', `### ${slot(1, 'what must happen')}\n$0`),
    keyword('@', 'a value with a name', `@${slot(1, 'name')} = $0`),
    keyword('wait', 'a while', `wait ${slot(1, '500ms')}`),
  ];
  const acting = [
    keyword('send', 'a message'),
    keyword('expect', 'a message, nothing or the end'),
    keyword('fault', 'what a node does wrong'),
  ];
  return hasNodes ? [...acting, ...own] : own;
}

function freeName({ nodes }: Names): string {
  return [...'abcdefgh'].find((name) => !nodes.has(name)) ?? 'node';
}

function protocols({ protocols: all }: CompletionContext, isWanted: (protocol: Protocol) => boolean): CompletionItem[] {
  return all.filter(isWanted).map((protocol) => ({
    ...{ label: protocol.id, insert: `${protocol.id} `, kind: 'protocol', detail: protocol.title },
    doc: describeProtocol(protocol),
  }));
}

function nodes({ names }: CompletionContext): CompletionItem[] {
  return [...names.nodes.entries()].map(([name, protocol]) => ({
    ...{ label: name, insert: `${name} `, kind: 'node', detail: protocol?.id ?? '', doc: '' },
  }));
}

function nodeWords(head: readonly string[], context: CompletionContext): CompletionItem[] {
  const [, , equals, id, direction] = head;
  const protocol = context.protocols.find((each) => each.id === id);
  if (head.length === 1) return [keyword(freeName(context.names), 'a name that is free')];
  if (equals === undefined) return [keyword('=', 'what it is')];
  if (id === undefined) return protocols(context, ({ peer }) => peer !== undefined);
  if (direction === undefined) return [keyword('listen', 'waits for others'), keyword('dial', 'opens a link')];
  if (head.length === 5) return addresses(direction, protocol, context);
  const tail = head.slice(5);
  const roles = protocol?.peer?.roles ?? [];
  if (tail.at(-1) === 'as') return roles.map(({ id: role, doc }) => ({ ...keyword(role, protocol?.id ?? ''), doc }));
  if (tail.includes('as')) return [];
  const manual = tail.includes('manual')
    ? []
    : [{ ...keyword('manual', 'it sends nothing of itself'), doc: 'Without it the node does what its protocol asks.' }];
  return [...manual, ...(roles.length > 0 ? [keyword('as', 'a role')] : [])];
}

function addresses(direction: string, protocol: Protocol | undefined, context: CompletionContext): CompletionItem[] {
  const port = protocol?.peer?.port ?? 7000;
  const own = [
    keyword(`127.0.0.1:${port}`, 'this machine', `127.0.0.1:${port}`),
    keyword(`[::1]:${port}`, 'this machine, IPv6', `[::1]:${port}`),
  ];
  if (direction === 'dial') return [...nodes(context), ...own];
  return [keyword('127.0.0.1:0', 'this machine, a port that is free', '127.0.0.1:0'), ...own];
}

function messageWords(head: readonly string[], hasRecord: boolean, context: CompletionContext): CompletionItem[] {
  const [verb, node, message] = head;
  if (node === undefined) return nodes(context);
  const protocol = context.names.nodes.get(node);
  const isSend = verb === 'send';
  if (message === undefined)
    return [
      ...(protocol === undefined ? [] : messages(protocol, isSend ? 'send' : 'expect', hasRecord)),
      ...(isSend
        ? []
        : [
            keyword('nothing', 'for a while', `nothing for ${slot(1, '500ms')}`),
            keyword('no', 'a message that may not come'),
            keyword('close', 'the link ends', 'close'),
          ]),
    ];
  if (isSend) return head.length === 3 && !hasRecord ? [record] : [];
  const tail = head.slice(3);
  if (['within', 'for'].includes(tail.at(-1) ?? '')) return times();
  if (tail.at(-1) === 'as') return [keyword(message.toLowerCase(), 'a name for the answer')];
  if (message === 'no' && head.length === 3) return protocol === undefined ? [] : messages(protocol, 'send', true);
  if (message === 'nothing' || message === 'no') return tail.includes('for') ? [] : [keyword('for', 'how long')];
  return [
    ...(message === 'close' || tail.includes('as')
      ? []
      : [...(hasRecord ? [] : [record]), keyword('as', 'a name for the answer', `as ${slot(1, 'answer')}`)]),
    ...(tail.includes('within') ? [] : [keyword('within', 'how long to wait', `within ${slot(1, '2s')}`)]),
  ];
}

/** `hasRecord`: its fields stand behind it already. */
function messages(protocol: Protocol, place: 'send' | 'expect' | 'packet', hasRecord = false): CompletionItem[] {
  return (protocol.messages ?? []).map((form) => ({
    ...{ label: form.name, kind: 'message', detail: protocol.id, doc: describeMessage(protocol, form) },
    ...(form.fields.length === 0 || place === 'send' || hasRecord
      ? { insert: form.name }
      : { insert: `${form.name} { $0 }`, snippet: true as const }),
  }));
}

function faultWords(head: readonly string[], context: CompletionContext): CompletionItem[] {
  const [, node, fault] = head;
  if (node === undefined) return nodes(context);
  if (fault === undefined)
    return Object.entries(faultKinds).map(([name, doc]) => ({ ...keyword(name, ''), doc: `The message ${doc}.` }));
  const last = head.at(-1);
  if (last === 'nth') return ['1', '2', '3'].map((each) => keyword(each, 'of those that fit'));
  if (last === 'probability') return ['0.1', '0.5', '1'].map((each) => keyword(each, 'of every message that fits'));
  if (head.includes('nth') || head.includes('probability')) return [];
  const protocol = context.names.nodes.get(node);
  const isNamed = protocol?.messages?.some(({ name }) => name === last) === true;
  const named =
    protocol === undefined || isNamed ? [] : messages(protocol, 'send').map((item) => ({ ...item, insert: `${item.label} ` }));
  return [...named, keyword('nth', 'which of the messages'), keyword('probability', 'of every message')];
}

function times(): CompletionItem[] {
  return ['500ms', '1s', '2s', '5s'].map((each) => keyword(each, '', each));
}
