import { decryptionSecrets, keyLogSecretsType } from '../capture/index.ts';

/**
 * Lines that wait are written once they are this part of those before: single lines at first, which are there when the traffic
 * is, then hundreds at once. A hundred thousand lines, the limit `keys`, stay below the thousand blocks of the limit
 * `secretsBlocks`.
 */
const PART = 128;

/** Key log lines as secrets blocks of a recording that grows. */
export class KeyBlocks {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #text = new TextEncoder();
  #waiting: string[] = [];
  #written = 0;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  add(line: string): void {
    this.#waiting.push(line);
    if (this.#waiting.length * PART >= this.#written) this.flush();
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    this.#write(decryptionSecrets(keyLogSecretsType, this.#text.encode(this.#waiting.map((line) => `${line}\n`).join(''))));
    this.#written += this.#waiting.length;
    this.#waiting = [];
  }
}
