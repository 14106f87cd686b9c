import { toHex, valuesOf } from '../../bytes/index.ts';
import { bitsOf, type DhPublicKey, isProbablePrime } from '../../crypto/index.ts';
import type { ObserverContext } from '../../protocol/index.ts';
import { cipherChoice, type DecryptionCandidate, keyChoice } from './choices.ts';
import { aesKind, aesLabel, dhKind, dhLabel, secretKind, secretLabel } from './keys.ts';
import { keyOf, paddedSecret, publicValue, sharedSecret } from './keyschedule.ts';
import { ownLimits } from './limits.ts';
import { noKey, notAllTried, notComputed, notOpened } from './reasons.ts';
import type { Session } from './session.ts';

/** Bits of modulus and exponent of one operation of the limit `privateOperations`: about ten milliseconds. */
const unitBits = 2048;
/** A cheaper operation counts as this part of one: a capture may hold many thousand small ones. */
const leastCost = 1 / 16;
/** So many keys of one session are tried on its bytes in the time of one operation; few are not counted. */
const keysPerOperation = 16;
const fewKeys = 4;

/** What an exponentiation costs in operations: squarings of numbers twice as long take four times as long. */
export function costOf(modulusBits: number, exponentBits = modulusBits): number {
  return Math.max(leastCost, (modulusBits / unitBits) ** 2 * (exponentBits / unitBits));
}

/** The powers of the users' exponents by group, computed once for all connections that share it. */
export class KeyExchanges {
  readonly #context: ObserverContext;
  /** By group: whose exponent a public value is. */
  readonly #owners = new Map<string, Map<bigint, bigint>>();
  readonly #primes = new Map<bigint, boolean>();
  /** Of the exponents for a side whose public key was not captured, only the first were tried. */
  readonly #cut = new WeakSet<Session>();
  #spent = 0;
  #testing = 0;

  constructor(context: ObserverContext) {
    this.#context = context;
  }

  /** Counts an expensive computation; false past the limit `privateOperations`. */
  spend(cost = 1): boolean {
    if (this.isSpent) return false;
    this.#spent += cost;
    return true;
  }

  /** The limit `privateOperations` is passed. */
  get isSpent(): boolean {
    return this.#spent >= this.#context.limits.privateOperations;
  }

  /** Whether a modulus is prime, asked once a modulus; undefined where that is not computed. */
  isPrime(p: bigint): boolean | undefined {
    const known = this.#primes.get(p);
    // Half of the limit is enough for what is only worth a note.
    if (known !== undefined || this.#testing >= this.#context.limits.privateOperations / 2) return known;
    this.#testing += costOf(bitsOf(p));
    const answer = isProbablePrime(p, valuesOf(ownLimits, this.#context.limits).primeBits);
    if (answer !== undefined) this.#primes.set(p, answer);
    return answer;
  }

  /** Why a direction does not open, with keys that were tried on it or without. */
  whyLost(session: Session, isTried: boolean): string {
    if (session.proof === '' && this.#cut.has(session)) return notAllTried;
    return isTried ? notOpened : this.isSpent ? notComputed : noKey;
  }

  /** Every way in which the keys of the ring may open a session, in the order of the open choices. */
  openings(session: Session): DecryptionCandidate[] {
    const { vector } = session;
    if (vector === undefined) return [];
    const { choices, keys } = this.#context;
    const index = toHex(vector);
    const secrets = [
      ...this.#exchanged(session).map((z) => ({ z, label: dhLabel })),
      ...keys
        .find(secretKind, index)
        .map(({ secret }) => ({ z: paddedSecret(secret, (session.b ?? session.a)?.p), label: secretLabel })),
    ];
    const given = keys.find(aesKind, index).map(({ secret }) => ({ key: secret, by: aesLabel, from: undefined }));
    const derived = choices.of(keyChoice).flatMap((candidate) =>
      secrets.flatMap(({ z, label }) => {
        const from = keyOf(z, candidate);
        return from === undefined ? [] : [{ key: from.key, by: `${candidate.id} of ${label}`, from }];
      }),
    );
    const count = derived.length + given.length;
    if (count > fewKeys && !this.spend(count / keysPerOperation)) return [];
    return choices.of(cipherChoice).flatMap(({ id, cipher }) =>
      [...derived, ...given].map(({ key, by, from }) => ({
        cipher,
        key,
        iv: vector,
        how: `${id}, ${by}`,
        ...(from === undefined ? {} : { from }),
      })),
    );
  }

  /** The shared secrets that an exponent of the ring gives: of either side, found by the public key that it yields. */
  #exchanged(session: Session): Uint8Array[] {
    const { a, b } = session;
    const secrets = [...this.#secrets(session, a, b), ...this.#secrets(session, b, a)];
    return secrets.flatMap(({ x, peer, isOwn }) => {
      if (isOwn) session.exponents[peer === b ? 'a' : 'b'] = x;
      if (!this.spend(costOf(bitsOf(peer.p), bitsOf(x)))) return [];
      const z = sharedSecret(peer, x, this.#context.limits);
      if (isOwn) session.z ??= z;
      return z ?? [];
    });
  }

  #secrets(session: Session, own: DhPublicKey | undefined, peer: DhPublicKey | undefined): Exchange[] {
    if (peer === undefined) return [];
    if (own !== undefined) {
      const x = this.#ownersIn(own).get(own.y);
      return x === undefined ? [] : [{ x, peer, isOwn: true }];
    }
    // The exponent is still worth trying when its public key was not captured: the proof decides.
    const { keys, limits } = this.#context;
    const given = keys.all(dhKind);
    if (given.length > limits.orphanKeys) this.#cut.add(session);
    return given.slice(0, limits.orphanKeys).map(({ secret }) => ({ x: secret, peer, isOwn: false }));
  }

  #ownersIn(group: DhPublicKey): Map<bigint, bigint> {
    const { g, p } = group;
    const name = `${p.toString(16)} ${g.toString(16)}`;
    const known = this.#owners.get(name);
    if (known !== undefined) return known;
    const owners = new Map<bigint, bigint>();
    for (const { secret: x } of this.#context.keys.all(dhKind)) {
      if (!this.spend(costOf(bitsOf(p), bitsOf(x)))) break;
      const power = publicValue(group, x, this.#context.limits);
      if (power !== undefined && !owners.has(power)) owners.set(power, x);
    }
    this.#owners.set(name, owners);
    return owners;
  }
}

/** An exponent that may be one side's, and the other side's public key; `isOwn` where its public key was captured. */
interface Exchange {
  readonly x: bigint;
  readonly peer: DhPublicKey;
  readonly isOwn: boolean;
}
