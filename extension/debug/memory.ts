/** Bytes that a client reads: those of the Sources of a message, the frame, the stream and what was decrypted. */
import type { Analysis } from '../../dissector/analysis/index.ts';
import { toBase64 } from '../../dissector/bytes/index.ts';
import { readMemoryPlace } from '../../dissector/stepping/index.ts';
import { type Arguments, integer, integerIn, Refusal, text } from './requests.ts';

/** Bytes that one request reads at most. */
const MOST_BYTES = 0x10_0000;

/** The bytes of `readMemory`, which are base64; what lies outside a Source is unreadable. */
export function readMemory(analysis: Analysis | undefined, given: Arguments): Readonly<Record<string, unknown>> {
  const place = readMemoryPlace(text(given, 'memoryReference'));
  if (analysis === undefined || place === undefined || place.n >= analysis.messageCount)
    throw new Refusal('There is no such memory.');
  const bytes = analysis.dissect(place.n).tree.sources[place.source]?.bytes;
  if (bytes === undefined) throw new Refusal('There is no such memory.');
  return bytesAnswer(bytes, place.start, given);
}

/** The part of bytes that a request asks for, from a place in them. */
export function bytesAnswer(bytes: Uint8Array, start: number, given: Arguments): Readonly<Record<string, unknown>> {
  const first = start + (integerIn(given, 'offset') ?? 0);
  const count = Math.min(MOST_BYTES, Math.max(0, integer(given, 'count')));
  const from = Math.min(bytes.length, Math.max(0, first));
  const to = Math.min(bytes.length, Math.max(from, first + count));
  return {
    address: `0x${from.toString(16)}`,
    data: toBase64(bytes.subarray(from, to)),
    ...(to - from < count ? { unreadableBytes: count - (to - from) } : {}),
  };
}
