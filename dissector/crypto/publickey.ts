import { equalBytes, fromHex } from '../bytes/index.ts';
import { readPublicKeyInfo } from './publickeyinfo.ts';
import type { PublicKey } from './signature.ts';

/** What stands before the 32 bytes of an Ed25519 key (RFC 8410 section 4): DER has one form of it. */
const ed25519Prefix = fromHex('302a300506032b6570032100')!;
const ED25519_INFO = ed25519Prefix.length + 32;

/** Reads a DER SubjectPublicKeyInfo (RFC 5280 section 4.1); a sentence when it cannot be read or used. */
export function readPublicKey(der: Uint8Array): PublicKey | string {
  const isEd25519 = der.length === ED25519_INFO && equalBytes(der.subarray(0, ed25519Prefix.length), ed25519Prefix);
  // Most handshakes bring such a key: the structures of ASN.1 are not needed for it.
  return isEd25519 ? { kind: 'Ed25519', bytes: Uint8Array.from(der.subarray(ed25519Prefix.length)) } : readPublicKeyInfo(der);
}
