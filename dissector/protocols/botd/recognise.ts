import type { Limits } from '../../bytes/index.ts';
import { beginsAsTls, type ConversationSample, looksRandom, probable } from '../../protocol/index.ts';
import { checksumFits, helloIn, mayBeClear } from './cleartext.ts';
import { clearHead, lengthOf, sealedHead } from './messages.ts';

/** Listening port of the specification. */
export const port = 9945;

/** An Init or Ack is certain by its fields, and more so with a checksum that fits; the beginning of one, and on the port what may be frames, is probable. */
export function recognise({ transport, streams, ports, opened, limits }: ConversationSample): number {
  if (transport !== 'tcp') return 0;
  const onPort = ports.includes(port);
  const best = Math.max(...streams.map((bytes) => byBytes(bytes, limits)));
  if (best >= 80) return best;
  const there = streams.filter((bytes) => bytes.length > 0);
  if (!onPort || there.length === 0 || opened || there.some((bytes) => isText(bytes) || beginsAsTls(bytes))) return best;
  if (there.every((bytes) => chains(bytes, limits))) return Math.max(best, 70);
  const isLikely = there.every((bytes) => looksRandom(bytes) !== false) && there.some(looksRandom);
  return isLikely ? Math.max(best, probable) : best;
}

function byBytes(bytes: Uint8Array, { frameLength }: Limits): number {
  if (!mayBeClear(bytes) || lengthOf(bytes) > frameLength) return 0;
  const end = clearHead + lengthOf(bytes);
  if (bytes.length < end) return bytes.length > clearHead + 8 ? probable + 10 : 0;
  const frame = bytes.subarray(0, end);
  const hello = helloIn(frame.subarray(clearHead)) !== undefined;
  if (checksumFits(frame)) return hello ? 95 : 90;
  return hello ? 85 : 0;
}

/** Lengths that lead from frame to frame; the last may be cut off. */
function chains(bytes: Uint8Array, { frameLength }: Limits): boolean {
  let at = mayBeClear(bytes) ? clearHead + lengthOf(bytes) : 0;
  for (let frames = 0; at + sealedHead <= bytes.length && frames < 64; frames++) {
    const length = lengthOf(bytes, at);
    if (length > frameLength) return false;
    at += sealedHead + length;
  }
  return bytes.length >= sealedHead;
}

function isText(bytes: Uint8Array): boolean {
  return (
    bytes.length > 2 &&
    bytes.subarray(0, 64).every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13)
  );
}
