import type { Check } from '../bytes/index.ts';
import { bytesOfInteger, type RsaPrivateKey } from '../crypto/index.ts';

/** A value in a computation; without `value` it is unknown, and `unknown` says which key would tell it. */
export interface Quantity {
  readonly name: string;
  readonly value?: Uint8Array | string;
  readonly unknown?: string;
  /** Opens traffic to whoever has it: never shown without being asked for, never written anywhere. */
  readonly secret?: true;
}

/** One computation that a side does when it sends or receives a message, with the values of this message. */
export interface Derivation {
  /** The formula of the specification in its own symbols: `ck, k = HKDF(ck, ee)`. */
  readonly formula: string;
  /** The clause of the specification, or of the document it leans on. */
  readonly clause: string;
  readonly inputs: readonly Quantity[];
  readonly results: readonly Quantity[];
  /** For a computation that checks: a tag, a signature, a cookie, a padding. */
  readonly check?: Check;
}

/** A value that the capture itself tells. */
export function wireValue(name: string, value: Uint8Array | string): Quantity {
  return { name, value };
}

/** A value that a key tells, no secret once it is known. */
export function derivedValue(name: string, value: Uint8Array | string | undefined, unknown: string): Quantity {
  return value === undefined ? { name, unknown } : { name, value };
}

/** A value that opens traffic. */
export function secretValue(name: string, value: Uint8Array | string | undefined, unknown: string): Quantity {
  return { ...derivedValue(name, value, unknown), secret: true };
}

/**
 * A value that is computed from others, which are bytes. Where one of them is unknown, so is it, for the same reason; `failed` says why
 * nothing comes of known ones.
 */
export function computedValue(
  name: string,
  from: readonly Quantity[],
  compute: (...values: readonly Uint8Array[]) => Uint8Array | undefined,
  failed = '',
): Quantity {
  const missing = from.find(({ value }) => value === undefined);
  if (missing !== undefined) return derivedValue(name, undefined, missing.unknown ?? failed);
  return derivedValue(name, compute(...from.map(({ value }) => value as Uint8Array)), failed);
}

/** The same of a value that opens traffic. */
export function computedSecret(...given: Parameters<typeof computedValue>): Quantity {
  return { ...computedValue(...given), secret: true };
}

/** An RSA private key K as its prime factors (RFC 8017, section 3.2). */
export function rsaPrivateValues(key: RsaPrivateKey | undefined, unknown: string): Quantity[] {
  const bytes = (value: bigint) => bytesOfInteger(value, Math.ceil(value.toString(16).length / 2));
  return [
    secretValue('p of K', key && bytes(key.p), unknown),
    secretValue('q of K', key && bytes(key.q), unknown),
    derivedValue('n of K', key && bytesOfInteger(key.modulus, key.size), unknown),
  ];
}

/** A computation as the specification writes it. */
export function derivation(
  formula: string,
  clause: string,
  inputs: readonly Quantity[],
  results: readonly Quantity[],
  check?: Check,
): Derivation {
  return { formula, clause, inputs, results, ...(check === undefined ? {} : { check }) };
}

/** What a decryption says of what it opens. */
export interface DecryptionWords {
  /** How it is seen that the key is right: `the tag verifies`. */
  readonly valid: string;
  readonly invalid: string;
}

/**
 * A computation whose result, which the formula begins with, shows whether the key is right. `open` is asked where all inputs are known, and
 * gives undefined for a wrong key; otherwise the result is unchecked for the reason of the first input that is unknown.
 */
export function decryption(
  formula: string,
  clause: string,
  inputs: readonly Quantity[],
  open: () => Uint8Array | undefined,
  { valid, invalid }: DecryptionWords = { valid: 'the tag verifies', invalid: 'the tag does not verify' },
): Derivation {
  const missing = inputs.find(({ value }) => value === undefined);
  const plaintext = missing === undefined ? open() : undefined;
  const check: Check =
    plaintext !== undefined
      ? { state: 'valid', why: valid }
      : missing === undefined
        ? { state: 'invalid', why: invalid }
        : { state: 'unchecked', why: missing.unknown ?? '' };
  const [name] = formula.split(' = ', 1);
  return derivation(formula, clause, inputs, [derivedValue(name!, plaintext, check.why)], check);
}
