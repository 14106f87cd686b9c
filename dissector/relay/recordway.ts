import { orUndefined } from '../crypto/index.ts';
import type { RecordCipher } from '../protocol/index.ts';
import type { Clear } from './clear.ts';
import { joined } from './joined.ts';
import { endIn } from './piecerange.ts';
import { type SealedUnit, sealedRecords } from './sealedunit.ts';
import { type Arrived, type Place, plainPlace, type SealedWay } from './sealedway.ts';
import type { Unit, UnitMessage, Way } from './units.ts';

const nothing = new Uint8Array(0);
/** Bytes that a record has beside what it holds, its frame and its tag. */
const MOST_AROUND = 0x1000;

/**
 * One way of a stream of records that a cipher seals under the numbers that count them. The first unit of such records tells the cipher:
 * before it nothing was moved.
 */
export class RecordWay implements SealedWay {
  #cipher: RecordCipher | undefined;
  /** Numbers of the next record that comes, and of the next one that goes on. */
  #came = 0n;
  #went = 0n;
  /** Bytes of the record that has begun to come. */
  #begun: Uint8Array = nothing;
  /** Those of them that wait, since they are to be sealed again. */
  #waiting: Uint8Array = nothing;
  /** The beginning of a message whose rest has not come. */
  #kept: SealedUnit | undefined;
  readonly #way: Way;

  constructor(way: Way) {
    this.#way = way;
  }

  get keeps(): boolean {
    return this.#kept !== undefined;
  }

  came(unit: Unit): Arrived {
    const { bytes, sealed } = unit;
    if (sealed !== undefined) {
      this.#learn(sealed);
      this.#came = sealed.number + BigInt(sealed.records.length);
      this.#begun = nothing;
      return { unit, from: this.#sealedPlace(bytes, sealed) };
    }
    const cipher = this.#cipher;
    return { unit, from: cipher === undefined ? plainPlace(bytes) : this.#streamPlace(bytes, cipher) };
  }

  apart(unit: Unit): readonly Arrived[] {
    const whole = this.came(unit);
    const { sealed } = unit;
    const before = this.#kept?.clear;
    const apart = sealed && orUndefined(() => this.#portions(unit, sealed, before));
    if (apart === undefined) return [...this.kept(), whole];
    const { parts, left } = apart;
    this.#kept = left;
    return before === undefined && left === undefined && parts.length === 1 ? [whole] : parts;
  }

  kept(): readonly Arrived[] {
    const kept = this.#kept;
    this.#kept = undefined;
    return kept === undefined ? [] : [this.#part(kept, undefined)];
  }

  reread(unit: Unit, from: Place): Arrived {
    const { sealed, bytes } = unit;
    if (sealed === undefined) return { unit, from };
    if (this.#cipher === undefined) {
      this.#learn(sealed);
      this.#came = sealed.number;
    }
    // It stands in what came already, and more of it may have come.
    const end = sealed.number + BigInt(sealed.records.length);
    if (end > this.#came) this.#came = end;
    return { unit, from: this.#sealedPlace(bytes, sealed) };
  }

  rest(): Uint8Array {
    const waiting = this.#waiting;
    this.#waiting = nothing;
    return waiting;
  }

  /** By how much the numbers differ stays as it was. */
  #learn({ cipher, number }: SealedUnit): void {
    this.#went = this.#cipher === undefined ? number : this.#went + number - this.#came;
    this.#cipher ??= cipher;
  }

  /** The messages of a unit one by one, with all that stands before each; undefined where they do not stand side by side in it. */
  #portions(
    { messages }: Unit,
    sealed: SealedUnit,
    before: Clear | undefined,
  ): { readonly parts: readonly Arrived[]; readonly left: SealedUnit | undefined } | undefined {
    const all = before?.followedBy(sealed.clear) ?? sealed.clear;
    let at = 0;
    const parts: Arrived[] = [];
    for (const message of messages) {
      const end = message.inside && endIn(all.pieces, message.inside.pieces);
      if (end === undefined || end <= at) return undefined;
      parts.push(this.#part(sealed.part(all.slice(at, end)), message));
      at = end;
    }
    const left = at < all.length ? sealed.part(all.slice(at, all.length)) : undefined;
    return parts.length === 0 ? undefined : { parts, left };
  }

  #part(sealed: SealedUnit, message: UnitMessage | undefined): Arrived {
    const { clear } = sealed;
    // It may need more records than it came in.
    const { bytes, count } = sealedRecords(sealed, sealed.number, clear.bytes, {});
    const messages = message === undefined ? [] : [{ ...message, view: () => message.inside?.view(clear) }];
    return {
      unit: { way: this.#way, bytes, messages, sealed },
      from: {
        ...this.#sealedPlace(bytes, sealed),
        again: () => this.#seal(sealed, clear.bytes, {}),
        other: (given) => {
          this.#went += count;
          return given;
        },
      },
    };
  }

  #sealedPlace(bytes: Uint8Array, sealed: SealedUnit): Place {
    const { cipher, number, records } = sealed;
    const count = BigInt(records.length);
    return {
      again: () => {
        if (this.#went !== number)
          return joined(records.map((record, at) => this.#again(cipher, number + BigInt(at), record.bytes)));
        this.#went += count;
        return bytes;
      },
      other: (given) => {
        this.#went += count;
        return given;
      },
      seal: (clear, spoiling) => this.#seal(sealed, clear, spoiling),
    };
  }

  #seal(sealed: SealedUnit, clear: Uint8Array, spoiling: Parameters<Place['seal']>[1]): Uint8Array {
    const { bytes, count } = sealedRecords(sealed, this.#went, clear, spoiling);
    this.#went += count;
    return bytes;
  }

  /** Bytes of the stream of which nobody says what they are: records, and parts of records. */
  #streamPlace(bytes: Uint8Array, cipher: RecordCipher): Place {
    const first = this.#came;
    const before = this.#begun;
    const { records, rest } = recordsIn(joined([before, bytes]), cipher);
    let next = first;
    // One that does not open has no number: its receiver counts it as little.
    const opened = records.map((record) => {
      const clear = cipher.open(next, record);
      if (clear !== undefined) next++;
      return { record, clear };
    });
    const count = next - first;
    this.#came = next;
    this.#begun = rest;
    const other = (given: Uint8Array): Uint8Array => {
      this.#went += count;
      return given;
    };
    return {
      again: () => {
        // A record whose beginning has gone on ends as it came.
        const waits = this.#waiting.length > 0;
        if ((!waits && this.#went === first) || this.#waiting.length !== before.length) return other(bytes);
        this.#waiting = rest;
        return joined(opened.map(({ record, clear }) => (clear && cipher.seal(this.#went++, clear, record, {})) ?? record));
      },
      other,
      seal: () => undefined,
    };
  }

  /** A record under the number that it has now. One that nobody can open goes on as it came: its receiver does not open it either. */
  #again(cipher: RecordCipher, number: bigint, record: Uint8Array): Uint8Array {
    const to = this.#went++;
    const clear = cipher.open(number, record);
    return (clear && cipher.seal(to, clear, record, {})) ?? record;
  }
}

/** Whole records, and the beginning of one. What is longer than a record can be is none, and waits no more. */
function recordsIn(
  bytes: Uint8Array,
  cipher: RecordCipher,
): { readonly records: readonly Uint8Array[]; readonly rest: Uint8Array } {
  const records: Uint8Array[] = [];
  let rest = bytes;
  for (;;) {
    const length = rest.length === 0 ? undefined : cipher.lengthOf(rest);
    const isWhole = length !== undefined && length <= rest.length;
    if (!isWhole && rest.length <= cipher.most + MOST_AROUND) return { records, rest };
    records.push(rest.subarray(0, isWhole ? length : rest.length));
    rest = rest.subarray(isWhole ? length : rest.length);
  }
}
