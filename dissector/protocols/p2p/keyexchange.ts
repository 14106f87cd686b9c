import { equalBytes, type KeyOrigin, operationsOf, toHex, valuesOf } from '../../bytes/index.ts';
import { bitsOf, type DhPublicKey, isProbablePrime, primalityCost } from '../../crypto/index.ts';
import type { Key, ObserverContext } from '../../protocol/index.ts';
import { cipherChoice, type DecryptionCandidate, keyChoice } from './choices.ts';
import { publicValueOf, sharedSecretOf } from './costly.ts';
import { aesKind, aesLabel, dhKind, dhLabel, secretKind, secretLabel } from './keys.ts';
import { keyOf, paddedSecret } from './keyschedule.ts';
import { ownLimits } from './limits.ts';
import { noKey, notAllTried, notComputed, notOpened } from './reasons.ts';
import type { Session } from './session.ts';

/** So many keys of one session are tried on its bytes in the time of one operation; few are not counted. */
const keysPerOperation = 16;
const fewKeys = 4;

type Exponent = Pick<Key<bigint>, 'secret' | 'origin'>;

/** Whose exponent a public value of a group is, and the exponents whose public value was not computed yet. */
interface Group {
  readonly owners: Map<bigint, Exponent>;
  untried: readonly Exponent[];
}

/** The powers of the ring's exponents by group, computed once for all connections that share it. */
export class KeyExchanges {
  readonly #context: ObserverContext;
  readonly #groups = new Map<string, Group>();
  readonly #primes = new Map<bigint, boolean>();
  /** Of the exponents for a side whose public key was not captured, only the first were tried. */
  readonly #cut = new WeakSet<Session>();
  #testing = 0;

  constructor(context: ObserverContext) {
    this.#context = context;
  }

  /** Whether a modulus is prime, asked once a modulus; undefined where that is not computed. */
  isPrime(p: bigint): boolean | undefined {
    const known = this.#primes.get(p);
    const { limits, budget } = this.#context;
    const { primeBits } = valuesOf(ownLimits, limits);
    const cost = primalityCost(bitsOf(p));
    // Half of the limit is enough for what is only worth a note.
    if (known !== undefined || bitsOf(p) > primeBits || this.#testing + cost > limits.captureOperations / 2) return known;
    if (!budget.spend('captureOperations', cost)) return undefined;
    this.#testing += cost;
    const answer = isProbablePrime(p, primeBits);
    if (answer !== undefined) this.#primes.set(p, answer);
    return answer;
  }

  /** Why a direction does not open, with keys that were tried on it or without. */
  whyLost(session: Session, isTried: boolean): string {
    if (session.proof === '' && this.#cut.has(session)) return notAllTried;
    const { budget } = this.#context;
    const passed = (['privateOperations', 'captureOperations'] as const).find((name) => budget.isPassed(name));
    return isTried ? notOpened : passed === undefined ? noKey : notComputed(passed);
  }

  /** Every way in which the keys of the ring may open a session, in the order of the open choices. */
  openings(session: Session): DecryptionCandidate[] {
    const { vector } = session;
    if (vector === undefined) return [];
    const { choices, keys } = this.#context;
    const index = toHex(vector);
    const secrets = [
      ...this.#exchanged(session),
      ...keys
        .find(secretKind, index)
        .map(({ secret, origin }) => ({ z: paddedSecret(secret, (session.b ?? session.a)?.p), label: secretLabel, origin })),
    ];
    const given = keys.find(aesKind, index).map(({ secret, origin }) => ({ key: secret, by: aesLabel, from: undefined, origin }));
    const derived = choices.of(keyChoice).flatMap((candidate) =>
      secrets.flatMap(({ z, label, origin }) => {
        const from = keyOf(z, candidate);
        return from === undefined ? [] : [{ key: from.key, by: `${candidate.id} of ${label}`, from, origin }];
      }),
    );
    const all = [...derived, ...given];
    const affordable = (['user', 'capture'] as const).flatMap((origin) =>
      this.#affordable(
        all.filter((one) => one.origin === origin),
        origin,
      ),
    );
    // The exponents of both sides give one key: two openings of it would never be told apart.
    const tried = affordable.filter(({ key }, at) => affordable.findIndex((one) => equalBytes(one.key, key)) === at);
    return choices.of(cipherChoice).flatMap(({ id, cipher }) =>
      tried.map(({ key, by, from }) => ({
        cipher,
        key,
        iv: vector,
        how: `${id}, ${by}`,
        ...(from === undefined ? {} : { from }),
      })),
    );
  }

  /** Few keys cost nothing, many the time in which each of them is tried. */
  #affordable<T>(keys: readonly T[], origin: KeyOrigin): readonly T[] {
    const isFew = keys.length <= fewKeys;
    return isFew || this.#context.budget.spend(operationsOf(origin), keys.length / keysPerOperation) ? keys : [];
  }

  /** The shared secrets that an exponent of the ring gives: of either side, found by the public key that it yields. */
  #exchanged(session: Session): { z: Uint8Array; label: string; origin: KeyOrigin }[] {
    const { a, b } = session;
    const exchanges = [...this.#exchanges(session, a, b), ...this.#exchanges(session, b, a)];
    return exchanges.flatMap(({ x, peer, isOwn }) => {
      if (isOwn) session.exponents[peer === b ? 'a' : 'b'] = x.secret;
      const z = sharedSecretOf(x, peer, this.#context.budget)?.value;
      if (isOwn) session.z ??= z;
      return z === undefined ? [] : [{ z, label: dhLabel, origin: x.origin }];
    });
  }

  #exchanges(session: Session, own: DhPublicKey | undefined, peer: DhPublicKey | undefined): Exchange[] {
    if (peer === undefined) return [];
    if (own !== undefined) {
      const x = this.#ownersIn(own).get(own.y);
      return x === undefined ? [] : [{ x, peer, isOwn: true }];
    }
    // The exponent is still worth trying when its public key was not captured: the proof decides.
    const { keys, limits } = this.#context;
    const given = keys.all(dhKind);
    if (given.length > limits.orphanKeys) this.#cut.add(session);
    return given.slice(0, limits.orphanKeys).map((x) => ({ x, peer, isOwn: false }));
  }

  #ownersIn(group: DhPublicKey): Map<bigint, Exponent> {
    const { g, p } = group;
    const name = `${p.toString(16)} ${g.toString(16)}`;
    const known = this.#groups.get(name) ?? { owners: new Map(), untried: this.#context.keys.all(dhKind) };
    this.#groups.set(name, known);
    const spent = new Set<KeyOrigin>();
    // What the budget of one connection had no room for, that of another may have.
    known.untried = known.untried.filter((x) => {
      if (spent.has(x.origin)) return true;
      const power = publicValueOf(x, group, this.#context.budget);
      if (power === undefined) spent.add(x.origin);
      else if (power.value !== undefined && !known.owners.has(power.value)) known.owners.set(power.value, x);
      return power === undefined;
    });
    return known.owners;
  }
}

/** An exponent that may be one side's, and the other side's public key; `isOwn` where its public key was captured. */
interface Exchange {
  readonly x: Exponent;
  readonly peer: DhPublicKey;
  readonly isOwn: boolean;
}
