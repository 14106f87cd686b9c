import type { Window } from './window.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Walks the options of a pcapng block (draft-ietf-opsawg-pcapng section 3.5): code (u16), length (u16), value, padding
 * to 32 bits. Lenient: an option that runs past the block ends the walk, what came before it counts. `visit` gets the
 * code, the file offset of the value and its length in bytes, and returns false to stop.
 */
export function walkOptions(
  window: Window,
  start: number,
  end: number,
  littleEndian: boolean,
  visit: (code: number, at: number, length: number) => boolean | undefined,
): void {
  let at = start;
  while (at + 4 <= end && window.load(at, 4) === 4) {
    const base = at - window.start;
    const code = window.view.getUint16(base, littleEndian);
    const length = window.view.getUint16(base + 2, littleEndian);
    if (code === 0 || at + 4 + length > end) return;
    if (visit(code, at + 4, length) === false) return;
    at += 4 + ((length + 3) & ~3);
  }
}

/** Text of an option: UTF-8, a wrong byte becomes U+FFFD, a NUL ends it, and `maximum` bytes are kept at most. */
export function optionText(window: Window, at: number, length: number, maximum: number): string {
  const had = window.load(at, Math.min(length, maximum));
  const base = at - window.start;
  const bytes = window.bytes.subarray(base, base + had);
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
