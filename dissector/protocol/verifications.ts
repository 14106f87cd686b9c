import { sha256 } from '@noble/hashes/sha2.js';
import type { Check, Limits } from '../bytes/index.ts';
import { toHex } from '../bytes/index.ts';

/** Verdicts that are remembered: a retransmission is checked once. */
const MOST_KNOWN = 10_000;

/** The signature checks of one protocol in one pass over a capture: each once, and none past the limit `verifications`. */
export class Verifications {
  readonly limits: Limits;
  readonly #known = new Map<string, Check>();
  #spent = 0;
  #isPassed = false;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** A check was left out. */
  get isPassed(): boolean {
    return this.#isPassed;
  }

  /** The verdict over all that `parts` hold; `verify` is asked for one that is not known, and takes so many milliseconds. */
  check(parts: readonly Uint8Array[], milliseconds: number, verify: () => Check): Check {
    const id = identity(parts);
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const { verifications } = this.limits;
    if (this.#spent + milliseconds > verifications) {
      this.#isPassed = true;
      return { state: 'unchecked', why: `the limit verifications of ${verifications} ms is passed` };
    }
    this.#spent += milliseconds;
    const check = verify();
    if (this.#known.size < MOST_KNOWN) this.#known.set(id, check);
    return check;
  }
}

/** Where one part ends and the next begins counts, too. */
function identity(parts: readonly Uint8Array[]): string {
  const hash = sha256.create();
  for (const part of parts) hash.update(Uint8Array.from([24, 16, 8, 0], (shift) => part.length >>> shift)).update(part);
  return toHex(hash.digest());
}
