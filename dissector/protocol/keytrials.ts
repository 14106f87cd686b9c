import { defaultLimits, type Limits } from '../bytes/index.ts';
import type { Key } from './keystore.ts';

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
export class KeyTrial {
  readonly #key: Key;
  readonly #steps: ExplainedStep[] = [];

  constructor(key: Key) {
    this.#key = key;
  }

  step(name: string, inputs: ExplainedStep['inputs'], result: string, ok: boolean): boolean {
    this.#steps.push(keyStep(name, inputs, result, ok));
    return ok;
  }

  get tried(): TriedKey {
    return { label: this.#key.label, fingerprint: this.#key.fingerprint, steps: this.#steps };
  }
}

/** The steps of one key as a generator: an undefined ends them, and nothing that comes after it is computed. */
export type KeySteps<Found = void> = Generator<ExplainedStep | undefined, Found, void>;

/** A step that others may follow, also where it failed: one of several candidates, or the last step. */
export function keyStep(name: string, inputs: ExplainedStep['inputs'], result: string, ok: boolean): ExplainedStep {
  return { name, inputs, result, ok };
}

/** A step that finds a value without which there is no further one: for `yield*`, which gives the value. */
export function* neededStep<Value>(
  name: string,
  inputs: ExplainedStep['inputs'],
  value: Value | undefined | false,
  result: string,
): KeySteps<Value> {
  const ok = value !== undefined && value !== false;
  yield keyStep(name, inputs, result, ok);
  if (!ok) yield undefined;
  return value as Value;
}

function written(key: Key, steps: KeySteps | TriedKey): TriedKey {
  if (!(Symbol.iterator in steps)) return steps;
  const trial = new KeyTrial(key);
  for (const step of steps) {
    if (step === undefined) break;
    trial.step(step.name, step.inputs, step.result, step.ok);
  }
  return trial.tried;
}

/** What keys of one kind did for a message: asked key by key, because each may take milliseconds. */
export interface KeyTrials<Secret = unknown> {
  readonly keys: readonly Key<Secret>[];
  readonly explain: (key: Key<Secret>) => KeySteps | TriedKey;
}

/** What the keys did up to the limit `explainedKeys`; one last entry tells how many more were given. */
export function triedKeys<const Secrets extends readonly unknown[]>(
  trials: { readonly [Kind in keyof Secrets]: KeyTrials<Secrets[Kind]> },
  { explainedKeys: most }: Pick<Limits, 'explainedKeys'> = defaultLimits,
): TriedKey[] {
  const out: TriedKey[] = [];
  let given = 0;
  for (const { keys, explain } of trials) {
    given += keys.length;
    for (const key of keys.slice(0, most - out.length)) out.push(written(key, explain(key)));
  }
  return given <= most ? out : [...out, moreKeys(given - most, most)];
}

function moreKeys(count: number, most: number): TriedKey {
  const result = `${count} more keys were given, over the limit explainedKeys of ${most}`;
  return { label: 'further keys', fingerprint: '', steps: [{ name: 'explain them', inputs: {}, result, ok: false }] };
}
