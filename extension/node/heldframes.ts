import type { Held } from '../../dissector/testnode/index.ts';

/** Frames of a recording that follow each other: numbers from 1, both within. */
export interface FrameSpan {
  readonly first: number;
  readonly last: number;
}

/** By message that waits: the frames of the recording that brought it. */
export class HeldFrames {
  #frames: ReadonlyMap<number, FrameSpan> = new Map();

  /** Something else waits now; `newest` are the last frames of a link. What waits for the first time has come with these. */
  changed(arrived: readonly Held[], newest: (link: number) => FrameSpan | undefined): void {
    const frames = new Map<number, FrameSpan>();
    for (const { id, link } of arrived) {
      const found = this.#frames.get(id) ?? newest(link.id);
      if (found !== undefined) frames.set(id, found);
    }
    this.#frames = frames;
  }

  of(held: number): FrameSpan | undefined {
    return this.#frames.get(held);
  }
}
