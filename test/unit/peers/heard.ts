/** What a peer hears, in order; a test waits for what it names, whether it is there already or still to come. */
export class Heard<T extends { readonly kind: string }> {
  readonly all: T[] = [];
  #waiting: ((item: T) => boolean)[] = [];

  add(item: T): void {
    this.all.push(item);
    this.#waiting = this.#waiting.filter((fits) => !fits(item));
  }

  first<K extends T['kind']>(
    kind: K,
    fits: (item: Extract<T, { readonly kind: K }>) => boolean = () => true,
  ): Promise<Extract<T, { readonly kind: K }>> {
    type Wanted = Extract<T, { readonly kind: K }>;
    const wanted = (item: T): item is Wanted => item.kind === kind && fits(item as Wanted);
    const there = this.all.find(wanted);
    if (there !== undefined) return Promise.resolve(there);
    return new Promise((resolve) => {
      this.#waiting.push((item) => {
        if (!wanted(item)) return false;
        resolve(item);
        return true;
      });
    });
  }
}
