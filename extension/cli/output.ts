import type { Writable } from 'node:stream';

const CHUNK_CHARACTERS = 1 << 16;

/**
 * Lines on their way out, in chunks and no faster than they are taken. When whoever reads them goes away (`| head`),
 * `closed` becomes true and the rest is dropped quietly.
 */
export class Output {
  readonly #stream: Writable;
  #pending: string[] = [];
  #size = 0;
  #closed = false;
  #error: Error | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#closed = true;
      if (error.code !== 'EPIPE') this.#error = error;
    });
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
      // The callback comes when the text is on its way, or with the error that the listener has noted.
      await new Promise<void>((resolve) => this.#stream.write(text, () => resolve()));
    }
    if (this.#error !== undefined) throw this.#error;
  }
}
