/**
 * Alignment of two sequences of tokens: which element of the one is which of the other. Memory grows with their length alone. Equal ends
 * are taken off; tokens that occur once on both sides are anchors (patience diff, Bram Cohen); what lies between them is aligned by the
 * algorithm of Myers ("An O(ND) Difference Algorithm", 1986) in linear space. Where that would take too long, each token takes its next
 * place.
 */

/** Called with places in both sequences, in ascending order. */
export type Matched = (a: number, b: number) => void;

/** Half of the edits that one alignment between anchors may have before it is made more simply. */
const MOST_EDITS = 1_000;

/** A part of both sequences. */
interface Box {
  readonly a: number;
  readonly aEnd: number;
  readonly b: number;
  readonly bEnd: number;
}

export function align(a: ArrayLike<number>, b: ArrayLike<number>, matched: Matched): void {
  alignBox(a, b, { a: 0, aEnd: a.length, b: 0, bEnd: b.length }, matched);
}

function alignBox(a: ArrayLike<number>, b: ArrayLike<number>, box: Box, matched: Matched): void {
  let { a: from, aEnd, b: into, bEnd } = box;
  while (from < aEnd && into < bEnd && a[from] === b[into]) matched(from++, into++);
  let tail = 0;
  while (aEnd > from && bEnd > into && a[aEnd - 1] === b[bEnd - 1]) {
    aEnd--;
    bEnd--;
    tail++;
  }
  const anchors = anchorsOf(a, b, { a: from, aEnd, b: into, bEnd });
  for (const [left, right] of [...anchors, [aEnd, bEnd] as const]) {
    between(a, b, { a: from, aEnd: left, b: into, bEnd: right }, matched);
    if (left < aEnd) matched(left, right);
    from = left + 1;
    into = right + 1;
  }
  for (let at = 0; at < tail; at++) matched(aEnd + at, bEnd + at);
}

/** Tokens that stand once on both sides, the most of them that are in one order on both. */
function anchorsOf(a: ArrayLike<number>, b: ArrayLike<number>, box: Box): readonly (readonly [number, number])[] {
  const places = new Map<number, { a: number; b: number }>();
  for (let at = box.a; at < box.aEnd; at++) {
    const known = places.get(a[at]!);
    if (known === undefined) places.set(a[at]!, { a: at, b: -1 });
    else known.a = -2;
  }
  for (let at = box.b; at < box.bEnd; at++) {
    const known = places.get(b[at]!);
    if (known !== undefined) known.b = known.b === -1 ? at : -2;
  }
  const unique: [number, number][] = [];
  for (const { a: left, b: right } of places.values()) if (left >= 0 && right >= 0) unique.push([left, right]);
  return ascending(unique);
}

/** The longest part of pairs, which ascend by the first, that ascends by the second, too (patience sorting). */
function ascending(pairs: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const tops: number[] = [];
  const before = new Int32Array(pairs.length);
  pairs.forEach(([, place], at) => {
    let [low, high] = [0, tops.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tops[middle]!]![1] < place) low = middle + 1;
      else high = middle;
    }
    before[at] = low === 0 ? -1 : tops[low - 1]!;
    tops[low] = at;
  });
  const chain: (readonly [number, number])[] = [];
  for (let at = tops.at(-1) ?? -1; at >= 0; at = before[at]!) chain.push(pairs[at]!);
  return chain.reverse();
}

/** Tokens that only one side has cannot match: without them what is left is short. */
function between(a: ArrayLike<number>, b: ArrayLike<number>, box: Box, matched: Matched): void {
  if (box.a >= box.aEnd || box.b >= box.bEnd) return;
  const left = placesIn(a, box.a, box.aEnd, tokensIn(b, box.b, box.bEnd));
  const right = placesIn(b, box.b, box.bEnd, tokensIn(a, box.a, box.aEnd));
  const [x, y] = [left.map((at) => a[at]!), right.map((at) => b[at]!)];
  const work: Work = { x, y, matched: (one, other) => matched(left[one]!, right[other]!) };
  const open: (Box | readonly [number, number])[] = [{ a: 0, aEnd: x.length, b: 0, bEnd: y.length }];
  // A stack of its own: a sequence may be divided more often than functions may call themselves.
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if ('length' in next) work.matched(...next);
    else open.push(...divide(work, next).reverse());
  }
}

interface Work {
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly matched: Matched;
}

function tokensIn(tokens: ArrayLike<number>, from: number, end: number): Set<number> {
  const found = new Set<number>();
  for (let at = from; at < end; at++) found.add(tokens[at]!);
  return found;
}

function placesIn(tokens: ArrayLike<number>, from: number, end: number, wanted: ReadonlySet<number>): Int32Array {
  const places: number[] = [];
  for (let at = from; at < end; at++) if (wanted.has(tokens[at]!)) places.push(at);
  return Int32Array.from(places);
}

/** The parts of a box, in order: pairs that match, and boxes that are still to be aligned. */
function divide(work: Work, box: Box): (Box | readonly [number, number])[] {
  const { x, y } = work;
  const parts: (Box | readonly [number, number])[] = [];
  let { a, aEnd, b, bEnd } = box;
  while (a < aEnd && b < bEnd && x[a] === y[b]) parts.push([a++, b++]);
  const tail: (readonly [number, number])[] = [];
  while (aEnd > a && bEnd > b && x[aEnd - 1] === y[bEnd - 1]) tail.push([--aEnd, --bEnd]);
  tail.reverse();
  if (a >= aEnd || b >= bEnd) return [...parts, ...tail];
  const middle = middleOf(x, y, { a, aEnd, b, bEnd });
  if (middle === undefined) return [...parts, ...nextPlaces(x, y, { a, aEnd, b, bEnd }), ...tail];
  const [first, second] = middle;
  return [...parts, { a, aEnd: first, b, bEnd: second }, { a: first, aEnd, b: second, bEnd }, ...tail];
}

/** A point that a shortest way through the box passes; undefined where it has more edits than is worth the time. */
function middleOf(x: Int32Array, y: Int32Array, { a, aEnd, b, bEnd }: Box): readonly [number, number] | undefined {
  const [n, m] = [aEnd - a, bEnd - b];
  const delta = n - m;
  const most = Math.min(Math.ceil((n + m) / 2), MOST_EDITS);
  const offset = most + 1;
  const ahead = new Int32Array(2 * offset + 1);
  const back = new Int32Array(2 * offset + 1);
  const isOdd = (delta & 1) !== 0;
  for (let d = 0; d <= most; d++) {
    for (let k = -d; k <= d; k += 2) {
      let at =
        k === -d || (k !== d && ahead[offset + k - 1]! < ahead[offset + k + 1]!)
          ? ahead[offset + k + 1]!
          : ahead[offset + k - 1]! + 1;
      while (at < n && at - k < m && at - k >= 0 && x[a + at] === y[b + at - k]) at++;
      ahead[offset + k] = at;
      const other = delta - k;
      if (isOdd && Math.abs(other) <= d - 1 && at + back[offset + other]! >= n && isInside(at, at - k, n, m))
        return point(a, b, at, at - k, n, m);
    }
    for (let k = -d; k <= d; k += 2) {
      let at =
        k === -d || (k !== d && back[offset + k - 1]! < back[offset + k + 1]!)
          ? back[offset + k + 1]!
          : back[offset + k - 1]! + 1;
      while (at < n && at - k < m && at - k >= 0 && x[aEnd - 1 - at] === y[bEnd - 1 - (at - k)]) at++;
      back[offset + k] = at;
      const other = delta - k;
      if (!isOdd && Math.abs(other) <= d && at + ahead[offset + other]! >= n && isInside(n - at, m - (at - k), n, m))
        return point(a, b, n - at, m - (at - k), n, m);
    }
  }
  return undefined;
}

function isInside(i: number, j: number, n: number, m: number): boolean {
  return i >= 0 && j >= 0 && i <= n && j <= m;
}

/** A corner divides nothing. */
function point(a: number, b: number, i: number, j: number, n: number, m: number): readonly [number, number] | undefined {
  return (i === 0 && j === 0) || (i === n && j === m) ? undefined : [a + i, b + j];
}

/** Each token takes the next place of its kind: not the most matches, in a time that grows with the length alone. */
function nextPlaces(x: Int32Array, y: Int32Array, { a, aEnd, b, bEnd }: Box): [number, number][] {
  const places = new Map<number, number[]>();
  for (let at = bEnd - 1; at >= b; at--) {
    const known = places.get(y[at]!);
    if (known === undefined) places.set(y[at]!, [at]);
    else known.push(at);
  }
  const pairs: [number, number][] = [];
  let from = b;
  // What is far ahead would leave out all between: it is taken only where it is no farther than the place itself.
  for (let at = a; at < aEnd; at++) {
    const left = places.get(x[at]!) ?? [];
    while (left.length > 0 && left.at(-1)! < from) left.pop();
    const next = left.at(-1);
    if (next === undefined || next - b > Math.max(at - a, from - b) + MOST_EDITS) continue;
    pairs.push([at, next]);
    from = next + 1;
  }
  return pairs;
}
