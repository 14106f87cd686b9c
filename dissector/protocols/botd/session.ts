import { toHex } from '../../bytes/index.ts';
import type { Direction, Key, KeyKind, KeyRing, ObserverContext } from '../../protocol/index.ts';
import { cipherChoice, type DecryptionCandidate, keyChoice } from './choices.ts';
import type { Hello } from './handshake.ts';
import { aesLabel, ephemeralKind, keys, pointLabel } from './keys.ts';
import { keysOf, sharedPoint } from './keyschedule.ts';

/** What the messages of one connection belong to: both hellos, and what opens what follows. */
export class Session {
  readonly choices: ObserverContext['choices'];
  /** Who sent the Init; who opened the TCP connection where that was not seen. */
  opener: Direction | undefined;
  init: Hello | undefined;
  ack: Hello | undefined;
  /** The ring holds the private key of an ephemeral_pubkey of it. */
  hasPrivate = false;
  /** What proved itself. */
  opening: DecryptionCandidate | undefined;
  /** Why it counts as proven; `unproven` while keys are there and none is. */
  proof = '';

  constructor(choices: ObserverContext['choices']) {
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
  openings(ring: KeyRing): DecryptionCandidate[] {
    const seen = new Set<string>();
    return keys
      .flatMap((kind) => this.#keysFor(kind, ring))
      .flatMap((key) => this.openingsOf(key))
      .sort((a, b) => Number(a.origin !== 'user') - Number(b.origin !== 'user'))
      .filter(({ key, cipher }) => {
        const same = `${cipher.id} ${toHex(key)}`;
        return !seen.has(same) && seen.add(same);
      });
  }

  #keysFor(kind: KeyKind<Uint8Array>, ring: KeyRing): readonly Key<Uint8Array>[] {
    const { openerKey, answererKey } = this;
    const found = openerKey === undefined ? [] : ring.find(kind, openerKey);
    if (kind !== ephemeralKind) return found;
    const all = answererKey === undefined ? found : [...found, ...ring.find(kind, answererKey)];
    this.hasPrivate ||= all.length > 0;
    return all;
  }

  /** What one key of the session might open it with; none when the other side's ephemeral key is not known. */
  openingsOf({ label, index, secret, origin }: Key<Uint8Array>): DecryptionCandidate[] {
    const ciphers = this.choices.of(cipherChoice);
    if (label === aesLabel) return ciphers.map((cipher) => ({ key: secret, origin, cipher, how: `${cipher.id}, ${label}` }));
    const point = label === pointLabel ? secret : this.sharedPoint(index, secret);
    if (point === undefined) return [];
    return keysOf(point, this.choices.of(keyChoice)).flatMap((derived) =>
      ciphers.map((cipher) => ({ ...derived, origin, cipher, how: `${cipher.id}, ${derived.derivation} of ${label}` })),
    );
  }

  /** The point that a private key and the ephemeral key of the other side yield. `own` is the public key, hex. */
  sharedPoint(own: string, secret: Uint8Array): Uint8Array | undefined {
    const peer = own === this.openerKey ? this.ack?.ephemeral : own === this.answererKey ? this.init?.ephemeral : undefined;
    return peer === undefined ? undefined : sharedPoint(secret, peer);
  }
}
