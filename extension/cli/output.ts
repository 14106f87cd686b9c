import type { Writable } from 'node:stream';
import { reasonOf } from '../capture/reason.ts';
import { printable } from './text.ts';

const CHUNK_BYTES = 1 << 16;
/** Chunks that are on their way while the next lines are made. */
const AHEAD = 4;
/** Bytes of UTF-8 that one UTF-16 code unit becomes at most. */
const MOST_BYTES = 3;
const LINE_FEED = 10;

/** What was printed did not arrive; the message is a sentence for a person. */
export class OutputFailure extends Error {}

/**
 * Lines on their way out, in chunks and no faster than they are taken. When whoever reads them goes away (`| head`),
 * `closed` becomes true and the rest is dropped quietly; any other failure is thrown as an OutputFailure.
 */
export class Output {
  readonly #stream: Writable;
  /** Lines are bytes at once: strings that are gathered live long enough to be copied by the collector. */
  #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #filled = 0;
  readonly #sent: Promise<void>[] = [];
  #closed = false;
  #failure: OutputFailure | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error) => this.#failed(error));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** A text of more than one line. */
  async text(text: string): Promise<void> {
    for (const line of text.split('\n')) await this.line(line);
  }

  /**
   * Adds one line, whatever is in it: others choose names and values, and must not steer the terminal nor begin another line. In JSON
   * the escapes mean what they stand for. A promise to wait for when so much has come together that it is written.
   */
  line(words: string): Promise<void> | undefined {
    return this.escaped(printable(words));
  }

  /** The same of a line that holds no word of others, or whose format escapes them itself. */
  escaped(text: string): Promise<void> | undefined {
    const most = text.length * MOST_BYTES + 1;
    const isFull = this.#filled + most > this.#chunk.length;
    const flushed = isFull ? this.#makeRoom() : undefined;
    if (most > this.#chunk.length) this.#chunk = Buffer.allocUnsafe(most);
    this.#filled += this.#chunk.write(text, this.#filled);
    this.#chunk[this.#filled++] = LINE_FEED;
    return flushed;
  }

  /** Hands over what has come together, and waits until all of it was taken. */
  async flush(): Promise<void> {
    this.#send();
    while (this.#sent.length > 0) await this.#sent.shift();
    this.#tellFailure();
  }

  /** The same, and waits only while more chunks are on their way than may be. */
  async #makeRoom(): Promise<void> {
    this.#send();
    while (this.#sent.length > AHEAD) await this.#sent.shift();
    this.#tellFailure();
  }

  #send(): void {
    const bytes = this.#chunk.subarray(0, this.#filled);
    if (bytes.length === 0) return;
    // It belongs to the stream until that has written it.
    this.#chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    this.#filled = 0;
    if (this.#closed) return;
    // The callback comes before the event: a listener alone would learn of a failure too late.
    const taken = new Promise<void>((resolve) => {
      this.#stream.write(bytes, (error) => {
        if (error) this.#failed(error);
        resolve();
      });
    });
    this.#sent.push(taken);
  }

  #tellFailure(): void {
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
