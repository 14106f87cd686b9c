import type { Piece } from '../bytes/index.ts';
import type { Corruption, RecordCipher } from '../protocol/index.ts';
import { Clear } from './clear.ts';
import { joined } from './joined.ts';

/** A record of a stream, sealed under its number. */
export interface SealedRecord {
  /** As `DerivedRecords` names it. */
  readonly name: number;
  readonly bytes: Uint8Array;
}

/** The records that a unit of a stream consists of, and what they hold: messages, and parts of messages. */
export class SealedUnit {
  readonly cipher: RecordCipher;
  /** That of the first record. */
  readonly number: bigint;
  readonly records: readonly SealedRecord[];
  #clear: Clear | undefined;

  constructor(cipher: RecordCipher, number: bigint, records: readonly SealedRecord[], clear?: Clear) {
    this.cipher = cipher;
    this.number = number;
    this.records = records;
    this.#clear = clear;
  }

  /** What all of its records hold. Opened when it is asked for. Throws an Error where one does not open. */
  get clear(): Clear {
    if (this.#clear !== undefined) return this.#clear;
    let number = this.number;
    const all = this.records.map(({ name, bytes }) => ({ name, bytes: answered(this.cipher.open(number++, bytes)) }));
    const pieces = all.flatMap(({ name, bytes }): Piece[] =>
      bytes.length === 0 ? [] : [{ frame: name, offset: 0, length: bytes.length }],
    );
    this.#clear = new Clear(joined(all.map(({ bytes }) => bytes)), pieces);
    return this.#clear;
  }

  /** A part of what it holds, alone or with what came before it, as a unit of records of its own. */
  part(clear: Clear): SealedUnit {
    return new SealedUnit(this.cipher, this.number + BigInt(this.records.length - 1), this.records.slice(-1), clear);
  }

  /** The records that hold other bytes, under the numbers from the first one of the unit on. Throws an Error where there are none. */
  sealed(clear: Uint8Array, spoiling: Corruption): Uint8Array {
    return sealedRecords(this, this.number, clear, spoiling).bytes;
  }
}

/** Bytes in as many records as they need, numbered from `number` on. Throws an Error where the cipher makes none. */
export function sealedRecords(
  { cipher, records }: Pick<SealedUnit, 'cipher' | 'records'>,
  number: bigint,
  clear: Uint8Array,
  spoiling: Corruption,
): { readonly bytes: Uint8Array; readonly count: bigint } {
  const like = records[0]!.bytes;
  const all: Uint8Array[] = [];
  let count = 0n;
  for (let at = 0; at < clear.length || count === 0n; at += cipher.most)
    all.push(answered(cipher.seal(number + count++, clear.subarray(at, at + cipher.most), like, spoiling)));
  return { bytes: joined(all), count };
}

function answered(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new Error('The cipher of this stream makes nothing for where the message stands now');
  return bytes;
}
