import { base64 } from '@scure/base';

/**
 * Strict base64 of RFC 4648 section 4: the standard alphabet, padding required, no white space, zero trailing bits.
 * Undefined when `text` breaks any of that (Node's Buffer accepts nearly everything, which would hide a sender's bug).
 */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    return base64.decode(text);
  } catch {
    return undefined;
  }
}

export function toBase64(bytes: Uint8Array): string {
  return base64.encode(bytes);
}
