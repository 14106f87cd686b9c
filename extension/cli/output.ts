import type { Writable } from 'node:stream';
import { reasonOf } from '../capture/reason.ts';
import { LineBuffer } from './linebuffer.ts';

const CHUNK_BYTES = 1 << 16;
/** Chunks that are on their way while the next lines are made. */
const AHEAD = 4;

/** What was printed did not arrive; the message is a sentence for a person. */
export class OutputFailure extends Error {}

/**
 * Lines on their way out, in chunks and no faster than they are taken. When whoever reads them goes away (`| head`),
 * `closed` becomes true and the rest is dropped quietly; any other failure is thrown as an OutputFailure.
 */
export class Output {
  readonly #stream: Writable;
  readonly #lines = new LineBuffer(2 * CHUNK_BYTES);
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

  /** Where lines are written; `written` hands them over. */
  get lines(): LineBuffer {
    return this.#lines;
  }

  /** Adds one line, whatever is in it. A promise to wait for when so much has come together that it is written. */
  line(words: string): Promise<void> | undefined {
    this.#lines.line(words);
    return this.written();
  }

  /** The same of a line that holds no word of others, or whose format escapes them itself. */
  escaped(text: string): Promise<void> | undefined {
    this.#lines.escaped(text);
    return this.written();
  }

  /** A promise to wait for when so much has come together that it is written. */
  written(): Promise<void> | undefined {
    return this.#lines.length < CHUNK_BYTES ? undefined : this.#makeRoom();
  }

  /** Lines that are bytes already, and belong to the stream until it has taken them. */
  bytes(lines: Uint8Array<ArrayBuffer>, taken: (memory: ArrayBuffer) => void): Promise<void> | undefined {
    this.#sendLines();
    this.#send(lines, taken);
    return this.#sent.length > AHEAD ? this.#waitAhead() : undefined;
  }

  /** Hands over what has come together, and waits until all of it was taken. */
  async flush(): Promise<void> {
    this.#sendLines();
    while (this.#sent.length > 0) await this.#sent.shift();
    this.#tellFailure();
  }

  /** The same, and waits only while more chunks are on their way than may be. */
  #makeRoom(): Promise<void> {
    this.#sendLines();
    return this.#waitAhead();
  }

  async #waitAhead(): Promise<void> {
    while (this.#sent.length > AHEAD) await this.#sent.shift();
    this.#tellFailure();
  }

  #sendLines(): void {
    this.#send(this.#lines.take(), (memory) => this.#lines.reuse(memory));
  }

  #send(bytes: Uint8Array<ArrayBuffer>, done: (memory: ArrayBuffer) => void): void {
    if (bytes.length === 0 || this.#closed) return;
    // The callback comes before the event: a listener alone would learn of a failure too late.
    const taken = new Promise<void>((resolve) => {
      this.#stream.write(bytes, (error) => {
        if (error) this.#failed(error);
        done(bytes.buffer);
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
