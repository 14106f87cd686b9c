import type { Budget, Limits } from '../../bytes/index.ts';
import type { Direction } from '../../protocol/index.ts';
import type { DecryptionCandidate } from './choices.ts';
import { type Shape, shapeOf } from './plaintext.ts';
import type { Session } from './session.ts';

/** An encrypted frame of which only the length is known; `id` is its message. */
export interface Sealed {
  readonly id: number;
  readonly direction: Direction;
  readonly encrypted: Uint8Array;
}

interface Trial {
  readonly opening: DecryptionCandidate;
  /** Frames that did not open, for a cipher with a tag: one broken frame does not refute it. */
  failures: number;
  dead: boolean;
  /** Bytes of plaintext that parsed, and frames that read as Ping or Pong. */
  parsed: number;
  readable: number;
  readonly pings: Set<string>;
}

/** A tag that fails for so many frames fails for all. */
const patience = 256;
/** An identifier of so many characters does not come about by chance. */
const tellingId = 8;
/** Plaintext in sum that counts although no frame reads as Ping or Pong. */
const tellingBytes = 16;

/**
 * Looks for what opens a session. A tag that opens proves at once. For the other ciphers every frame of the session must parse
 * without leftovers, so that counts when the session is over; before that only a Pong that names a Ping does, whose identifier
 * would have to come about by chance.
 */
export class TrialDecryption {
  readonly #session: Session;
  readonly #limits: Limits;
  readonly #budget: Budget;
  readonly #hasKeys: () => boolean;
  #trials: Trial[] = [];
  #held: Sealed[] = [];
  #heldBytes = 0;
  #over = false;
  /** Directions in which encrypted frames were seen: neither hello follows them. */
  readonly #seen: [boolean, boolean] = [false, false];

  /** `hasKeys`: there are keys by now that might belong to a session, this one or another. */
  constructor(session: Session, { limits, budget }: { limits: Limits; budget: Budget }, hasKeys: () => boolean) {
    this.#session = session;
    this.#limits = limits;
    this.#budget = budget;
    this.#hasKeys = hasKeys;
  }

  /** Other keys can be matched now: what is held is tried with them. True when one proves itself. */
  begin(openings: readonly DecryptionCandidate[]): boolean {
    if (this.#over || this.#session.opening !== undefined) return false;
    this.#trials = openings.map((opening) => ({
      opening,
      failures: 0,
      dead: false,
      parsed: 0,
      readable: 0,
      pings: new Set(),
    }));
    if (openings.length > 0) this.#session.proof = 'unproven';
    return this.#held.some((sealed) => this.#try(sealed.encrypted));
  }

  /** Tries a further frame; true when now something is proven. The frame is held until then. */
  add(sealed: Sealed): boolean {
    if (this.#over) return false;
    this.#seen[sealed.direction] = true;
    const { init, ack } = this.#session;
    const isComplete = (init !== undefined && ack !== undefined) || (this.#seen[0] && this.#seen[1]);
    const isHopeless = !this.#hasKeys() || (isComplete && this.#trials.every(({ dead }) => dead));
    if (isHopeless) this.#drop();
    else {
      this.#held.push({ ...sealed, encrypted: sealed.encrypted.slice() });
      this.#heldBytes += sealed.encrypted.length;
    }
    if (this.#try(sealed.encrypted)) return true;
    return this.#heldBytes > this.#limits.pendingStream && this.end();
  }

  /** The session is over: what parsed from beginning to end counts. True when that is something. */
  end(): boolean {
    if (this.#over || this.#session.opening !== undefined) return false;
    this.#over = true;
    const alive = this.#trials.filter(
      ({ opening, dead, parsed, readable }) =>
        !opening.cipher.mode.proves && !dead && parsed > 0 && (readable > 0 || parsed >= tellingBytes),
    );
    const best = alive.reduce((most, { readable }) => Math.max(most, readable), 0);
    const chosen = alive.find(({ readable }) => readable === best);
    if (chosen === undefined) this.#drop();
    else this.#win(chosen.opening, `all ${this.#held.length} encrypted frames parse as Ping, Pong or protobuf`);
    return chosen !== undefined;
  }

  /** The frames that waited for a proof, in their order; they are given once. */
  release(): Sealed[] {
    const held = this.#held;
    this.#drop();
    return held;
  }

  /** A tag could tell where a frame begins, with the keys known by now or later. */
  get canAnchor(): boolean {
    const { opening, init, ack } = this.#session;
    if (opening !== undefined) return opening.cipher.mode.proves;
    if (this.#over) return false;
    return (
      init === undefined || ack === undefined || this.#trials.some(({ opening: { cipher }, dead }) => cipher.mode.proves && !dead)
    );
  }

  /** Whether a tag says that these bytes are one encrypted frame. */
  anchors(encrypted: Uint8Array): boolean {
    const { opening } = this.#session;
    const openings = opening === undefined ? this.#trials.map((trial) => trial.opening) : [opening];
    return openings.some(({ key, cipher: { mode } }) => mode.proves && mode.open(key, encrypted) !== undefined);
  }

  #drop(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  #try(encrypted: Uint8Array): boolean {
    for (const trial of this.#trials) {
      const { key, cipher, origin } = trial.opening;
      if (trial.dead) continue;
      // One that cannot be tried on every frame is not proven by the others.
      if (!this.#budget.mayTry(origin, encrypted.length)) {
        trial.dead = true;
        continue;
      }
      const plaintext = cipher.mode.open(key, encrypted);
      if (cipher.mode.proves && plaintext !== undefined) {
        this.#win(trial.opening, 'the tag of a frame opens');
        return true;
      }
      if (cipher.mode.proves) trial.dead = ++trial.failures >= patience;
      else if (plaintext === undefined) trial.dead = true;
      else if (this.#parses(trial, plaintext, shapeOf(plaintext))) return true;
      if (!cipher.mode.proves && !trial.dead) this.#budget.opened(origin, encrypted.length);
    }
    return false;
  }

  #parses(trial: Trial, plaintext: Uint8Array, shape: Shape): boolean {
    trial.parsed += plaintext.length;
    if (shape.kind === 'broken') trial.dead = true;
    if (shape.kind !== 'Ping' && shape.kind !== 'pair') return false;
    trial.readable++;
    if (shape.kind === 'Ping' && shape.id.length >= tellingId) trial.pings.add(shape.id);
    if (shape.kind === 'Ping' || !trial.pings.has(shape.pingId)) return false;
    this.#win(trial.opening, 'every frame so far parses, and a Pong names a Ping');
    return true;
  }

  #win(opening: DecryptionCandidate, proof: string): void {
    this.#session.opening = opening;
    this.#session.proof = proof;
    this.#trials = [];
  }
}
