import { toHex } from '../../bytes/index.ts';
import { secp256k1 } from '../../crypto/index.ts';
import type { Bench, Direction, Key, KeyRing } from '../../session/index.ts';
import { cipherChoice, keyChoice, type Opening } from './ciphers.ts';
import type { Hello } from './handshake.ts';
import { aesLabel, ephemeralLabel, pointLabel } from './keys.ts';

/** What the messages of one connection belong to: both hellos, and what opens what follows. */
export class Session {
  readonly choices: Bench['choices'] | undefined;
  /** Who sent the Init; who opened the TCP connection where that was not seen. */
  opener: Direction | undefined;
  init: Hello | undefined;
  ack: Hello | undefined;
  /** What proved itself. */
  opening: Opening | undefined;
  /** Why it counts as proven; `unproven` while keys are there and none is. */
  proof = '';

  constructor(choices?: Bench['choices']) {
    this.choices = choices;
  }

  /** The opener's ephemeral public key, hex of the compressed point: by it keys are found. */
  get openerKey(): string | undefined {
    return this.init?.ephemeral === undefined ? undefined : toHex(this.init.ephemeral);
  }

  get answererKey(): string | undefined {
    return this.ack?.ephemeral === undefined ? undefined : toHex(this.ack.ephemeral);
  }

  /** Every way in which the given keys might open the session, in the order in which to try them. */
  openings(ring: KeyRing): Opening[] {
    const seen = new Set<string>();
    return [ephemeralLabel, pointLabel, aesLabel]
      .flatMap((label) => this.#keysFor(label, ring))
      .flatMap((key) => this.openingsOf(key))
      .filter(({ key, cipher }) => {
        const same = `${cipher.id} ${toHex(key)}`;
        return !seen.has(same) && seen.add(same);
      });
  }

  #keysFor(label: string, ring: KeyRing): readonly Key[] {
    const { openerKey, answererKey } = this;
    const found = openerKey === undefined ? [] : ring.find(label, openerKey);
    return label !== ephemeralLabel || answererKey === undefined ? found : [...found, ...ring.find(label, answererKey)];
  }

  /** What one key of the session might open it with; none when the other side's ephemeral key is not known. */
  openingsOf({ label, index, secret }: Key): Opening[] {
    if (this.choices === undefined || !(secret instanceof Uint8Array)) return [];
    const ciphers = this.choices.of(cipherChoice);
    if (label === aesLabel) return ciphers.map((cipher) => ({ key: secret, cipher, how: `${cipher.id}, ${label}` }));
    const point = label === pointLabel ? secret : this.sharedPoint(index, secret);
    if (point === undefined) return [];
    return this.choices
      .of(keyChoice)
      .flatMap(({ id, derive }) =>
        ciphers.map((cipher) => ({ key: derive(point), cipher, derivation: id, how: `${cipher.id}, ${id} of ${label}` })),
      );
  }

  /** The point that a private key and the ephemeral key of the other side yield. `own` is the public key, hex. */
  sharedPoint(own: string, secret: Uint8Array): Uint8Array | undefined {
    const peer = own === this.openerKey ? this.ack?.ephemeral : own === this.answererKey ? this.init?.ephemeral : undefined;
    return peer === undefined ? undefined : secp256k1.sharedPoint(secret, peer);
  }
}
