import { createHmac } from 'node:crypto';
import { type Engine, type HmacHash, libraryEngine } from '../../dissector/crypto/index.ts';

const names: Readonly<Record<HmacHash, string>> = {
  SHA256: 'sha256',
  SHA512: 'sha512',
  BLAKE2s: 'blake2s256',
  BLAKE2b: 'blake2b512',
};
/** Hash functions that this Node does not have: BoringSSL leaves BLAKE2 out. */
const absent = new Set<HmacHash>();

/** HMAC of Node, of each hash function that it has. */
export const nativeHmac: Engine['hmac'] = (hash, key, message) => {
  if (!absent.has(hash)) {
    try {
      const { buffer, byteOffset, length } = createHmac(names[hash], key).update(message).digest();
      return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
    } catch {
      absent.add(hash);
    }
  }
  return libraryEngine.hmac(hash, key, message);
};
