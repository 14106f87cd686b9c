import { initialize, mixHash, mixKey, mixKeyAndHash, split } from './calculations.ts';
import { CipherState } from './cipherstate.ts';
import type { NoiseProtocol } from './protocolname.ts';

/** SymmetricState (The Noise Protocol Framework, section 5.2). */
export class SymmetricState {
  readonly #protocol: NoiseProtocol;
  #ck: Uint8Array;
  #h: Uint8Array;
  /** undefined before the first key. */
  #cipher: CipherState | undefined;

  /** InitializeSymmetric; `h` and `ck` are those of a state that stands there already. */
  constructor(protocol: NoiseProtocol, h = initialize(protocol), ck = h) {
    this.#protocol = protocol;
    this.#h = h;
    this.#ck = ck;
  }

  /** As it stands: what is mixed into one of both is not in the other. */
  copy(): SymmetricState {
    const copy = new SymmetricState(this.#protocol, this.#h, this.#ck);
    if (this.#cipher !== undefined) {
      copy.#cipher = new CipherState(this.#protocol.cipher, this.#cipher.k);
      copy.#cipher.setNonce(this.#cipher.n);
    }
    return copy;
  }

  get h(): Uint8Array {
    return this.#h;
  }

  get ck(): Uint8Array {
    return this.#ck;
  }

  get hasKey(): boolean {
    return this.#cipher !== undefined;
  }

  mixHash(data: Uint8Array): void {
    this.#h = mixHash(this.#protocol, this.#h, data);
  }

  mixKey(input: Uint8Array): void {
    const { ck, k } = mixKey(this.#protocol, this.#ck, input);
    this.#ck = ck;
    this.#cipher = new CipherState(this.#protocol.cipher, k);
  }

  mixKeyAndHash(input: Uint8Array): void {
    const { ck, mixed, k } = mixKeyAndHash(this.#protocol, this.#ck, input);
    this.#ck = ck;
    this.mixHash(mixed);
    this.#cipher = new CipherState(this.#protocol.cipher, k);
  }

  /** EncryptAndHash: the plaintext itself before the first key. */
  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const sent = this.#cipher?.encryptWithAd(this.#h, plaintext) ?? plaintext;
    this.mixHash(sent);
    return sent;
  }

  /** DecryptAndHash; undefined when the tag does not verify. What was sent is part of `h` either way. */
  decryptAndHash(sent: Uint8Array): Uint8Array | undefined {
    const plaintext = this.#cipher === undefined ? sent : this.#cipher.decryptWithAd(this.#h, sent);
    this.mixHash(sent);
    return plaintext;
  }

  /** Split: the transport ciphers, initiator to responder and responder to initiator. */
  split(): readonly [CipherState, CipherState] {
    const [first, second] = split(this.#protocol, this.#ck);
    return [new CipherState(this.#protocol.cipher, first), new CipherState(this.#protocol.cipher, second)];
  }
}
