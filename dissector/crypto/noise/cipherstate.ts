import { rekey } from './calculations.ts';
import type { CipherFunction } from './cipherfunctions.ts';

/** 2^64 - 1 is reserved: no message has it (The Noise Protocol Framework, section 5.1). */
const maxNonce = 0xffff_ffff_ffff_ffffn;

/** CipherState (section 5.1): the key of one direction and the nonce of its next message. */
export class CipherState {
  readonly #cipher: CipherFunction;
  #k: Uint8Array;
  #n = 0n;

  /** Of a key of 32 bytes. */
  constructor(cipher: CipherFunction, k: Uint8Array) {
    this.#cipher = cipher;
    this.#k = k;
  }

  get k(): Uint8Array {
    return this.#k;
  }

  /** The nonce of the next message. */
  get n(): bigint {
    return this.#n;
  }

  /** SetNonce: for messages that come out of order or are lost. Throws for what is no u64. */
  setNonce(n: number | bigint): void {
    const wanted = BigInt(n);
    if (wanted < 0n || wanted > maxNonce) throw new RangeError('A nonce is 0 to 2^64 - 1.');
    this.#n = wanted;
  }

  /** EncryptWithAd. Throws when all nonces are used up. */
  encryptWithAd(ad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    if (this.#n === maxNonce) throw new RangeError('All nonces of the key are used up.');
    return this.#cipher.encrypt(this.#k, this.#n++, ad, plaintext);
  }

  /** DecryptWithAd; undefined, and the nonce stays, when the tag does not verify or all nonces are used up. */
  decryptWithAd(ad: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
    if (this.#n === maxNonce) return undefined;
    const plaintext = this.#cipher.decrypt(this.#k, this.#n, ad, ciphertext);
    if (plaintext !== undefined) this.#n++;
    return plaintext;
  }

  /** Rekey (section 11.3): the nonce stays. */
  rekey(): void {
    this.#k = rekey({ cipher: this.#cipher }, this.#k);
  }
}
