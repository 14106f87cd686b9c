import type { TreeField } from '../codec/index.ts';
import {
  type ConversationSample,
  certain,
  defineProtocol,
  type KeyKind,
  type Members,
  type Observer,
  type ObserverContext,
  type Protocol,
  type Rule,
  rulesOf,
  unknownMember,
} from '../protocol/index.ts';
import { bytesField, dissect } from './dissect.ts';
import type { Layer } from './layer.ts';
import { type ConversationPeer, conversationNode } from './node/conversationpeer.ts';
import { BYTES, MessageSink, type RowFacts } from './sink.ts';
import { type Reading, run, Stage } from './stage.ts';
import { type Shared, Talk } from './talk.ts';

/** A protocol over TCP, written as one conversation. */
export interface ConversationDefinition {
  readonly id: string;
  readonly title: string;
  /** Name of its specification. */
  readonly document: string;
  /** Every layer that the conversation reads. */
  readonly layers: readonly Layer[];
  /** The first bytes of the side that opens the connection. They are what the protocol is recognised by, so there are at least 4. */
  readonly begins: Uint8Array;
  readonly keys?: readonly KeyKind[];
  readonly rules?: readonly Rule[];
  readonly ports?: Protocol['ports'];
  readonly treeFields?: readonly TreeField[];
  /** Reads the conversation, both directions of it. Where it ends, what follows is shown as bytes. */
  readonly conversation: (talk: Talk) => Reading;
  /** Its active side: without it there is no test node. */
  readonly peer?: ConversationPeer;
}

const members: Members<ConversationDefinition> = {
  ...{
    id: true,
    title: true,
    document: true,
    layers: true,
    begins: true,
    keys: true,
    rules: true,
    ports: true,
    treeFields: true,
  },
  conversation: true,
  peer: true,
};

/**
 * Makes a protocol of a conversation that is written as one generator: it reads messages of layers from both sides, and rows, trees,
 * JSON, fields of filters and missing keys follow from what it reads. Throws a TypeError for a definition that cannot be.
 */
export function defineConversation(definition: ConversationDefinition): Protocol {
  const { id, title, document, layers, begins, keys = [], rules = [], ports, treeFields = [], conversation, peer } = definition;
  const unknown = unknownMember(definition, members, 'a definition of a conversation');
  if (unknown !== undefined) throw new TypeError(`${id}: ${unknown}`);
  if (typeof conversation !== 'function') throw new TypeError(`${id}: "conversation" is a generator function.`);
  if (!(begins instanceof Uint8Array) || begins.length < 4)
    throw new TypeError(`${id}: "begins" is at least 4 bytes: fewer prove nothing.`);
  const brokenRule = rulesOf(id)('message', 'error', document);
  const names = [...new Set([...layers.flatMap((layer) => layer.names), BYTES])];
  return defineProtocol<RowFacts, unknown>({
    ...{ id, title, document, names, layers, keys },
    ...(ports === undefined ? {} : { ports }),
    ...(peer === undefined ? {} : { peer: conversationNode(id, layers, peer, ports?.[0]?.port) }),
    rules: [brokenRule, ...rules],
    messages: layers.flatMap((layer) => layer.messages),
    treeFields: [bytesField, ...treeFields],
    recognise: (sample) => (startsWith(sample, begins) ? certain : 0),
    observe: (context) => observer(context, brokenRule, conversation),
    dissect: (message) => dissect(id, message),
    explain: (message, ring) => message.facts?.tried?.(ring) ?? [],
  });
}

function startsWith({ streams }: ConversationSample, begins: Uint8Array): boolean {
  return streams.some((bytes) => bytes.length >= begins.length && begins.every((byte, at) => bytes[at] === byte));
}

function observer(
  { messages, keys: ring, limits, derived }: ObserverContext<RowFacts, unknown>,
  brokenRule: Rule,
  conversation: (talk: Talk) => Reading,
): Observer {
  const all = { held: 0, streams: 0 };
  return {
    conversation: (place) => {
      const sink = new MessageSink(messages, place, { limits, derived, brokenRule, all });
      const root = new Stage(sink);
      const shared: Shared = { ring, stages: [] };
      const talk = new Talk(root, shared);
      let hasBegun = false;
      return {
        stream(direction, buffer, _frame, ended, why) {
          root.buffers[direction] = buffer;
          if (!hasBegun) {
            hasBegun = true;
            run(conversation(talk), () => shared.stages.forEach((stage) => void stage.settle()));
          }
          root.advance();
          if (ended) for (const stage of shared.stages) stage.end(direction, why);
        },
        gap(direction, buffer, length) {
          root.buffers[direction] = buffer;
          root.gap(direction, length);
        },
      };
    },
    end() {},
  };
}
