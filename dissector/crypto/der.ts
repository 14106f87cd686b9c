import { bitsOf, bytesOfInteger } from './integer.ts';

/** Content of a DER INTEGER that is not negative: a zero stands in front of a highest bit that is set. */
export function derInteger(value: bigint): ArrayBuffer {
  return bufferOf(bytesOfInteger(value, Math.floor(bitsOf(value) / 8) + 1));
}

/** Bytes in a buffer of their own, as the ASN.1 types take them. */
export function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
