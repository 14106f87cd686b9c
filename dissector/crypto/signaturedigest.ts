import { cshake256 } from '@noble/hashes/sha3-addons.js';

const text = new TextEncoder();

/**
 * What p2pke signs: the first 64 bytes of cSHAKE256 (NIST SP 800-185) over `message`, with an empty function name and the
 * purpose as customization string.
 */
export function signatureDigest(purpose: string, message: Uint8Array): Uint8Array {
  return cshake256(message, { dkLen: 64, personalization: text.encode(purpose) });
}
