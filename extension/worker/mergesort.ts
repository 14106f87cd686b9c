/** A stable sort in steps: a million rows take longer than others may wait. */

/** Comparisons between two steps. */
const STEP = 4096;

/**
 * Sorts the indexes 0 to `length` - 1 by `compare`, which takes two of them; equal ones keep their order. Yields every few thousand
 * comparisons, and returns the sorted indexes.
 */
export function* mergeSort(length: number, compare: (a: number, b: number) => number): Generator<void, Uint32Array<ArrayBuffer>> {
  let from = new Uint32Array(length);
  for (let index = 0; index < length; index++) from[index] = index;
  let to = new Uint32Array(length);
  let compared = 0;
  for (let width = 1; width < length; width *= 2) {
    for (let start = 0; start < length; start += 2 * width) {
      const [middle, end] = [Math.min(start + width, length), Math.min(start + 2 * width, length)];
      let [left, right] = [start, middle];
      for (let at = start; at < end; at++) {
        if (++compared % STEP === 0) yield;
        const isLeft = left < middle && (right >= end || compare(from[left]!, from[right]!) <= 0);
        to[at] = from[isLeft ? left++ : right++]!;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
