/** What of `own` differs from `other`: what lies between the beginning and the end that both have, half-open. */
export function unlike<T>(own: ArrayLike<T>, other: ArrayLike<T>): readonly [number, number] {
  let start = 0;
  while (start < own.length && start < other.length && own[start] === other[start]) start++;
  let [end, otherEnd] = [own.length, other.length];
  while (end > start && otherEnd > start && own[end - 1] === other[otherEnd - 1]) {
    end--;
    otherEnd--;
  }
  return [start, end];
}
