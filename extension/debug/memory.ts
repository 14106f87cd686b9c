/** Bytes that a client reads: those of the Sources of a message, the frame, the stream and what was decrypted. */
import type { Analysis } from '../../dissector/analysis/index.ts';
import { toBase64 } from '../../dissector/bytes/index.ts';
import type { Shown } from '../../dissector/stepping/index.ts';
import { type Arguments, integer, integerIn, Refusal, text } from './requests.ts';

/** Bytes that one request reads at most. */
const MOST_BYTES = 0x10_0000;

export function memoryReference({ n, source, start }: NonNullable<Shown['memory']>): string {
  return `message ${n} source ${source} byte ${start}`;
}

/** The bytes of `readMemory`, which are base64; what lies outside a Source is unreadable. */
export function readMemory(analysis: Analysis, given: Arguments): Readonly<Record<string, unknown>> {
  const [, n, id, start] = /^message (\d{1,10}) source (\d{1,5}) byte (\d{1,10})$/.exec(text(given, 'memoryReference')) ?? [];
  if (n === undefined || Number(n) >= analysis.messageCount) throw new Refusal('There is no such memory.');
  const bytes = analysis.dissect(Number(n)).tree.sources[Number(id)]?.bytes;
  if (bytes === undefined) throw new Refusal('There is no such memory.');
  const first = Number(start) + (integerIn(given, 'offset') ?? 0);
  const count = Math.min(MOST_BYTES, Math.max(0, integer(given, 'count')));
  const from = Math.min(bytes.length, Math.max(0, first));
  const to = Math.min(bytes.length, Math.max(from, first + count));
  return {
    address: `0x${from.toString(16)}`,
    data: toBase64(bytes.subarray(from, to)),
    ...(to - from < count ? { unreadableBytes: count - (to - from) } : {}),
  };
}
