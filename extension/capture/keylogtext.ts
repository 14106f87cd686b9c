/** Encodings by the byte order mark at their beginning (Unicode 16, section 23.8). */
const marks = [
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;

/**
 * The text of a key log: UTF-8, or UTF-16 where a byte order mark says so, as Windows PowerShell writes what is redirected into a file. The mark is
 * no part of it. Never throws.
 */
export function keyLogText(bytes: Uint8Array): string {
  const found = marks.find(({ mark }) => mark.every((byte, at) => bytes[at] === byte));
  return new TextDecoder(found?.encoding ?? 'utf-8').decode(bytes);
}
