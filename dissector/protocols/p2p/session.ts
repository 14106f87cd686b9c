import { toHex } from '../../bytes/index.ts';
import { type DhPublicKey, dhPublic, dhShared, isProbablePrime } from '../../crypto/index.ts';
import type { Bench, Direction } from '../../session/index.ts';
import { cipherChoice, keyChoice, type Opening } from './ciphers.ts';
import { aesLabel, dhLabel, secretLabel } from './keys.ts';

/** One connection: what its handshake said, and how what follows it opens. */
export class Session {
  /** The direction in which outbound sends, once that is known. */
  outbound: Direction | undefined;
  a: DhPublicKey | undefined;
  b: DhPublicKey | undefined;
  /** HELLO_ACK's init_vector. */
  vector: Uint8Array | undefined;
  /** By direction: what opens it, and what proves that. */
  readonly openings: [Opening | undefined, Opening | undefined] = [undefined, undefined];
  proof = '';
}

/** The powers of the users' exponents by group, computed once for all connections that share it. */
export class Groups {
  readonly #bench: Bench;
  readonly #powers = new Map<string, bigint>();
  readonly #primes = new Map<bigint, boolean>();
  #operations = 0;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** Counts an expensive computation; false past the limit `privateOperations`. */
  spend(): boolean {
    return ++this.#operations <= this.#bench.limits.privateOperations;
  }

  /** Whether a modulus is prime, asked once a modulus; undefined where that is not computed. */
  isPrime(p: bigint): boolean | undefined {
    const known = this.#primes.get(p);
    if (known !== undefined || this.#primes.size >= this.#bench.limits.privateOperations) return known;
    const answer = isProbablePrime(p);
    if (answer !== undefined) this.#primes.set(p, answer);
    return answer;
  }

  /** Every way in which the keys of the ring may open a session, in the order of the open choices. */
  openings(session: Session): Opening[] {
    const { vector } = session;
    if (vector === undefined) return [];
    const { choices, keys } = this.#bench;
    const index = toHex(vector);
    const secrets = [
      ...this.#exchanged(session).map((z) => ({ z, label: dhLabel })),
      ...keys.find(secretLabel, index).map((key) => ({ z: padded(key.secret as Uint8Array, session), label: secretLabel })),
    ];
    const given = keys.find(aesLabel, index).map((key) => ({ key: key.secret as Uint8Array, from: aesLabel }));
    const derived = choices.of(keyChoice).flatMap(({ id, derive }) =>
      secrets.flatMap(({ z, label }) => {
        const key = derive(z);
        return key === undefined ? [] : [{ key, from: `${id} of ${label}` }];
      }),
    );
    return choices
      .of(cipherChoice)
      .flatMap(({ id, cipher }) =>
        [...derived, ...given].map(({ key, from }) => ({ cipher, key, iv: vector, how: `${id}, ${from}` })),
      );
  }

  /** The shared secrets that an exponent of the ring gives: of either side, found by the public key that it yields. */
  #exchanged({ a, b }: Session): Uint8Array[] {
    const out: Uint8Array[] = [];
    for (const { secret } of this.#bench.keys.all(dhLabel)) {
      const x = secret as bigint;
      for (const [own, peer] of [
        [a, b],
        [b, a],
      ] as const) {
        if (peer === undefined) continue;
        // Outbound's exponent is still worth trying when its HELLO was not captured: the proof decides.
        const isOwner = own === undefined ? peer === b : this.#power(own, x) === own.y;
        if (!isOwner || !this.spend()) continue;
        const z = dhShared(peer.y, x, peer.p);
        if (z !== undefined) out.push(z);
      }
    }
    return out;
  }

  #power({ g, p }: DhPublicKey, x: bigint): bigint | undefined {
    const group = `${p} ${g} ${x}`;
    const known = this.#powers.get(group);
    if (known !== undefined) return known;
    if (!this.spend()) return undefined;
    const power = dhPublic(g, x, p);
    if (power !== undefined) this.#powers.set(group, power);
    return power;
  }
}

/** A shared secret as long as p: a key log may leave its zeros in front out. */
function padded(z: Uint8Array, { a, b }: Session): Uint8Array {
  const p = (b ?? a)?.p;
  const size = p === undefined ? z.length : Math.ceil(p.toString(16).length / 2);
  if (z.length >= size) return z;
  const out = new Uint8Array(size);
  out.set(z, size - z.length);
  return out;
}
