import type { Piece } from '../bytes/index.ts';
import type { MessageForm, TreeField } from '../codec/index.ts';
import {
  aboutOrder,
  type Carried,
  type CarriedHooks,
  type CarriedStream,
  type CarryingConversation,
  type Conversation,
  defineProtocol,
  type KeyKind,
  type Machine,
  type Members,
  type Observer,
  type ObserverContext,
  type Protocol,
  type Rule,
  rulesOf,
  type TableEntry,
  unknownMember,
} from '../protocol/index.ts';
import { ConversationSteps } from './conversationsteps.ts';
import { DatagramStage } from './datagramstage.ts';
import { DatagramStages } from './datagramstages.ts';
import { bytesField, dissect } from './dissect.ts';
import { editing } from './editing.ts';
import { KeyLookups } from './keylookups.ts';
import { SearchTotals } from './keysearch.ts';
import type { Layer } from './layer.ts';
import { type ConversationPeer, conversationNode } from './node/conversationpeer.ts';
import { ofDatagrams, ofStreams } from './recognise.ts';
import { SessionTable } from './sessiontable.ts';
import { BYTES, MessageSink, type RowFacts, type RowFactsTable, type Totals } from './sink.ts';
import { type Reading, run, Stage } from './stage.ts';
import { type CarriedReader, type Shared, Talk } from './talk.ts';

/** A protocol over TCP or UDP, written as one conversation. */
export interface ConversationDefinition {
  readonly id: string;
  readonly title: string;
  /** Name of its specification. */
  readonly document: string;
  /** Every layer that the conversation reads. */
  readonly layers: readonly Layer[];
  /** TCP: the first bytes of the side that opens the connection. They are what the protocol is recognised by, so there are at least 4. */
  readonly begins?: Uint8Array;
  /** UDP: whether a datagram is a message of this protocol. It has to be sure: any datagram is asked about. */
  readonly looksLike?: (bytes: Uint8Array) => boolean;
  readonly keys?: readonly KeyKind[];
  readonly rules?: readonly Rule[];
  readonly ports?: Protocol['ports'];
  /** Messages that a clock sends again and again. */
  readonly periodic?: Protocol['periodic'];
  /**
   * TCP: who may send what in which state, by names of messages; its `start` is a connection without a message. Its messages are the steps
   * of the conversation, and one that it does not allow breaks the rule `order`.
   */
  readonly machine?: Machine;
  /** What names the ends of its conversations. */
  readonly endpointIds?: Protocol['endpointIds'];
  /** Its messages in clear as data, for Wireshark. */
  readonly wire?: Protocol['wire'];
  readonly treeFields?: readonly TreeField[];
  /** Reads the conversation, both directions of it. Where it ends, what follows is shown as bytes. */
  readonly conversation: (talk: Talk) => Reading;
  /**
   * Where other protocols hand their payload over to this one: `{ table: 'libp2p.protocol', value: '/chat/1.0.0' }`. Without a value
   * `begins` decides, as for the streams in tunnels of p2p: `{ table: 'p2p.tunnel' }`. With values alone, neither `begins` nor
   * `looksLike` is needed.
   */
  readonly carriedIn?: readonly TableEntry[];
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
    looksLike: true,
    keys: true,
    rules: true,
    ports: true,
    periodic: true,
    machine: true,
    endpointIds: true,
    wire: true,
    treeFields: true,
  },
  conversation: true,
  carriedIn: true,
  peer: true,
};

/**
 * Makes a protocol of a conversation that is written as one generator: it reads messages of layers from both sides, and rows, trees,
 * JSON, fields of filters and missing keys follow from what it reads. Throws a TypeError for a definition that cannot be.
 */
export function defineConversation(definition: ConversationDefinition): Protocol {
  const {
    id,
    title,
    document,
    layers,
    begins,
    looksLike,
    keys = [],
    rules = [],
    ports,
    periodic,
    machine,
    endpointIds,
    wire,
    treeFields = [],
    conversation,
    carriedIn,
    peer,
  } = definition;
  const unknown = unknownMember(definition, members, 'a definition of a conversation');
  if (unknown !== undefined) throw new TypeError(`${id}: ${unknown}`);
  if (typeof conversation !== 'function') throw new TypeError(`${id}: "conversation" is a generator function.`);
  if (looksLike !== undefined && (typeof looksLike !== 'function' || begins !== undefined))
    throw new TypeError(`${id}: "looksLike" is a function, of a protocol over UDP; one over TCP has "begins" alone.`);
  if (carriedIn !== undefined && !isEntries(carriedIn))
    throw new TypeError(`${id}: "carriedIn" is a list of { table, value }: a text, and a text or an integer.`);
  if (begins === undefined && carriedIn?.some(({ value }) => value === undefined))
    throw new TypeError(`${id}: an entry of "carriedIn" without a value needs "begins": by its first bytes a stream is known.`);
  const isCarriedAlone = carriedIn !== undefined && begins === undefined;
  if (looksLike === undefined && !isCarriedAlone && (!(begins instanceof Uint8Array) || begins.length < 4))
    throw new TypeError(`${id}: "begins" is at least 4 bytes: fewer prove nothing.`);
  if (looksLike !== undefined && peer !== undefined)
    throw new TypeError(`${id}: the "peer" of a conversation speaks over TCP, and this one is over UDP.`);
  if (looksLike !== undefined && machine !== undefined)
    throw new TypeError(`${id}: a "machine" is of a conversation over TCP, and this one is over UDP.`);
  const brokenRule = rulesOf(id)('message', 'error', document);
  const order = machine && { machine, rule: aboutOrder(rulesOf(id)('order', 'warning', document)) };
  const names = [...new Set([...layers.flatMap((layer) => layer.names), BYTES])];
  return defineProtocol<RowFacts, unknown>({
    ...{ id, title, document, names, layers, keys },
    ...(ports === undefined ? {} : { ports }),
    ...(periodic === undefined ? {} : { periodic }),
    ...(machine === undefined ? {} : { machines: [machine] }),
    ...(endpointIds === undefined ? {} : { endpointIds }),
    ...(wire === undefined ? {} : { wire }),
    ...(peer === undefined ? {} : { peer: conversationNode(id, layers, peer, { port: ports?.[0]?.port, machine }) }),
    rules: [brokenRule, ...(order === undefined ? [] : [order.rule]), ...rules],
    messages: onceEach(layers.flatMap((layer) => layer.messages)),
    treeFields: [bytesField, ...treeFields],
    ...(carriedIn === undefined
      ? {}
      : {
          carried: {
            entries: carriedIn,
            ...(begins === undefined ? {} : { begins }),
            reader: { declared: { id, rules, keys }, conversation } satisfies CarriedReader,
            stream: (place, hooks) => carriedStream(place, hooks, brokenRule, definition),
          } satisfies Carried,
        }),
    recognise: (sample) => {
      if (looksLike !== undefined) return ofDatagrams(sample.datagrams, looksLike);
      return begins === undefined ? 0 : ofStreams(sample, begins);
    },
    observe: (context) => observer(context, brokenRule, definition, order),
    dissect: (message) => dissect(id, message),
    editing,
    explain: (message, ring) => message.facts?.tried?.(ring) ?? [],
    part: ({ facts }) => facts?.stepping?.step(),
    compute: (message) => message.facts?.computed?.() ?? message.facts?.stepping?.compute(message) ?? [],
  });
}

function isEntries(given: unknown): given is readonly TableEntry[] {
  const isValue = (value: unknown): boolean =>
    typeof value === 'string' || typeof value === 'bigint' || Number.isSafeInteger(value);
  return (
    Array.isArray(given) &&
    given.every((each) => typeof each?.table === 'string' && (each.value === undefined || isValue(each.value)))
  );
}

/** Fragments may hold no byte of a datagram. */
function placed(pieces: readonly Piece[] | undefined, whole: Piece): readonly Piece[] {
  return pieces === undefined || pieces.length === 0 ? [whole] : pieces;
}

function nothingYet(): Totals {
  return { held: 0, streams: 0, search: new SearchTotals() };
}

/** The first pass over one stream that messages of a protocol of another room carry. */
function carriedStream(
  { conversation: place, keys: ring, limits, budget, derived, tables, messages }: CarryingConversation,
  hooks: CarriedHooks,
  brokenRule: Rule,
  { id, conversation, rules = [], keys = [] }: ConversationDefinition,
): CarriedStream {
  // Its rows may be bytes of no layer: that name comes first, since a table of names can be full.
  messages.nameNumber(BYTES, BYTES);
  const facts: RowFactsTable = {
    get: (row) => messages.carried.get(row)?.facts as RowFacts | undefined,
    set: (row, own) => void messages.carried.set(row, { hooks, facts: own }),
  };
  const root = new Stage(new MessageSink(messages, place, { limits, budget, derived, brokenRule, all: nothingYet(), facts }));
  const sessions = new SessionTable(Math.min(limits.sessions, limits.openSessions));
  const declared = { id, rules, keys };
  const shared: Shared = { ring, lookups: new KeyLookups(ring, declared, limits), stages: [], sessions, tables, declared };
  run(conversation(new Talk(root, shared)), () => shared.stages.forEach((stage) => void stage.settle()));
  return {
    feed: (direction, bytes, pieces) => root.feed(direction, bytes, pieces),
    end: (direction, why) => shared.stages.forEach((stage) => void stage.end(direction, why)),
  };
}

/** Layers may have messages of one name: scripts and the encoder know that of the first. */
function onceEach(messages: readonly MessageForm[]): readonly MessageForm[] {
  const names = new Set<string>();
  return messages.filter(({ name }) => !names.has(name) && names.add(name));
}

function observer(
  { messages, keys: ring, limits, budget, derived, tables }: ObserverContext<RowFacts, unknown>,
  brokenRule: Rule,
  { id, conversation, looksLike, rules = [], keys = [] }: ConversationDefinition,
  order: { readonly machine: Machine; readonly rule: Rule } | undefined,
): Observer {
  const all = nothingYet();
  const sessions = new SessionTable(Math.min(limits.sessions, limits.openSessions));
  const sinkOf = (place: Conversation) =>
    new MessageSink(messages, place, {
      ...{ limits, budget, derived, brokenRule, all, facts: messages.facts },
      order: order && { steps: new ConversationSteps(order.machine), rule: order.rule },
    });
  const declared = { id, rules, keys };
  const newShared = (): Shared => ({
    ...{ ring, lookups: new KeyLookups(ring, declared, limits), stages: [], sessions, tables, declared },
  });
  const stages = new DatagramStages(limits.openSessions, (place) => {
    const stage = new DatagramStage(sinkOf(place));
    run(conversation(new Talk(stage, newShared())), () => stage.settle());
    return stage;
  });
  return {
    conversation: (place) => {
      // A person can say that a conversation is of this protocol: over the other transport it is not.
      if ((place.transport === 'udp') !== (looksLike !== undefined)) return {};
      if (place.transport === 'udp')
        return {
          datagram: (direction, bytes, frame, cut, pieces, offset) =>
            stages.of(place).take({ direction, bytes, cut, pieces: placed(pieces, { frame, offset, length: bytes.length }) }),
        };
      const shared = newShared();
      const root = new Stage(sinkOf(place));
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
    end() {
      stages.end();
    },
  };
}
