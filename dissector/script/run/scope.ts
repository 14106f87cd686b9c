import type { Encodable, FieldValues } from '../../codec/index.ts';

/** What a value may refer to; each member that may throw throws an Error with a sentence. */
export interface Scope {
  /** A value that was defined, or a field of a message that came before; undefined where there is none. */
  answer(path: readonly string[]): Encodable | undefined;
  /** What the node itself would send at a path of names; undefined where there is nothing. */
  valid(path: readonly string[]): Encodable | undefined;
  /** The bytes of a message before encryption. */
  encode(protocol: string, message: string, values: FieldValues): Uint8Array;
  /** Bytes that only the seed decides. */
  random(length: number, seed: number | undefined): Uint8Array;
  file(path: string): Uint8Array;
  /** Counts what was made, in bytes; throws an Error once that is too much for one evaluation. */
  spend(size: number): void;
  environment(name: string): string | undefined;
  prompt(question: string): string | undefined;
  /** What stands at a path (as of `answer`) was computed from a secret. */
  isSecret(path: readonly string[]): boolean;
  /** What the node itself would send is computed from a secret. */
  readonly isValidSecret: boolean;
  /** Hears of each value that a function has computed from a secret. */
  secret(value: Encodable): void;
}

/** Where there are neither answers nor a node, no files and no person. */
export const nowhere: Scope = {
  answer: () => undefined,
  valid: () => undefined,
  encode: () => missing('there are no protocols here'),
  random: () => missing('there are no random bytes here'),
  file: () => missing('there are no files here'),
  spend: () => {},
  environment: () => undefined,
  prompt: () => undefined,
  isSecret: () => false,
  isValidSecret: false,
  secret: () => {},
};

function missing(why: string): never {
  throw new Error(why);
}
