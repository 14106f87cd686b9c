import { rmSync } from 'node:fs';
import { reasonOf } from '../../capture/reason.ts';
import { keepPrevious } from '../previous.ts';
import { GrowingFile } from '../recording.ts';

const FLUSH_MS = 50;

/** The recording of a section while it runs: a file that an inspector can follow, in the place of that of the run before, which is kept. */
export class SectionFile {
  readonly #path: string;
  readonly #began: () => void;
  #file: GrowingFile | undefined;
  #failure: unknown;
  #timer: NodeJS.Timeout | undefined;
  #hasFrames = false;

  /** `began` is called once, when the first frame is in the file. */
  constructor(path: string, began: () => void) {
    this.#path = path;
    this.#began = began;
    this.#try(() => {
      keepPrevious(path);
      rmSync(path, { force: true });
    });
  }

  /** The next block; the first ones are no frames. */
  readonly write = (bytes: Uint8Array, isFrame: boolean): void => {
    if (this.#failure !== undefined) return;
    if (this.#file === undefined) {
      const file = new GrowingFile(this.#path);
      this.#try(() => file.open());
      this.#file = file;
    }
    this.#file.write(bytes);
    if (isFrame && !this.#hasFrames) {
      this.#hasFrames = true;
      this.#flush();
      if (this.isRecorded) this.#began();
    } else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  };

  /** Something was sent or received, and is in the file. */
  get isRecorded(): boolean {
    return this.#hasFrames && this.#failure === undefined;
  }

  /** Why there is no recording, or none to its end; a sentence. */
  get unrecorded(): string | undefined {
    if (this.#failure !== undefined)
      return `There is no recording of this run: ${this.#path} cannot be written. ${reasonOf(this.#failure)}`;
    const failure = this.#file?.failure;
    return failure === undefined ? undefined : `The recording of this run ends early. ${reasonOf(failure)}`;
  }

  /** What it waits to write is written. */
  settle(): void {
    this.#flush();
  }

  /** A file without a frame does not stay. */
  close(): void {
    clearTimeout(this.#timer);
    this.#file?.close();
    if (!this.#hasFrames) this.#try(() => rmSync(this.#path, { force: true }));
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#file?.flush();
  }

  #try(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#failure ??= error;
    }
  }
}
