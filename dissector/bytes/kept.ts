/** Results by what they are of, up to so many bytes of memory in sum: what was used longest ago goes first. */
export class Kept {
  readonly #most: number;
  readonly #entries = new Map<unknown, { readonly value: unknown; readonly size: number }>();
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** The same, which goes on by itself. */
  copy(): Kept {
    const copy = new Kept(this.#most);
    for (const [id, entry] of this.#entries) copy.#entries.set(id, entry);
    copy.#size = this.#size;
    return copy;
  }

  get(id: unknown): unknown {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry.value;
  }

  set(id: unknown, value: unknown, size: number): void {
    const own = size + overhead;
    if (own > this.#most || this.#entries.has(id)) return;
    this.#entries.set(id, { value, size: own });
    this.#size += own;
    for (const [oldest, entry] of this.#entries) {
      if (this.#size <= this.#most) return;
      this.#entries.delete(oldest);
      this.#size -= entry.size;
    }
  }
}

/** Bytes that an entry takes beside its value. */
const overhead = 200;
