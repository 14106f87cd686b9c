import { fromHex, type Limits } from '../../bytes/index.ts';
import { openRecorded, sealedKey } from '../../crypto/index.ts';
import type { Direction, KeyRing } from '../../session/index.ts';
import { privateLabel, sessionLabel } from './keys.ts';
import type { SessionState } from './machine.ts';
import { headLength, type Layouts } from './messages.ts';

/** A data payload shorter than nonce and tag cannot be sealed. */
export const sealedLength = 28;

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
  /** Why not all keys were tried on its data. */
  untried: string | undefined;
  readonly layouts: Layouts;
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
    for (const { key, how } of this.#candidates(keys, limits)) {
      // What opens nothing so many times is not going to.
      if (++this.#attempts > limits.sessionTrials) {
        this.untried = `The limit sessionTrials of ${limits.sessionTrials} is passed: no key is tried on this packet.`;
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
      for (const { secret } of keys.find(sessionLabel, i)) yield { key: secret as Uint8Array, how: sessionLabel };
    } else {
      const given = keys.all(sessionLabel);
      if (given.length > orphanKeys)
        this.untried = `Its hellos are not in the capture: of ${given.length} session keys ${orphanKeys} are tried, the limit orphanKeys.`;
      for (const { secret } of given.slice(0, orphanKeys)) yield { key: secret as Uint8Array, how: sessionLabel };
    }
    if (i === undefined || r === undefined) return;
    for (const [own, peer] of [
      [i, r],
      [r, i],
    ] as const) {
      for (const { secret } of keys.find(privateLabel, own)) {
        const key = sealedKey(secret as Uint8Array, fromHex(peer)!, fromHex(i)!, fromHex(r)!);
        if (key !== undefined) yield { key, how: `${privateLabel} of ${own === i ? 'the initiator' : 'the responder'}` };
      }
    }
  }
}

/** `nonce 12, ciphertext, tag 16` as it was recorded. */
function open(key: Uint8Array, aad: Uint8Array, payload: Uint8Array): Uint8Array | undefined {
  return openRecorded(key, payload.subarray(0, 12), payload.subarray(12), aad);
}
