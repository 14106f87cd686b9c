import type { StreamCipher } from '../../../crypto/index.ts';
import { wrongKeyOf } from '../../../protocol/index.ts';

/** What both directions of a connection are encrypted with. */
export interface StreamSecret {
  readonly cipher: StreamCipher;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** One direction of an encrypted connection with its running state. */
export class RunningCipher {
  readonly #secret: StreamSecret;
  #offset = 0;
  #lead: Uint8Array = new Uint8Array(0);

  constructor(secret: StreamSecret) {
    this.#secret = secret;
  }

  seal(plaintext: Uint8Array, wrongKey = false): Uint8Array {
    const { cipher, key, iv } = this.#secret;
    const used = wrongKey ? wrongKeyOf(key) : key;
    const sealed = cipher.seal(used, iv, this.#lead, this.#offset, plaintext)!;
    this.#passed(sealed);
    return sealed;
  }

  open(sealed: Uint8Array): Uint8Array {
    const { cipher, key, iv } = this.#secret;
    const opened = cipher.open(key, iv, this.#lead, this.#offset, sealed)!;
    this.#passed(sealed);
    return opened;
  }

  #passed(sealed: Uint8Array): void {
    const { lead } = this.#secret.cipher;
    this.#offset += sealed.length;
    const kept = Uint8Array.from([...this.#lead, ...sealed.subarray(Math.max(0, sealed.length - lead))]);
    this.#lead = kept.subarray(Math.max(0, kept.length - lead));
  }
}
