/** Bytes that a node's connections hold until the rest of a message comes, in sum: any number of others may send beginnings. */
export class PendingBytes {
  readonly #sizes = new Map<number, number>();
  #sum = 0;

  get sum(): number {
    return this.#sum;
  }

  /** A link holds so many bytes now. */
  set(link: number, size: number): void {
    this.#sum += size - (this.#sizes.get(link) ?? 0);
    this.#sizes.set(link, size);
  }

  forget(link: number): void {
    this.set(link, 0);
    this.#sizes.delete(link);
  }
}
