import type { Key } from './keyring.ts';

/** One computation on the way from a key to a plaintext. Inputs and results are public values, or the word that one is known: never key material. */
export interface ExplainedStep {
  readonly name: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly result: string;
  readonly ok: boolean;
}

/** What one given key did for one message, up to the first step that failed. */
export interface TriedKey {
  readonly label: string;
  /** First bytes of a hash of the key log's line: tells two keys apart without showing them. */
  readonly fingerprint: string;
  readonly steps: readonly ExplainedStep[];
}

/** Writes the steps of one key down; `step` returns `ok`, so that a chain of steps ends at the first that failed. */
export class Trial {
  readonly #key: Key;
  readonly #steps: ExplainedStep[] = [];

  constructor(key: Key) {
    this.#key = key;
  }

  step(name: string, inputs: Readonly<Record<string, string>>, result: string, ok: boolean): boolean {
    this.#steps.push({ name, inputs, result, ok });
    return ok;
  }

  get tried(): TriedKey {
    return { label: this.#key.label, fingerprint: this.#key.fingerprint, steps: this.#steps };
  }
}
