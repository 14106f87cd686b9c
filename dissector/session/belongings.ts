/** What a frame belongs to: conversation times two plus direction, or one of these. */
export const NONE = 0xffff_ffff;
export const FRAGMENT = 0xffff_fffe;

/** Which conversation each frame belongs to, four bytes a frame; the frames that complete a fragmented datagram aside. */
export class Belongings {
  #codes = new Uint32Array(1024);
  #length = 0;
  readonly #completions = new Map<number, number>();

  get(index: number): number {
    return index < this.#length ? this.#codes[index]! : NONE;
  }

  /** The conversation and direction of what a frame delivers, also for the last fragment of a datagram. */
  code(index: number): number {
    const code = this.get(index);
    return code === FRAGMENT ? (this.#completions.get(index) ?? NONE) : code;
  }

  found(index: number, code: number, completes: boolean): void {
    if (completes) this.#completions.set(index, code);
    else this.set(index, code);
  }

  set(index: number, code: number): void {
    if (index >= this.#codes.length) {
      const larger = new Uint32Array(Math.ceil(index * 1.5) + 1024);
      larger.set(this.#codes);
      this.#codes = larger;
    }
    // Frames between the last one set and this one belong to nothing.
    for (; this.#length <= index; this.#length++) this.#codes[this.#length] = NONE;
    this.#codes[index] = code;
  }
}
