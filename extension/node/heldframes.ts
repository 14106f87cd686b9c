import type { Held } from '../../dissector/testnode/index.ts';

/** By message that waits: the frame of the recording that brought it. */
export class HeldFrames {
  #frames: ReadonlyMap<number, number> = new Map();

  /** Something else waits now; `newest` is the last frame of a link. What waits for the first time has come with that frame. */
  changed(arrived: readonly Held[], newest: (link: number) => number | undefined): void {
    const frames = new Map<number, number>();
    for (const { id, link } of arrived) {
      const frame = this.#frames.get(id) ?? newest(link.id);
      if (frame !== undefined) frames.set(id, frame);
    }
    this.#frames = frames;
  }

  of(held: number): number | undefined {
    return this.#frames.get(held);
  }
}
