/**
 * A map that a capture cannot make grow without end: over its limit the oldest entries are forgotten. A rule that finds
 * nothing in it stays silent, so forgetting costs findings and never makes one. An entry weighs 1, or what `weigh` says.
 */
export class BoundedMap<K, V> {
  readonly #limit: number;
  readonly #weigh: (value: V) => number;
  readonly #map = new Map<K, V>();
  #weight = 0;
  /** Whether something was forgotten: what is not here may have been. */
  forgot = false;

  constructor(limit: number, weigh: (value: V) => number = () => 1) {
    this.#limit = limit;
    this.#weigh = weigh;
  }

  get(key: K): V | undefined {
    return this.#map.get(key);
  }

  /** Sets an entry and makes it the youngest. */
  set(key: K, value: V): void {
    this.delete(key);
    this.#map.set(key, value);
    this.#weight += this.#weigh(value);
    while (this.#weight > this.#limit) {
      this.delete(this.#map.keys().next().value as K);
      this.forgot = true;
    }
  }

  delete(key: K): void {
    const known = this.#map.get(key);
    if (known === undefined) return;
    this.#weight -= this.#weigh(known);
    this.#map.delete(key);
  }

  values(): IterableIterator<V> {
    return this.#map.values();
  }
}
