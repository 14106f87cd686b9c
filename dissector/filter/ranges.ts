import type { Range } from './syntax.ts';

/**
 * The bytes of some ranges, put together. The first range that goes beyond the end is the last: what stands before it counts, as in
 * Wireshark. Undefined where nothing is left.
 */
export function slice(bytes: Uint8Array, ranges: readonly Range[]): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  for (const { from, length } of ranges) {
    const start = from < 0 ? bytes.length + from : from;
    const end = length === undefined ? bytes.length : start + length;
    if (start < 0 || start >= bytes.length || end > bytes.length) break;
    parts.push(bytes.subarray(start, end));
  }
  if (parts.length < 2) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The layers that some ranges name, each once: they count from 1, negative ones from the last. */
export function pickLayers<T>(layers: readonly T[], ranges: readonly Range[]): T[] {
  return layers.filter((_, index) =>
    ranges.some(({ from, length = Number.POSITIVE_INFINITY }) => {
      const start = from < 0 ? layers.length + from : from - 1;
      return index >= start && index < start + length;
    }),
  );
}
