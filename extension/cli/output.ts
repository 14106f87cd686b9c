import type { Writable } from 'node:stream';
import { reasonOf } from '../capture/reason.ts';

const CHUNK_CHARACTERS = 1 << 16;

/** What was printed did not arrive; the message is a sentence for a person. */
export class OutputFailure extends Error {}

/**
 * Lines on their way out, in chunks and no faster than they are taken. When whoever reads them goes away (`| head`),
 * `closed` becomes true and the rest is dropped quietly; any other failure is thrown as an OutputFailure.
 */
export class Output {
  readonly #stream: Writable;
  #pending: string[] = [];
  #size = 0;
  #closed = false;
  #failure: OutputFailure | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error) => this.#failed(error));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Adds a line; a promise to wait for when enough has come together to be written. */
  line(text: string): Promise<void> | undefined {
    this.#pending.push(text, '\n');
    this.#size += text.length + 1;
    return this.#size < CHUNK_CHARACTERS ? undefined : this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#pending.join('');
    this.#pending = [];
    this.#size = 0;
    if (!this.#closed && text !== '') {
      // The callback comes before the event: a listener alone would learn of a failure too late.
      await new Promise<void>((resolve) => {
        this.#stream.write(text, (error) => {
          if (error) this.#failed(error);
          resolve();
        });
      });
    }
    const failure = this.#failure;
    // Told once: what is flushed on the way out has nowhere to go either.
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (!this.#closed && error.code !== 'EPIPE')
      this.#failure = new OutputFailure(`The output cannot be written. ${reasonOf(error)}`, { cause: error });
    this.#closed = true;
  }
}
