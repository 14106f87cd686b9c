/** So many letters of a word are enough to know its end. */
const ENOUGH = 3;

/**
 * The one of some words that was probably meant by another: the shortest that ends in it behind a dot, the shortest that it is the
 * beginning of, else the one with the fewest slips. Of
 * a name with dots the part behind the last one counts, since the rest is written alike; none that differs in more than a third of it, but for
 * capitals.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const words = [...known];
  const own = word.slice(word.lastIndexOf('.') + 1);
  // Who leaves out what stands before a name with dots has written the rest of it.
  const whole = words.filter((one) => one.endsWith(`.${word}`)).sort((a, b) => a.length - b.length);
  if (whole[0] !== undefined) return whole[0];
  if (own.length >= ENOUGH) {
    const longer = words.filter((one) => one.startsWith(word)).sort((a, b) => a.length - b.length);
    if (longer[0] !== undefined) return longer[0];
  }
  let best: string | undefined;
  const head = word.slice(0, -own.length || undefined);
  const isNamed = head !== '' && words.some((one) => one.startsWith(head));
  let least = Math.max(2, Math.floor((isNamed ? own : word).length / 3)) + 1;
  for (const one of words) {
    if (Math.abs(one.length - word.length) >= least) continue;
    // Whoever writes in another case is as far away as with one slip.
    const far = Math.min(distance(word, one), distance(word.toLowerCase(), one.toLowerCase()) + 1);
    if (far < least) {
      least = far;
      best = one;
    }
  }
  return best;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
