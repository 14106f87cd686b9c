import { fromHex, type Limits, valuesOf } from '../../bytes/index.ts';
import { passiveDecrypt, sealedParts } from '../../crypto/index.ts';
import type { Direction, KeyRing } from '../../protocol/index.ts';
import { privateKind, privateLabel, sessionKind, sessionLabel } from './keys.ts';
import { exchange } from './keyschedule.ts';
import { ownLimits } from './limits.ts';
import type { SessionState } from './machine.ts';
import { headLength, type Layouts } from './messages.ts';

/** One exchange of hellos between two endpoints, and how its data is written. */
export class Session {
  readonly number: number;
  /** Its place in the table's sessions. */
  place: number | undefined;
  /** Who sent the first hello, or the requester of an introduction; undefined where the capture starts later. */
  initiator: Direction | undefined;
  state: SessionState | 'unseen';
  /** The state in which the capture finds it, where that is not its first hello. */
  found: Exclude<SessionState, 'none' | 'asked'> | undefined;
  /** The opener has a cookie whose hello retry the capture lost. */
  retryLost = false;
  /** Frame of data that came before the handshake was over. */
  skipped: number | undefined;
  /** Hex of the public keys by direction of their sender. */
  readonly x: [string | undefined, string | undefined] = [undefined, undefined];
  /** Settled by the first data packet that parses or opens. */
  form: 'plain' | 'sealed' | undefined;
  how = '';
  /** The frame of its first packet. */
  frame: number | undefined;
  /** Why not all keys were tried on its data. */
  untried: string | undefined;
  readonly layouts: Layouts;
  /** The ring holds the private key of an x25519_public of it. */
  hasPrivate = false;
  #key: Uint8Array | undefined;
  #attempts = 0;
  /** Candidates by the public keys that were known when they were made: an exchange takes a millisecond. */
  #made: { readonly pair: string; readonly keys: readonly { key: Uint8Array; how: string }[] } | undefined;

  /** How many sessions the conversation has had by now; shared by all of them. */
  readonly total: { sessions: number };

  constructor(total: { sessions: number }, initiator: Direction | undefined, layouts: Layouts) {
    this.number = ++total.sessions;
    this.total = total;
    this.initiator = initiator;
    this.state = initiator === undefined ? 'unseen' : 'asked';
    if (initiator === undefined) this.found = 'open';
    this.layouts = layouts;
  }

  /** The key that has opened a data packet. */
  get key(): Uint8Array | undefined {
    return this.#key;
  }

  /** The x25519_public of initiator and responder, where they are known. */
  get pair(): readonly [string | undefined, string | undefined] {
    const { initiator, x } = this;
    return initiator === undefined ? [undefined, undefined] : [x[initiator], x[initiator === 0 ? 1 : 0]];
  }

  /** Opens a sealed data packet: with the key that was proven, or with whatever the ring has for the session. */
  open(packet: Uint8Array, keys: KeyRing, limits: Limits): Uint8Array | undefined {
    const aad = packet.subarray(0, headLength);
    const payload = packet.subarray(headLength);
    if (this.#key !== undefined) return open(this.#key, aad, payload);
    const { sessionTrials } = valuesOf(ownLimits, limits);
    for (const { key, how } of this.#candidates(keys, limits)) {
      // What opens nothing so many times is not going to.
      if (++this.#attempts > sessionTrials) {
        this.untried = `The limit sessionTrials of ${sessionTrials} is passed: no key is tried on this packet.`;
        return undefined;
      }
      const plaintext = open(key, aad, payload);
      if (plaintext === undefined) continue;
      this.#key = key;
      this.how = how;
      return plaintext;
    }
    return undefined;
  }

  /** Opens a packet with the proven key of a session that has moved here from other endpoints, and takes that key over. */
  takeOver(moved: Session, packet: Uint8Array): Uint8Array | undefined {
    const plaintext = moved.reopen(packet);
    if (plaintext === undefined) return undefined;
    this.#key = moved.key;
    this.how = moved.how;
    return plaintext;
  }

  /** The plaintext under the proven key alone: the second pass has no key ring. */
  reopen(packet: Uint8Array): Uint8Array | undefined {
    return this.#key === undefined ? undefined : open(this.#key, packet.subarray(0, headLength), packet.subarray(headLength));
  }

  #candidates(keys: KeyRing, limits: Limits): readonly { key: Uint8Array; how: string }[] {
    const pair = this.pair.join(' ');
    if (this.#made?.pair !== pair) {
      this.#attempts = 0;
      this.untried = undefined;
      this.#made = { pair, keys: [...this.#make(keys, limits)] };
    }
    return this.#made.keys;
  }

  *#make(keys: KeyRing, { orphanKeys }: Limits): Generator<{ key: Uint8Array; how: string }> {
    const [i, r] = this.pair;
    if (i !== undefined) {
      for (const { secret } of keys.find(sessionKind, i)) yield { key: secret, how: sessionLabel };
    } else {
      const given = keys.all(sessionKind);
      if (given.length > orphanKeys)
        this.untried = `Its hellos are not in the capture: of ${given.length} session keys ${orphanKeys} are tried, the limit orphanKeys.`;
      for (const { secret } of given.slice(0, orphanKeys)) yield { key: secret, how: sessionLabel };
    }
    if (i === undefined || r === undefined) return;
    const publics = { initiator: fromHex(i)!, responder: fromHex(r)! };
    for (const side of ['initiator', 'responder'] as const) {
      for (const { secret } of keys.find(privateKind, side === 'initiator' ? i : r)) {
        this.hasPrivate = true;
        const made = exchange(side, secret, publics);
        if (made !== undefined) yield { key: made.key, how: `${privateLabel} of the ${side}` };
      }
    }
  }
}

/** `nonce 12, ciphertext, tag 16` as it was recorded. */
function open(key: Uint8Array, aad: Uint8Array, payload: Uint8Array): Uint8Array | undefined {
  const { nonce, body } = sealedParts(payload);
  return passiveDecrypt(key, nonce, body, aad);
}
