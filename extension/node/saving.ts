/** A copy of a recording without the keys in it. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';

/** Decryption Secrets Block (draft-ietf-opsawg-pcapng section 4.7). */
const SECRETS_BLOCK = 0x0000_000a;
const SMALLEST_BLOCK = 12;

/** Throws the system's error. The copy with keys is for its owner alone. */
export function saveRecording(from: string, to: string, keys: boolean): void {
  if (keys) {
    copyFileSync(from, to);
    return;
  }
  const bytes = readFileSync(from);
  const kept: Uint8Array[] = [];
  // A recording of this program is little-endian; its last block may still be growing.
  for (let at = 0; at + SMALLEST_BLOCK <= bytes.length; ) {
    const size = bytes.readUInt32LE(at + 4);
    if (size < SMALLEST_BLOCK || at + size > bytes.length) break;
    if (bytes.readUInt32LE(at) !== SECRETS_BLOCK) kept.push(bytes.subarray(at, at + size));
    at += size;
  }
  writeFileSync(to, Buffer.concat(kept));
}
