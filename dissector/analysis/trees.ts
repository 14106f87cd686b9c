import type { Budget, Field, Limits, Origin, Source, Tree } from '../bytes/index.ts';
import type { CaptureReader } from '../capture/index.ts';
import { decodeLayers, PacketView, parsePacket } from '../link/index.ts';
import type { CarriedHooks } from '../protocol/carriedhooks.ts';
import type { Choices } from '../protocol/choices.ts';
import type { Conversation, Direction } from '../protocol/conversation.ts';
import type { Derivation } from '../protocol/derivations.ts';
import type { Dissection, MessageView } from '../protocol/dissection.ts';
import type { State } from '../protocol/finding.ts';
import { isDerived } from '../protocol/index.ts';
import type { KeyRing } from '../protocol/keyring.ts';
import type { TriedKey } from '../protocol/keytrials.ts';
import type { MessageHeader } from '../protocol/steps.ts';
import type { MessageInfo } from './messageinfo.ts';
import type { Observation } from './observation.ts';
import { TreeBytes } from './treebytes.ts';

/** The Sources of one tree as it grows. */
class Sources {
  readonly list: Source[] = [];

  add(name: string, bytes: Uint8Array, origin: Origin): Source {
    const source: Source = { id: this.list.length, name, bytes, origin };
    this.list.push(source);
    return source;
  }
}

/** The lower layers of a frame (0-based), its payload as undecoded bytes. */
export function lowerLayers(reader: CaptureReader, index: number, limits: Limits): Tree {
  const sources = new Sources();
  const { layers, trailer, start, end } = frameLayers(reader, index, sources, limits);
  const { id: source, bytes } = sources.list[0]!;
  const value = bytes.subarray(start, end);
  const rest: readonly Field[] = end > start ? [{ name: 'payload', kind: 'value', value, source, start, end }] : [];
  return { sources: sources.list, layers: [...layers, ...rest, ...trailer] };
}

const view = new PacketView();

/**
 * The tree of a message: the lower layers of the frame that completed it, then the protocol's own. A message in one piece
 * lies in the Source "Frame"; one put together from several has a Source of its own.
 */
export function dissectMessage(
  reader: CaptureReader,
  observation: Observation,
  id: number,
  info: MessageInfo,
  limits: Limits,
): { tree: Tree; dissection: Dissection } {
  const sources = new Sources();
  const { layers, trailer, start, end } = frameLayers(reader, info.frame - 1, sources, limits);
  const { view: captured, below } = capture(reader, observation, id, info, sources, start, end, limits);
  // Places that it asks for may lie in further records: what is below is complete afterwards.
  const dissection = hooksOf(observation, id).dissect(captured);
  const own = [...below, dissection.layer, ...(dissection.inside ?? [])];
  return { tree: { sources: sources.list, layers: [...layers, ...own, ...trailer] }, dissection };
}

/**
 * What a message says by itself, without the tree of the layers below it: for lists and searches over many of them. Bytes in it
 * are valid until the next frame is read.
 */
export function dissectAlone(
  reader: CaptureReader,
  observation: Observation,
  id: number,
  info: MessageInfo,
  limits: Limits,
): Dissection {
  return hooksOf(observation, id).dissect(messageAlone(reader, observation, id, info, limits).view);
}

/** The layers of a message by themselves, those of derived records below it first. */
export function layersAlone(
  reader: CaptureReader,
  observation: Observation,
  id: number,
  info: MessageInfo,
  limits: Limits,
): readonly Field[] {
  const { view: captured, below } = messageAlone(reader, observation, id, info, limits);
  const { layer, inside = [] } = hooksOf(observation, id).dissect(captured);
  return [...below, layer, ...inside];
}

/** The bytes of a message, be they put together; valid until the next frame is read. */
export function messageBytes(
  reader: CaptureReader,
  observation: Observation,
  id: number,
  info: MessageInfo,
  limits: Limits,
): Uint8Array {
  const { bytes, start, end } = messageAlone(reader, observation, id, info, limits).view;
  return bytes.subarray(start, end);
}

function messageAlone(reader: CaptureReader, observation: Observation, id: number, info: MessageInfo, limits: Limits): Captured {
  const own = reader.frameBytes(info.frame - 1);
  // What lies in several frames, in records or in layers: reading the others would put them where the bytes of this one are.
  const isSpread = isInRecords(observation, id) || observation.protocol.layers !== undefined;
  const bytes = isSpread ? own.slice() : own;
  const sources = new Sources();
  sources.add('Frame', bytes, { kind: 'frame', frame: info.frame });
  parsePacket(bytes, reader.frames.linkType(info.frame - 1), view, limits, reader.frames.original(info.frame - 1));
  return capture(reader, observation, id, info, sources, view.payloadStart, view.payloadEnd, limits);
}

/** What each key of the ring did for a message. */
export function explainMessage(
  reader: CaptureReader,
  observation: Observation,
  id: number,
  info: MessageInfo,
  limits: Limits,
  ring: KeyRing,
): readonly TriedKey[] {
  return hooksOf(observation, id).explain?.(withFrame(reader, observation, id, info, limits), ring) ?? [];
}

/** What both sides compute for a message. */
export function computeMessage(
  reader: CaptureReader,
  observation: Observation,
  id: number,
  info: MessageInfo,
  limits: Limits,
  ring: KeyRing,
): readonly Derivation[] {
  return hooksOf(observation, id).compute?.(withFrame(reader, observation, id, info, limits), ring) ?? [];
}

/** The protocol of a message: that of its conversation, or one that this carries. */
export function hooksOf({ protocol, messages }: Observation, id: number): CarriedHooks {
  return messages.carried.size === 0 ? protocol : (messages.carried.get(id)?.hooks ?? protocol);
}

function factsOf({ facts, carried }: Observation['messages'], id: number): unknown {
  return carried.size === 0 ? facts.get(id) : (carried.get(id)?.facts ?? facts.get(id));
}

/** What is known of a message without reading its bytes. */
export function placed({ messages }: Observation, id: number, conversations: readonly Conversation[]): MessageHeader {
  return {
    name: messages.names[messages.name(id)]!,
    direction: messages.direction(id),
    state: messages.state(id),
    encrypted: messages.encrypted(id),
    conversation: conversations[messages.conversation(id)]!,
    frame: messages.frame(id),
    facts: factsOf(messages, id),
    session: messages.session(id),
  };
}

/** A message as its protocol is given it. (A class, since a list makes a million of them.) */
class CapturedMessage implements MessageView {
  readonly name: string;
  readonly direction: Direction;
  readonly state: State;
  readonly encrypted: boolean;
  readonly conversation: Conversation;
  readonly frame: number;
  readonly bytes: Uint8Array;
  readonly source: number;
  readonly start: number;
  readonly end: number;
  readonly facts: unknown;
  readonly session: unknown;
  readonly limits: Limits;
  readonly budget: Budget;
  readonly choices: Choices;
  /** A protocol may take it off: it is no method. */
  readonly derive: MessageView['derive'];
  readonly place: MessageView['place'];

  constructor(
    info: MessageInfo,
    { messages, budget, choices }: Observation,
    id: number,
    sources: Sources,
    placed: TreeBytes,
    carrier: Source,
    start: number,
    end: number,
    limits: Limits,
  ) {
    this.limits = limits;
    this.budget = budget;
    this.choices = choices;
    this.name = info.name;
    this.direction = info.direction;
    this.state = info.state;
    this.encrypted = info.encrypted;
    this.conversation = info.conversation;
    this.frame = info.frame;
    this.bytes = carrier.bytes;
    this.source = carrier.id;
    this.start = start;
    this.end = end;
    this.facts = factsOf(messages, id);
    this.session = messages.session(id);
    this.derive = (name, bytes, origin) => sources.add(name, bytes, origin);
    this.place = (pieces) => {
      const { source, start: first, end: last } = placed.find(pieces);
      return { bytes: source.bytes, source: source.id, start: first, end: last };
    };
  }
}

/** A message and the layers of the derived records that it stands in. */
interface Captured {
  readonly view: MessageView;
  readonly below: readonly Field[];
}

/** The first of the sources is the frame that completed the message; `start` to `end` is its payload there. */
function capture(
  reader: CaptureReader,
  observation: Observation,
  id: number,
  info: MessageInfo,
  sources: Sources,
  start: number,
  end: number,
  limits: Limits,
): Captured {
  const frame = sources.list[0]!;
  const pieces = observation.messages.pieces.get(id);
  const bytes = new TreeBytes(reader, observation.derived, observation.budget, sources, info.frame);
  const { source, start: first, end: last } = pieces === undefined ? { source: frame, start, end } : bytes.find(pieces);
  return { view: new CapturedMessage(info, observation, id, sources, bytes, source, first, last, limits), below: bytes.layers };
}

function isInRecords({ messages, derived }: Observation, id: number): boolean {
  return derived.length > 0 && messages.pieces.get(id)?.some(({ frame }) => isDerived(frame)) === true;
}

function withFrame(reader: CaptureReader, observation: Observation, id: number, info: MessageInfo, limits: Limits): MessageView {
  const sources = new Sources();
  const { start, end } = frameLayers(reader, info.frame - 1, sources, limits);
  return capture(reader, observation, id, info, sources, start, end, limits).view;
}

interface FrameLayers {
  readonly layers: readonly Field[];
  readonly trailer: readonly Field[];
  /** Where the payload lies in the frame. */
  readonly start: number;
  readonly end: number;
}

function frameLayers(reader: CaptureReader, index: number, sources: Sources, limits: Limits): FrameLayers {
  const bytes = reader.frameBytes(index).slice();
  const { id } = sources.add('Frame', bytes, { kind: 'frame', frame: index + 1 });
  const { frames } = reader;
  const { layers, trailer, payloadStart, payloadEnd } = decodeLayers(
    bytes,
    frames.linkType(index),
    frames.original(index),
    limits,
    id,
  );
  return { layers, trailer: trailer === undefined ? [] : [trailer], start: payloadStart, end: payloadEnd };
}
