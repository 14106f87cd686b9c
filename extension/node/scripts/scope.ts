/** What the values of a script refer to while it runs: what came before, files beside it, the environment, a person, a seed. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import type { Encodable, FieldValues } from '../../../dissector/codec/index.ts';
import type { Protocol } from '../../../dissector/protocol/index.ts';
import { budget, encoder, type Scope, scriptLimits, sizeOf, valueAt, withinSize } from '../../../dissector/script/index.ts';
import { mulberry32, seededBytes } from '../../../dissector/testnode/index.ts';
import { SecretMessages } from './secretmessages.ts';
import { ScriptSecrets } from './secrets.ts';

export interface Surroundings {
  /** Where its files lie; undefined for a script that is not saved. */
  readonly folder: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What a person answered, by question. */
  readonly answered: Readonly<Record<string, string>>;
  /** Decides what `random` gives, and where faults happen. */
  readonly seed: number;
}

export class ScriptScope {
  /** Messages by the name that an expectation gave them, and what was defined. */
  readonly names = new Map<string, Encodable>();
  /** What was computed from what the environment and a person gave it, and the messages that took it along. */
  readonly secrets = new ScriptSecrets();
  readonly secretMessages = new SecretMessages(this.secrets);
  /** Names that hold a secret; of a message, the fields that may. */
  readonly #secretNames = new Map<string, 'all' | ReadonlySet<string>>();
  readonly #protocols: readonly Protocol[];
  readonly #around: Surroundings;
  readonly #random: () => number;
  /** Of all that was defined. */
  #size = 0;
  readonly #sizes = new Map<string, number>();

  constructor(protocols: readonly Protocol[], around: Surroundings) {
    this.#protocols = protocols;
    this.#around = around;
    this.#random = mulberry32(around.seed);
  }

  /** Throws an Error when all that was defined is larger than the limit. */
  define(name: string, value: Encodable, isSecret: boolean): void {
    const before = this.#sizes.get(name) ?? 0;
    const size = sizeOf(value, name);
    withinSize(this.#size - before + size, name);
    this.#size += size - before;
    this.#sizes.set(name, size);
    this.names.set(name, value);
    if (isSecret) this.#secretNames.set(name, 'all');
    else this.#secretNames.delete(name);
  }

  /** A message that came gets a name. */
  came(name: string, message: string, values: FieldValues): void {
    this.names.set(name, values);
    const fields = Object.entries(values).filter(([field, value]) => this.secretMessages.hides(message, field, value));
    this.#secretNames.set(name, new Set(fields.map(([field]) => field)));
  }

  /** `made`: what the node itself would send; `isValidSecret`, that it was told secrets for it. */
  with(made?: FieldValues, isValidSecret = false): Scope {
    const { environment, answered } = this.#around;
    const encode = encoder(this.#protocols);
    return {
      answer: ([name = '', ...path]) => valueAt(this.names.get(name), path),
      valid: (path) => valueAt(made, path),
      encode: (protocol, message, fields) => {
        sizeOf(fields, 'encode');
        return encode(protocol, message, fields);
      },
      random: (length, seed) => seededBytes(seed === undefined ? this.#random : mulberry32(seed), length),
      file: (path) => this.#file(path),
      spend: budget(),
      environment: (name) => (Object.hasOwn(environment, name) ? environment[name] : undefined),
      prompt: (question) => (Object.hasOwn(answered, question) ? answered[question] : undefined),
      isSecret: (path) => this.#isSecret(path),
      isValidSecret,
      secret: (value) => this.secrets.add(value),
    };
  }

  #isSecret([name = '', field]: readonly string[]): boolean {
    const secret = this.#secretNames.get(name);
    if (secret === undefined || secret === 'all') return secret === 'all';
    return field === undefined ? secret.size > 0 : secret.has(field);
  }

  /**
   * Where a file lies: a script of somebody else reads nothing but what lies beside it. `comesLater`: it need not be there yet. Throws an
   * Error with the reason.
   */
  pathBeside(path: string, comesLater = false): string {
    const { folder } = this.#around;
    if (folder === undefined) throw new Error('a script that is not saved has no files beside it');
    const outside = `"${path}" is outside the folder of the script`;
    if (isAbsolute(path)) throw new Error(outside);
    const whole = join(folder, path);
    const found = realOf(whole) ?? (comesLater ? realOf(dirname(whole), basename(whole)) : undefined);
    if (found === undefined) throw new Error(`there is no file "${path}" beside the script`);
    const inside = relative(realpathSync(folder), found);
    if (isAbsolute(inside) || inside.split(/[\\/]/)[0] === '..') throw new Error(outside);
    return found;
  }

  #file(path: string): Uint8Array {
    const found = this.pathBeside(path);
    const stat = statSync(found);
    // Who opens a pipe waits for somebody to write into it.
    if (!stat.isFile()) throw new Error(`"${path}" is no file`);
    if (stat.size > scriptLimits.madeSize)
      throw new Error(`"${path}" has more than ${scriptLimits.madeSize} bytes (limit madeSize)`);
    try {
      return new Uint8Array(readFileSync(found));
    } catch {
      throw new Error(`"${path}" cannot be read`);
    }
  }
}

/** Undefined where it is not there. */
function realOf(path: string, ...rest: string[]): string | undefined {
  try {
    return join(realpathSync(path), ...rest);
  } catch {
    return undefined;
  }
}
