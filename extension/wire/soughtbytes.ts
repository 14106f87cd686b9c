/** What a person looks for among bytes: hexadecimal digits or text, without quotes. What may be both is looked for as both. */

/** More matches of one source than these are not counted. */
export const MOST_MATCHES = 1_000;

/** Half-open, in bytes from the start of what was searched. */
export interface ByteMatch {
  readonly start: number;
  readonly end: number;
}

/** The bytes that a text may mean: of `01:ff`, `0x01ff` or `01 ff` those, and the text itself in UTF-8. In quotes it is text alone. */
export function soughtBytes(text: string): readonly Uint8Array[] {
  const quoted = /^"(.+)"$/s.exec(text.trim())?.[1];
  if (quoted !== undefined) return [new TextEncoder().encode(quoted)];
  if (text.trim() === '') return [];
  const digits = text.replace(/0x|[\s:-]/gi, '');
  const isHex = digits.length > 0 && digits.length % 2 === 0 && /^[0-9a-f]+$/i.test(digits);
  const hex = isHex ? [Uint8Array.from(digits.match(/../g)!, (pair) => Number.parseInt(pair, 16))] : [];
  return [...hex, new TextEncoder().encode(text)];
}

/** Where the first of some bytes stands, `from` or behind; -1 where it does not. */
export function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array, from = 0): number {
  const last = bytes.length - wanted.length;
  for (let at = bytes.indexOf(wanted[0]!, from); at >= 0 && at <= last; at = bytes.indexOf(wanted[0]!, at + 1))
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  return -1;
}

/** Where any of them stands, in order; the first `MOST_MATCHES`. Matches of one may overlap. */
export function byteMatches(bytes: Uint8Array, wanted: readonly Uint8Array[]): ByteMatch[] {
  const found = wanted.flatMap((one) => {
    const matches: ByteMatch[] = [];
    let at = indexOfBytes(bytes, one);
    for (; at >= 0 && matches.length < MOST_MATCHES; at = indexOfBytes(bytes, one, at + 1))
      matches.push({ start: at, end: at + one.length });
    return matches;
  });
  return found.sort((a, b) => a.start - b.start || a.end - b.end).slice(0, MOST_MATCHES);
}
