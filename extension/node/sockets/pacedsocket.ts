import type { Socket } from 'node:net';

/** How long a connection that is being closed may take to send what was written. */
const FAREWELL_MS = 2000;

/**
 * Writes one piece a turn of the event loop, so that what the other side says is read in between: a socket on which a write fails is
 * destroyed with all that came before and was not read, and that is the last word of a peer that hangs up.
 */
export class PacedSocket {
  readonly #socket: Socket;
  readonly #pieces: Uint8Array[] = [];
  #queued = 0;
  #isWriting = false;
  #isEnding = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Bytes that wait here and in the socket. */
  get waiting(): number {
    return this.#queued + this.#socket.writableLength;
  }

  write(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#queued += bytes.length;
    if (!this.#isWriting) this.#next();
  }

  /** Closes it once what was written is on its way. */
  end(): void {
    this.#isEnding = true;
    setTimeout(() => this.#socket.destroy(), FAREWELL_MS).unref();
    if (!this.#isWriting) this.#socket.end();
  }

  /** Breaks it off: what waits is not sent. */
  reset(): void {
    this.#drop();
    this.#socket.resetAndDestroy();
  }

  #next(): void {
    const bytes = this.#pieces.shift();
    this.#isWriting = bytes !== undefined;
    if (bytes === undefined) {
      if (this.#isEnding) this.#socket.end();
      return;
    }
    this.#queued -= bytes.length;
    if (this.#socket.destroyed) this.#drop();
    else this.#socket.write(bytes, (error) => (error ? this.#drop() : setImmediate(() => this.#next())));
  }

  #drop(): void {
    this.#pieces.length = 0;
    this.#queued = 0;
    this.#isWriting = false;
  }
}
