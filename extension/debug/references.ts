/** The numbers by which a client asks for what it was shown at a stop: they hold until the next one. */
import type { Shown, StackLevel } from '../../dissector/stepping/index.ts';
import { Late, Refusal } from './requests.ts';

/** Numbers that one stop gives at most: a client that opens everything would take all memory. */
const MOST = 200_000;

/** A frame of the stack: a level at a message. */
export interface FrameAt {
  readonly n: number;
  readonly level: StackLevel;
}

export class References {
  readonly #frames = new Map<number, FrameAt>();
  readonly #groups = new Map<number, () => readonly Shown[]>();
  #next = 1;

  /** The program has moved: what was shown before is gone. Numbers go on, so that an old one names nothing. */
  clear(): void {
    this.#frames.clear();
    this.#groups.clear();
  }

  frame(frame: FrameAt): number {
    this.#frames.set(this.#fresh(), frame);
    return this.#next - 1;
  }

  group(variables: () => readonly Shown[]): number {
    this.#groups.set(this.#fresh(), variables);
    return this.#next - 1;
  }

  frameOf(id: number): FrameAt {
    const frame = this.#frames.get(id);
    if (frame === undefined) throw new Late('This frame of the stack is there no more.');
    return frame;
  }

  variables(reference: number): readonly Shown[] {
    const variables = this.#groups.get(reference);
    if (variables === undefined) throw new Late('These variables are there no more.');
    return variables();
  }

  #fresh(): number {
    if (this.#frames.size + this.#groups.size >= MOST) throw new Refusal(`More than ${MOST} variables are shown at this stop.`);
    return this.#next++;
  }
}
