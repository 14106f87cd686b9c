import { equalBytes } from '../bytes/index.ts';
import type { CipherPlace, Corruption, MessageView, RunningCipher } from '../protocol/index.ts';
import type { Arrived, Place, SealedWay } from './sealedway.ts';
import type { Unit } from './units.ts';

/** The most that a cipher looks back at is the segment before the one that it stands in. */
const LEAD = 64;
const nothing = new Uint8Array(0);

/** How far a stream has come, and its last bytes. */
class StreamPosition {
  length = 0;
  lead: Uint8Array = nothing;

  get place(): CipherPlace {
    return { offset: this.length, lead: this.lead };
  }

  /** `counted`: bytes by which it moves, where they are others than those that went. */
  add(bytes: Uint8Array, counted = bytes.length): void {
    this.length += counted;
    const joined = bytes.length >= LEAD ? bytes : Uint8Array.from([...this.lead, ...bytes]);
    this.lead = joined.slice(-LEAD);
  }
}

/** One way of a stream under a cipher whose state runs through its bytes: what a byte becomes is a matter of those before it. */
export class RunningWay implements SealedWay {
  readonly #came = new StreamPosition();
  readonly #went = new StreamPosition();
  /** The cipher that a message travelled under, where it is known. */
  readonly #cipherOf: (view: MessageView) => RunningCipher | undefined;
  readonly #places = new WeakMap<Place, CipherPlace>();
  #cipher: RunningCipher | undefined;
  /** Bytes of the way in front of those that are sealed. */
  #clear = 0;
  readonly keeps = false;

  constructor(cipherOf: (view: MessageView) => RunningCipher | undefined) {
    this.#cipherOf = cipherOf;
  }

  came(unit: Unit): Arrived {
    const { place } = this.#came;
    this.#came.add(unit.bytes);
    const { bytes } = unit;
    const from: Place = {
      again: () => this.#again(bytes, place),
      other: (given) => this.#gone(given, place, bytes.length),
      seal: (clear, spoiling) => this.#seal(clear, place, spoiling),
    };
    this.#places.set(from, place);
    this.#learn(unit, place);
    return { unit, from };
  }

  apart(unit: Unit): readonly Arrived[] {
    return [this.came(unit)];
  }

  kept(): readonly Arrived[] {
    return [];
  }

  reread(unit: Unit, from: Place): Arrived {
    const place = this.#places.get(from);
    if (place !== undefined) this.#learn(unit, place);
    return { unit, from };
  }

  rest(): Uint8Array {
    return nothing;
  }

  /** The first message that tells it says which it is. */
  #learn({ messages }: Unit, at: CipherPlace): void {
    const view = this.#cipher === undefined ? messages[0]?.view() : undefined;
    const cipher = view && this.#cipherOf(view);
    if (cipher === undefined) return;
    this.#cipher = cipher;
    this.#clear = at.offset + view!.start - cipher.offset;
  }

  #again(bytes: Uint8Array, from: CipherPlace): Uint8Array {
    const cipher = this.#at(from);
    if (cipher === undefined || this.#isInStep(from)) return this.#gone(bytes, from, bytes.length);
    return this.#seal(answer(cipher.open(this.#inside(from), bytes)), from, {}) ?? bytes;
  }

  #seal(clear: Uint8Array, from: CipherPlace, spoiling: Corruption): Uint8Array | undefined {
    const cipher = this.#at(from);
    if (cipher === undefined) return undefined;
    this.#skipClear();
    const sealed = answer(cipher.seal(this.#inside(this.#went.place), clear, spoiling));
    this.#went.add(sealed);
    return sealed;
  }

  #gone(bytes: Uint8Array, from: CipherPlace, original: number): Uint8Array {
    if (this.#at(from) !== undefined) {
      this.#skipClear();
      this.#went.add(bytes);
    } else if (from.offset + original > this.#went.length) {
      // In clear nothing that follows depends on how long it is, nor on what goes after those that came behind it.
      this.#went.length = from.offset;
      this.#went.add(bytes, original);
    }
    return bytes;
  }

  /** Messages in clear that are left out, or go later, are nothing that the cipher has seen: sealed bytes begin behind all of them. */
  #skipClear(): void {
    if (this.#went.length >= this.#clear) return;
    this.#went.length = this.#clear;
    this.#went.lead = nothing;
  }

  /** Ciphertext that was before it, and how much of it, is what it was to its sender. */
  #isInStep(from: CipherPlace): boolean {
    this.#skipClear();
    return from.offset === this.#went.length && equalBytes(this.#inside(from).lead, this.#inside(this.#went.place).lead);
  }

  #at({ offset }: CipherPlace): RunningCipher | undefined {
    return offset >= this.#clear ? this.#cipher : undefined;
  }

  #inside({ offset, lead }: CipherPlace): CipherPlace {
    const sealed = offset - this.#clear;
    return { offset: sealed, lead: sealed < lead.length ? lead.slice(lead.length - sealed) : lead };
  }
}

function answer(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new Error('The cipher of this stream makes nothing for where the message stands now');
  return bytes;
}
