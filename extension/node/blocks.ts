/** The blocks of a recording of this program, which is little-endian pcapng (draft-ietf-opsawg-pcapng, section 3.1). */

/** Enhanced Packet Block (section 4.3) and Decryption Secrets Block (section 4.7). */
export const PACKET_BLOCK = 0x0000_0006;
export const SECRETS_BLOCK = 0x0000_000a;
const SMALLEST_BLOCK = 12;
/** Where an Enhanced Packet Block has its captured length, and its packet. */
const CAPTURED_AT = 20;
const PACKET_AT = 28;

/** In their order; the last one may still be growing and is left out then. */
export function* blocksOf(bytes: Buffer): Generator<{ readonly type: number; readonly bytes: Uint8Array }> {
  for (let at = 0; at + SMALLEST_BLOCK <= bytes.length; ) {
    const size = bytes.readUInt32LE(at + 4);
    if (size < SMALLEST_BLOCK || at + size > bytes.length) return;
    yield { type: bytes.readUInt32LE(at), bytes: bytes.subarray(at, at + size) };
    at += size;
  }
}

/** What was recorded before a frame. */
export interface Before {
  /** With all keys, also those that came later. */
  readonly blocks: readonly Uint8Array[];
  /** How many frames are in these blocks. */
  readonly frames: number;
  /** The bytes of that frame. */
  readonly next: Uint8Array | undefined;
}

/** `frame` counts from 1; without one it is all that was recorded. */
export function recordedBefore(bytes: Buffer, frame = Number.POSITIVE_INFINITY): Before {
  const blocks: Uint8Array[] = [];
  let next: Uint8Array | undefined;
  let [seen, frames] = [0, 0];
  for (const { type, bytes: block } of blocksOf(bytes)) {
    if (type === PACKET_BLOCK && ++seen >= frame) {
      next ??= packetIn(block);
      continue;
    }
    if (type === PACKET_BLOCK) frames++;
    blocks.push(block);
  }
  return { blocks, frames, next };
}

function packetIn(block: Uint8Array): Uint8Array {
  const captured = new DataView(block.buffer, block.byteOffset, block.byteLength).getUint32(CAPTURED_AT, true);
  return block.subarray(PACKET_AT, PACKET_AT + captured);
}
