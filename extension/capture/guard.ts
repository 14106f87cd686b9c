/**
 * A protocol of the user's own is a program that nobody has tested against hostile bytes. What it throws is told as its own
 * failure: in the tree of the message where it fails to dissect one, else as a ProtocolFailure.
 */
import { undeclaredFields } from '../../dissector/codec/index.ts';
import {
  type Dissection,
  type KeyKind,
  malformed,
  type Observer,
  type ObserverContext,
  type Protocol,
  type TreeField,
} from '../../dissector/index.ts';
import { type ConversationObserver, type Direction, type Members, unknownMember } from '../../dissector/protocol/index.ts';
import { attempt, type Module, whyOf } from './attempt.ts';
import { guardedCarried } from './guardcarried.ts';
import { guardedPeer } from './guardpeer.ts';
import { watchedCall } from './hookwatch.ts';

/** `tell` is given what the module does wrong without failing, a sentence once; `path` is that of the module. */
export function guarded(protocol: Protocol, tell: (problem: string) => void = () => {}, path = ''): Protocol {
  const { id, layers = [] } = protocol;
  const treeFields = [...(protocol.treeFields ?? []), ...layers.flatMap((layer) => layer.treeFields ?? [])];
  const told = new Set<string>();
  const explain = protocol.explain?.bind(protocol);
  const almost = protocol.almost?.bind(protocol);
  const part = protocol.part?.bind(protocol);
  const compute = protocol.compute?.bind(protocol);
  const seal = protocol.seal?.bind(protocol);
  const fail: Fail = (sentence) => {
    if (told.has(sentence)) return;
    told.add(sentence);
    sentences.push(sentence);
    tell(sentence);
  };
  const sentences: string[] = [];
  const failedIn = (message: Parameters<Protocol['dissect']>[0], reason: string): Dissection => {
    const text = `The protocol ${id} failed in "dissect": ${reason}`;
    fail(text);
    return failed(id, message, text);
  };
  const whole = <T>(hook: string, call: () => T): T | undefined => {
    try {
      return attempt({ id, path }, hook, call);
    } catch (error) {
      fail((error as Error).message);
      return undefined;
    }
  };
  const own: Protocol = {
    ...protocol,
    keys: protocol.keys.map(keyKind),
    recognise: (sample) => whole('recognise', () => confidence(protocol.recognise(sample))) ?? 0,
    ...(almost === undefined ? {} : { almost: (sample) => whole('almost', () => almost(sample)) }),
    observe: (context) => {
      const made = whole('observe', () => {
        const given = protocol.observe(context);
        if (typeof given !== 'object' || given === null) throw new Error('it gave no observer');
        return given;
      });
      return made === undefined ? idle : observer({ id, path }, made, context, fail);
    },
    dissect: (message) => {
      try {
        const { dissection, isOne } = watchedCall(path, id, 'dissect', () => {
          const given = protocol.dissect(message);
          return { dissection: given, isOne: isDissection(given) };
        });
        if (!isOne) return failedIn(message, 'it gave no layer, fields, whole, info and missing');
        if (message.state === 'decoded' && message.encrypted && dissection.missing.length > 0 && !told.has('')) {
          told.add('');
          tell(
            `The protocol ${id} names keys as "missing" for a message whose state is "decoded": a part that is still encrypted makes it "encrypted" (setPartEncrypted).`,
          );
        }
        const { name: layer } = dissection.layer;
        if (layers.length === 0 && layer !== id && !told.has(`layer ${layer}`)) {
          told.add(`layer ${layer}`);
          tell(
            `The protocol ${id} gives a layer named "${layer}": no filter finds its fields. A layer has the name of its protocol.`,
          );
        }
        for (const name of undeclared(treeFields, dissection)) {
          const text = `The protocol ${id} adds a generated field "${name}" that is not among its "treeFields": no filter knows it.`;
          if (!told.has(name)) tell(text);
          told.add(name);
        }
        return dissection;
      } catch (error) {
        return failedIn(message, whyOf(error));
      }
    },
    ...(protocol.peer === undefined
      ? {}
      : { peer: guardedPeer(protocol.peer, (hook, call) => attempt({ id, path }, hook, call)) }),
    ...(protocol.carried === undefined ? {} : { carried: guardedCarried({ id, path }, protocol.carried, fail) }),
    ...(explain === undefined
      ? {}
      : { explain: (message, keys) => attempt({ id, path }, 'explain', () => explain(message, keys)) }),
    ...(part === undefined ? {} : { part: (message) => whole('part', () => part(message)) }),
    ...(compute === undefined ? {} : { compute: (...given) => attempt({ id, path }, 'compute', () => compute(...given)) }),
    ...(seal === undefined ? {} : { seal: (...given) => attempt({ id, path }, 'seal', () => seal(...given)) }),
  };
  failures.set(own, sentences);
  return own;
}

/** A line that it fails to read is one that does not parse. What it throws is not told: it may hold the key. */
function keyKind(kind: KeyKind): KeyKind {
  return {
    ...kind,
    parse(fields, limits) {
      try {
        const parsed = kind.parse(fields, limits);
        return typeof parsed === 'string' || typeof parsed?.index === 'string' ? parsed : 'its protocol gave no index for it';
      } catch {
        return 'its protocol failed to read it';
      }
    },
  };
}

/** What guarded protocols failed in while captures were decoded, a sentence each. */
const failures = new WeakMap<Protocol, string[]>();

export function failuresOf(protocol: Protocol): readonly string[] {
  return failures.get(protocol) ?? [];
}

/** The same module failed in another thread. */
export function addFailure(protocol: Protocol, sentence: string): void {
  failures.get(protocol)?.push(sentence);
}

type Fail = (sentence: string) => void;

const observerMembers: Members<ConversationObserver> = { datagram: true, stream: true, gap: true };

/** In place of the first pass of a protocol that failed to make one. */
const idle: Observer = { conversation: () => ({}), end() {} };

function confidence(given: unknown): number {
  if (typeof given === 'number' && given >= 0 && given <= 100) return given;
  throw new Error(
    `it gave ${typeof given === 'number' ? given : `a value of type ${typeof given}`} and not a number from 0 to 100`,
  );
}

/**
 * What it throws in the first pass costs the conversation in which it does: a message there says so, and it is asked no more about
 * that conversation.
 */
function observer(module: Module, own: Observer, { messages }: ObserverContext, fail: Fail): Observer {
  const rule = { id: `${module.id}.module`, severity: 'error', clause: 'the protocol module itself' } as const;
  const settle = own?.settle?.bind(own);
  const whole = (hook: string, call: () => void): void => {
    try {
      attempt(module, hook, call);
    } catch (error) {
      fail((error as Error).message);
    }
  };
  return {
    conversation: (conversation) => {
      let hasFailed = false;
      const guard = (hook: string, direction: Direction, frame: number | undefined, call: () => void): void => {
        if (hasFailed) return;
        try {
          attempt(module, hook, call, frame);
        } catch (error) {
          hasFailed = true;
          const { message } = error as Error;
          fail(message);
          if (frame === undefined || frame < 1) return;
          const record = {
            conversation: conversation.id,
            direction,
            frame,
            name: 0,
            state: 'malformed',
            encrypted: false,
          } as const;
          messages.addFinding(messages.add(record), rule, message);
        }
      };
      let one: ConversationObserver = {};
      guard('conversation', 0, undefined, () => {
        one = own.conversation(conversation);
        if (typeof one !== 'object' || one === null) throw new Error('it gave no observer of the conversation');
        // It may hold what it likes; a function that nobody calls is a slip of the pen.
        const hooks = Object.fromEntries(Object.entries(one).filter(([, value]) => typeof value === 'function'));
        const unknown = unknownMember(hooks, observerMembers, 'the observer of a conversation');
        if (unknown?.endsWith('?')) throw new Error(unknown);
      });
      const { datagram, stream, gap } = hasFailed ? {} : one;
      return {
        ...(datagram === undefined
          ? {}
          : {
              datagram: (direction, bytes, frame, cut, pieces, offset) =>
                guard('datagram', direction, frame, () => datagram.call(one, direction, bytes, frame, cut, pieces, offset)),
            }),
        ...(stream === undefined
          ? {}
          : {
              stream: (direction, buffer, frame, ended, why) => {
                guard('stream', direction, frame, () => stream.call(one, direction, buffer, frame, ended, why));
                // Nobody is going to take them.
                if (hasFailed) buffer.take(buffer.length);
              },
            }),
        ...(gap === undefined
          ? {}
          : {
              gap: (direction, buffer, length) =>
                guard('gap', direction, undefined, () => gap.call(one, direction, buffer, length)),
            }),
      };
    },
    ...(settle === undefined ? {} : { settle: () => settled(settle, whole) }),
    end: () => whole('end', () => own.end()),
  };
}

function* settled(settle: () => Iterable<void>, whole: (hook: string, call: () => void) => void): Generator<void> {
  let steps: Iterator<void> | undefined;
  whole('settle', () => {
    steps = settle()[Symbol.iterator]();
  });
  for (let more = steps !== undefined; more; ) {
    more = false;
    whole('settle', () => {
      more = steps!.next().done !== true;
    });
    if (more) yield;
  }
}

function undeclared(treeFields: readonly TreeField[], { layer, inside = [] }: Dissection): Set<string> {
  return new Set([layer, ...inside].flatMap((field) => [...undeclaredFields(treeFields, field)]));
}

function isDissection(given: Dissection | undefined): given is Dissection {
  return (
    typeof given?.layer === 'object' &&
    given.layer !== null &&
    typeof given.fields === 'object' &&
    given.whole instanceof Uint8Array &&
    typeof given.info === 'string' &&
    Array.isArray(given.missing)
  );
}

/** The message as bytes, and why it is no more than that. */
function failed(id: string, { bytes, source, start, end }: Parameters<Protocol['dissect']>[0], text: string): Dissection {
  const value = bytes.slice(start, end);
  const problem = malformed(text, start, id);
  return {
    layer: { name: id, kind: 'value', value, source, start, end, problem },
    fields: {},
    whole: value,
    info: text,
    missing: [],
  };
}
