import { fromBase64 } from '../bytes/index.ts';

const ascii = new TextDecoder('utf-8');

/** The DER of the first block of PEM text (RFC 7468) with this label; undefined where there is none, or its base64 is broken. */
export function pemBlock(text: string, label: string): Uint8Array | undefined {
  const body = new RegExp(`-----BEGIN ${label}-----([^-]*)-----END ${label}-----`).exec(text)?.[1];
  return body === undefined ? undefined : fromBase64(body.replace(/\s/g, ''));
}

/** DER as it stands; of bytes that are PEM text the block with this label, and nothing where it has none. */
export function derOf(bytes: Uint8Array, label: string): Uint8Array | undefined {
  // No DER of a key or a certificate begins with a hyphen.
  return bytes[0] === 0x2d ? pemBlock(ascii.decode(bytes), label) : bytes;
}
