import type { Limits, Piece } from '../bytes/index.ts';
import type { Direction } from '../protocol/index.ts';
import { type Layer, valuesOfLayer } from './layer.ts';
import { type ReadMessage, rangesOf, type TakenMessage, type Tried } from './readmessage.ts';
import type { MessageSink } from './sink.ts';
import { invalidPart } from './verdicts.ts';

/** One message that bytes hold whole, such as a datagram; and why they are none, where they are none. */
export interface Whole {
  readonly taken: TakenMessage;
  readonly problem: { readonly text: string; readonly kind: 'malformed' | 'incomplete' } | undefined;
}

/** Reads bytes that are one message of a layer. What is left behind the message is told as undecoded in its tree. */
export function readWhole(
  layer: Layer,
  bytes: Uint8Array,
  limits: Limits,
  where: { readonly pieces: readonly Piece[]; readonly carrier?: number; readonly tried?: Tried | undefined },
): Whole {
  const { field, problem } = layer.decode(bytes, 0, 0, bytes.length, limits);
  const ranges = rangesOf(field);
  const taken = {
    ...{ values: valuesOfLayer(field), bytes, ranges, invalid: invalidPart(field) },
    ...{ pieces: where.pieces, carrier: where.carrier, tried: where.tried },
  };
  const kind = problem?.kind === 'incomplete' ? 'incomplete' : 'malformed';
  return { taken, problem: problem && { text: problem.text, kind } };
}

/** A message that the bytes of a derived record hold whole, as a layer of the row that carries it; undefined for bytes that are none. */
export function addContent(
  sink: MessageSink,
  direction: Direction,
  layer: Layer,
  bytes: Uint8Array,
  { carrier, record }: { readonly carrier: number; readonly record: number },
): ReadMessage | undefined {
  const pieces = [{ frame: record, offset: 0, length: bytes.length }];
  const { taken, problem } = readWhole(layer, bytes, sink.limits, { pieces, carrier });
  const message = sink.add(direction, layer, taken);
  if (problem === undefined) return message;
  sink.findBroken(carrier, problem.text);
  return undefined;
}
