/** What a frame belongs to: conversation times two plus direction, or one of these. */
export const NONE = 0xffff_ffff;
export const FRAGMENT = 0xffff_fffe;

/** Frames of one chunk: a power of two, so that a frame is found by shift and mask. */
const chunkBits = 16;
const chunkSize = 1 << chunkBits;
const chunkMask = chunkSize - 1;

/** Which conversation each frame belongs to, four bytes a frame; the frames that complete a fragmented datagram aside. */
export class FrameIndex {
  readonly #chunks: Uint32Array[] = [];
  readonly #completions = new Map<number, number>();

  get(index: number): number {
    return this.#chunks[index >>> chunkBits]?.[index & chunkMask] ?? NONE;
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
    const chunk = index >>> chunkBits;
    while (chunk >= this.#chunks.length) this.#chunks.push(new Uint32Array(chunkSize).fill(NONE));
    this.#chunks[chunk]![index & chunkMask] = code;
  }
}
