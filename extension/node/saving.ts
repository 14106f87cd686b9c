/** Copies of a recording, with the keys in it or without. */
import { closeSync, fchmodSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';

/** Decryption Secrets Block (draft-ietf-opsawg-pcapng section 4.7). */
const SECRETS_BLOCK = 0x0000_000a;
const SMALLEST_BLOCK = 12;

/** Throws the system's error. The copy with keys is for its owner alone. */
export function saveRecording(from: string, to: string, keys: boolean): void {
  const bytes = readFileSync(from);
  if (keys) {
    ownerOnly(to, bytes);
    return;
  }
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

/** A file that others may read is theirs no more before the first key is in it. */
export function ownerOnly(path: string, bytes: Uint8Array): void {
  const descriptor = openSync(path, 'w', 0o600);
  try {
    if (fstatSync(descriptor).isFile()) fchmodSync(descriptor, 0o600);
    writeFileSync(descriptor, bytes);
  } finally {
    closeSync(descriptor);
  }
}
