import { nearest } from './nearest.ts';

/**
 * What is new in each run by nature, so that a comparison of two captures asks for a rule instead of the same value:
 *
 * - `key`, `id`: the same one has to stand in the same places (consistent renaming). A `key` is as long as the other, an `id` may be any.
 * - `nonce`, `random`, `ciphertext`, `padding`: as many bytes.
 * - `signature`: the same verdict, and as many bytes. `checksum`: the same verdict.
 * - `time`: it is there.
 * - `sequence`: it starts anywhere, and grows by the same steps.
 */
export const freshKinds = [
  ...(['key', 'id', 'nonce', 'random', 'ciphertext', 'padding', 'signature', 'checksum', 'time', 'sequence'] as const),
];
export type FreshKind = (typeof freshKinds)[number];

/**
 * `length: 'varies'`: its length is new in each run, too (an ECDSA signature in DER, random bytes behind a random length). `secret`: whoever
 * has it opens traffic or signs (a private key, a session key): a person sees it in the tree, an agent is told its length alone.
 */
export interface Fresh {
  readonly as: FreshKind;
  readonly length?: 'varies';
  readonly secret?: true;
}

/** Declares what a field is by nature: an item of a struct, a field of proto3, an entry of bencode or CBOR, a tree field, a bit field. */
export function fresh<Declared extends object>(
  as: FreshKind,
  field: Declared,
  more: Pick<Fresh, 'length' | 'secret'> = {},
): Declared & { readonly fresh: Fresh } {
  if (!freshKinds.includes(as)) {
    const meant = nearest(as, freshKinds);
    throw new TypeError(
      `fresh: there is no "${as}"${meant === undefined ? `: ${freshKinds.join(', ')}` : `: did you mean "${meant}"?`}`,
    );
  }
  return { ...field, fresh: { as, ...more } };
}

/** The declaration of an item, to spread into its description. */
export function freshOf(declared: object): { readonly fresh?: Fresh } {
  const { fresh: given } = declared as { readonly fresh?: Fresh };
  return given === undefined ? {} : { fresh: given };
}
