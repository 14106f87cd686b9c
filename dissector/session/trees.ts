import type { Field, Limits, Origin, Piece, Source, Tree } from '../bytes/index.ts';
import type { CaptureReader } from '../capture/index.ts';
import { decodeLayers, PacketView, parsePacket } from '../link/index.ts';
import type { MessageInfo } from './analysis.ts';
import type { TriedKey } from './explain.ts';
import type { KeyRing } from './keyring.ts';
import type { Observation } from './observation.ts';
import type { Captured, Conversation, Dissection } from './protocol.ts';
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
  const { layers, payload, trailer } = frameLayers(reader, index, sources, limits);
  const rest = payload.end > payload.start ? [{ ...payload, name: 'payload', kind: 'value' as const, value: payload.bytes }] : [];
  return { sources: sources.list, layers: [...layers, ...rest.map(({ bytes: _, ...field }) => field), ...trailer] };
}

interface Opened {
  readonly captured: Captured;
  readonly sources: Sources;
  readonly layers: readonly Field[];
  readonly trailer: readonly Field[];
}

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
  const { captured, sources, layers, trailer } = openMessage(reader, observation, id, info, limits);
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
  const { captured } = openMessage(reader, observation, id, info, limits, payloadAlone);
  return observation.protocol.dissect(captured);
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
  return observation.protocol.explain?.(openMessage(reader, observation, id, info, limits).captured, ring) ?? [];
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
  return observation.protocol.compute?.(openMessage(reader, observation, id, info, limits).captured, ring) ?? [];
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

function openMessage(
  reader: CaptureReader,
  observation: Observation,
  id: number,
  info: MessageInfo,
  limits: Limits,
  layersOf: typeof frameLayers = frameLayers,
): Opened {
  const { messages } = observation;
  const sources = new Sources();
  const { layers, payload, trailer } = layersOf(reader, info.frame - 1, sources, limits);
  const pieces = messages.pieces.get(id);
  const inFrame =
    pieces === undefined ? { offset: payload.start, length: payload.end - payload.start } : inOneFrame(pieces, info.frame);
  const carrier =
    inFrame === undefined
      ? sources.add('Reassembled', gather(reader, pieces!), { kind: 'pieces', pieces: pieces! })
      : sources.list[0]!;
  const start = inFrame?.offset ?? 0;
  const end = inFrame === undefined ? carrier.bytes.length : Math.min(inFrame.offset + inFrame.length, carrier.bytes.length);
  const captured: Captured = {
    name: info.name,
    direction: info.direction,
    state: info.state,
    encrypted: info.encrypted,
    conversation: info.conversation,
    frame: info.frame,
    bytes: carrier.bytes,
    source: carrier.id,
    start,
    end,
    facts: messages.facts.get(id),
    session: messages.session(id),
    derive: (name, bytes, origin) => sources.add(name, bytes, origin),
  };
  return { captured, sources, layers, trailer };
}

interface FrameLayers {
  readonly layers: readonly Field[];
  readonly payload: { readonly source: number; readonly start: number; readonly end: number; readonly bytes: Uint8Array };
  readonly trailer: readonly Field[];
}

function frameLayers(reader: CaptureReader, index: number, sources: Sources, limits: Limits): FrameLayers {
  const bytes = reader.frameBytes(index).slice();
  const source = sources.add('Frame', bytes, { kind: 'frame', frame: index + 1 });
  const { frames } = reader;
  const lower = decodeLayers(bytes, frames.linkType(index), frames.original(index), limits, source.id);
  const { payloadStart: start, payloadEnd: end } = lower;
  const trailer: Field[] = lower.trailer === undefined ? [] : [lower.trailer];
  return { layers: lower.layers, payload: { source: source.id, start, end, bytes: bytes.subarray(start, end) }, trailer };
}

const view = new PacketView();
const noLayers: readonly Field[] = [];

/** Where the payload lies, and no tree of what is around it. The bytes are the reader's own, until it reads the next frame. */
function payloadAlone(reader: CaptureReader, index: number, sources: Sources, limits: Limits): FrameLayers {
  const bytes = reader.frameBytes(index);
  const source = sources.add('Frame', bytes, { kind: 'frame', frame: index + 1 });
  parsePacket(bytes, reader.frames.linkType(index), view, limits, reader.frames.original(index));
  const { payloadStart: start, payloadEnd: end } = view;
  return { layers: noLayers, payload: { source: source.id, start, end, bytes }, trailer: noLayers };
}

/** A message whose bytes lie in the completing frame alone, one after the other. */
function inOneFrame(pieces: readonly Piece[], frame: number): { offset: number; length: number } | undefined {
  if (pieces.length !== 1 || pieces[0]!.frame !== frame) return undefined;
  return pieces[0]!;
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
