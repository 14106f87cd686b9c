/** The blocks of a recording of this program, which is little-endian pcapng (draft-ietf-opsawg-pcapng, section 3.1). */

/** Enhanced Packet Block (section 4.3) and Decryption Secrets Block (section 4.7). */
export const PACKET_BLOCK = 0x0000_0006;
export const SECRETS_BLOCK = 0x0000_000a;
const SMALLEST_BLOCK = 12;

/** In their order; the last one may still be growing and is left out then. */
export function* blocksOf(bytes: Buffer): Generator<{ readonly type: number; readonly bytes: Uint8Array }> {
  for (let at = 0; at + SMALLEST_BLOCK <= bytes.length; ) {
    const size = bytes.readUInt32LE(at + 4);
    if (size < SMALLEST_BLOCK || at + size > bytes.length) return;
    yield { type: bytes.readUInt32LE(at), bytes: bytes.subarray(at, at + size) };
    at += size;
  }
}

/** What was recorded before a frame, from 1, with all keys; all of it without one. `frames`: how many frames that are. */
export function recordedBefore(bytes: Buffer, frame = Number.POSITIVE_INFINITY): { blocks: Uint8Array[]; frames: number } {
  const blocks: Uint8Array[] = [];
  let [seen, frames] = [0, 0];
  for (const { type, bytes: block } of blocksOf(bytes)) {
    if (type === PACKET_BLOCK && ++seen >= frame) continue;
    if (type === PACKET_BLOCK) frames++;
    blocks.push(block);
  }
  return { blocks, frames };
}
