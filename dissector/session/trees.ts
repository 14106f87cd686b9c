import type { Field, Limits, Origin, Piece, Source, Tree } from '../bytes/index.ts';
import type { CaptureReader } from '../capture/index.ts';
import { decodeLayers, PacketView, parsePacket } from '../link/index.ts';
import type { TriedKey } from './explain.ts';
import type { KeyRing } from './keyring.ts';
import type { MessageInfo } from './messageinfo.ts';
import type { Observation } from './observation.ts';
import type { Captured, Conversation, Direction, Dissection, State } from './protocol.ts';
import type { Computation, Placed } from './steps.ts';

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
  const captured = capture(reader, observation, id, info, sources, start, end);
  const dissection = observation.protocol.dissect(captured);
  return { tree: { sources: sources.list, layers: [...layers, dissection.layer, ...trailer] }, dissection };
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
  const bytes = reader.frameBytes(info.frame - 1);
  const sources = new Sources();
  sources.add('Frame', bytes, { kind: 'frame', frame: info.frame });
  parsePacket(bytes, reader.frames.linkType(info.frame - 1), view, limits, reader.frames.original(info.frame - 1));
  return observation.protocol.dissect(capture(reader, observation, id, info, sources, view.payloadStart, view.payloadEnd));
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
  return observation.protocol.explain?.(withFrame(reader, observation, id, info, limits), ring) ?? [];
}

/** What both sides compute for a message. */
export function computeMessage(
  reader: CaptureReader,
  observation: Observation,
  id: number,
  info: MessageInfo,
  limits: Limits,
  ring: KeyRing,
): readonly Computation[] {
  return observation.protocol.compute?.(withFrame(reader, observation, id, info, limits), ring) ?? [];
}

/** What is known of a message without reading its bytes. */
export function placed({ messages }: Observation, id: number, conversations: readonly Conversation[]): Placed {
  return {
    name: messages.names[messages.name(id)]!,
    direction: messages.direction(id),
    state: messages.state(id),
    encrypted: messages.encrypted(id),
    conversation: conversations[messages.conversation(id)]!,
    frame: messages.frame(id),
    facts: messages.facts.get(id),
    session: messages.session(id),
  };
}

/** A message as its protocol is given it. (A class, since a list makes a million of them.) */
class CapturedMessage implements Captured {
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
  /** A protocol may take it off: it is no method. */
  readonly derive: Captured['derive'];

  constructor(
    info: MessageInfo,
    { messages }: Observation,
    id: number,
    sources: Sources,
    carrier: Source,
    start: number,
    end: number,
  ) {
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
    this.facts = messages.facts.get(id);
    this.session = messages.session(id);
    this.derive = (name, bytes, origin) => sources.add(name, bytes, origin);
  }
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
): Captured {
  const frame = sources.list[0]!;
  const pieces = observation.messages.pieces.get(id);
  if (pieces === undefined) return new CapturedMessage(info, observation, id, sources, frame, start, end);
  const only = pieces.length === 1 && pieces[0]!.frame === info.frame ? pieces[0]! : undefined;
  if (only === undefined) {
    const carrier = sources.add('Reassembled', gather(reader, pieces), { kind: 'pieces', pieces });
    return new CapturedMessage(info, observation, id, sources, carrier, 0, carrier.bytes.length);
  }
  const stop = Math.min(only.offset + only.length, frame.bytes.length);
  return new CapturedMessage(info, observation, id, sources, frame, only.offset, stop);
}

function withFrame(reader: CaptureReader, observation: Observation, id: number, info: MessageInfo, limits: Limits): Captured {
  const sources = new Sources();
  const { start, end } = frameLayers(reader, info.frame - 1, sources, limits);
  return capture(reader, observation, id, info, sources, start, end);
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

function gather(reader: CaptureReader, pieces: readonly Piece[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const { frame, offset, length } of pieces) {
    whole.set(reader.frameBytes(frame - 1).subarray(offset, offset + length), at);
    at += length;
  }
  return whole;
}
