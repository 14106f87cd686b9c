import type { Piece } from '../bytes/index.ts';

/** Where in `own` the bytes of `inner` end, in bytes from its start; undefined where the last of them is not in there. */
export function endIn(own: readonly Piece[], inner: readonly Piece[]): number | undefined {
  const last = inner.at(-1);
  const at = last && offsetIn(own, last.frame, last.offset + last.length - 1);
  return at === undefined ? undefined : at + 1;
}

/** Where they lie; undefined where they are not in there, all and side by side. */
export function rangeIn(own: readonly Piece[], inner: readonly Piece[]): readonly [start: number, end: number] | undefined {
  const [first] = inner;
  const start = first && offsetIn(own, first.frame, first.offset);
  const end = endIn(own, inner);
  if (start === undefined || end === undefined) return undefined;
  return end - start === inner.reduce((sum, { length }) => sum + length, 0) ? [start, end] : undefined;
}

function offsetIn(own: readonly Piece[], frame: number, offset: number): number | undefined {
  let at = 0;
  for (const each of own) {
    if (each.frame === frame && offset >= each.offset && offset < each.offset + each.length) return at + offset - each.offset;
    at += each.length;
  }
  return undefined;
}
