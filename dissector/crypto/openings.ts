/** How bytes came out of a cipher, and the cipher the other way round: who has the bytes can seal others in their place. */
export interface CipherOpening {
  readonly key: Uint8Array;
  /** What was opened, as the cipher was given it. */
  readonly sealed: Uint8Array;
  /** Bytes that are authenticated beside it; none for a cipher that has no such. */
  readonly aad: Uint8Array | undefined;
  /** The same nonce or iv. Undefined where key and lengths do not fit. */
  seal(key: Uint8Array, plaintext: Uint8Array, aad: Uint8Array | undefined): Uint8Array | undefined;
}

/** Gone with the bytes themselves. */
const openings = new WeakMap<Uint8Array, CipherOpening>();

/** Takes note of how bytes were opened, and gives them back. */
export function noteOpening(plaintext: Uint8Array | undefined, opening: CipherOpening): Uint8Array | undefined {
  if (plaintext !== undefined) openings.set(plaintext, opening);
  return plaintext;
}

/** Undefined for bytes that are not themselves what a cipher of the library gave. */
export function openingOf(plaintext: Uint8Array): CipherOpening | undefined {
  return openings.get(plaintext);
}
