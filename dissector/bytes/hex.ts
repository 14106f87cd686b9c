import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

/** Lower-case hex, two digits a byte, no separators. */
export function toHex(bytes: Uint8Array): string {
  return bytesToHex(bytes);
}

/**
 * A string that stands for bytes in a map that lives long: a character a byte. Hex is longer, and made digit by digit it is kept
 * as a tree of its digits, some forty times as large as the bytes.
 */
export function mapKey(bytes: Uint8Array): string {
  let key = '';
  for (let at = 0; at < bytes.length; at += KEY_PIECE) key += String.fromCharCode(...bytes.subarray(at, at + KEY_PIECE));
  return key;
}

/** Characters that are made at once: an argument each. */
const KEY_PIECE = 4096;

/** The bytes of `text` (either case, an even number of digits), or undefined when it is not hex. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  return hexToBytes(text);
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
