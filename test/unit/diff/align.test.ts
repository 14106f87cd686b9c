/** The alignment of two sequences, beside a table of all of it. */
import { describe, expect, it } from 'vitest';
import { align } from '../../../dissector/diff/align.ts';

function pairsOf(a: ArrayLike<number>, b: ArrayLike<number>): [number, number][] {
  const pairs: [number, number][] = [];
  align(a, b, (x, y) => void pairs.push([x, y]));
  return pairs;
}

/** Length of the longest common subsequence. */
function longest(a: readonly number[], b: readonly number[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const token of a) {
    const next = [0];
    b.forEach((other, at) => void next.push(token === other ? row[at]! + 1 : Math.max(row[at + 1]!, next[at]!)));
    row = next;
  }
  return row.at(-1)!;
}

/** The same numbers for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function expectAscending(a: ArrayLike<number>, b: ArrayLike<number>, pairs: readonly (readonly [number, number])[]): void {
  pairs.forEach(([x, y], at) => {
    expect(a[x]).toBe(b[y]);
    if (at === 0) return;
    expect(x).toBeGreaterThan(pairs[at - 1]![0]);
    expect(y).toBeGreaterThan(pairs[at - 1]![1]);
  });
}

describe('an alignment', () => {
  it.each([2, 3, 5])('of tokens of %d kinds that repeat is the longest there is', (kinds) => {
    const next = random(kinds);
    for (let round = 0; round < 300; round++) {
      // Each token is there often enough not to be an anchor.
      const some = (): number[] => [...Array.from({ length: Math.floor(next() * 30) }, () => Math.floor(next() * kinds))];
      const base = Array.from({ length: kinds * 2 }, (_, at) => at % kinds);
      const [a, b] = [
        [...base, ...some()],
        [...base.toReversed(), ...some()],
      ];
      const pairs = pairsOf(a, b);
      expectAscending(a, b, pairs);
      expect(pairs.length).toBe(longest(a, b));
    }
  });

  it('never pairs what differs, or crosses itself', () => {
    const next = random(7);
    for (let round = 0; round < 200; round++) {
      const some = (): number[] => Array.from({ length: Math.floor(next() * 40) }, () => Math.floor(next() * 20));
      const [a, b] = [some(), some()];
      expectAscending(a, b, pairsOf(a, b));
    }
  });

  it('leaves out one lost message, and no other', () => {
    const a = Array.from({ length: 1000 }, (_, at) => at % 7);
    const b = a.toSpliced(500, 1);
    expect(pairsOf(a, b).length).toBe(999);
  });

  it.each([
    ['the same', (at: number) => at, 100_000],
    ['shifted by one', (at: number) => at + 1, 99_999],
    ['all different', (at: number) => 200_000 + at, 0],
    ['two kinds at random', (at: number) => Math.imul(at + 1, 0x9e3779b1) >>> 31, 50_000],
  ])('of 100,000 beside 100,000 ends: %s', (_, of, least) => {
    const isRandom = least === 50_000;
    const a = Int32Array.from({ length: 100_000 }, (_each, at) => (isRandom ? Math.imul(at + 7, 0x85ebca6b) >>> 31 : at));
    const b = Int32Array.from({ length: 100_000 }, (_each, at) => of(at));
    const pairs = pairsOf(a, b);
    expect(pairs.length).toBeGreaterThanOrEqual(least);
  });
});
