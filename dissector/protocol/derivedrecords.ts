import { type Field, type Limits, overLimit, type Piece, type Problem } from '../bytes/index.ts';
import type { RecordCipher } from './recordcipher.ts';

/**
 * Bytes that a protocol makes of captured ones, and that further messages stand in: the plaintext of a Noise message, an unpacked
 * block. Messages name them as they name frames, by pieces; their trees lead back through every record to the frames.
 */
export interface DerivedRecord {
  /** Where the bytes lie that it is made of: in frames, or in other derived records. */
  readonly pieces: readonly Piece[];
  /** Makes the bytes inside. Pure, and asked for with each tree: a record holds what it needs for that, and no copy of its bytes. */
  readonly open: (bytes: Uint8Array) => Uint8Array;
  /** Name of the Source that they become: `Decrypted`. */
  readonly name: string;
  /** How they are made: `ChaCha20-Poly1305, nonce 3`. */
  readonly how: string;
  /** The layer that the record is in the tree of each message inside; `bytes[start, end)` lie in the Source `source`. */
  readonly layer?: (bytes: Uint8Array, source: number, start: number, end: number) => Field;
  /** Of a record of a stream that was sealed under the number that counts it: with it a relay edits what stands inside. */
  readonly sealed?: { readonly cipher: RecordCipher; readonly number: bigint };
}

/** Records are named from here on, where no frame of a capture can have its number. */
const FIRST = 0x8000_0000;

/** Whether the `frame` of a piece is the name of a derived record. */
export function isDerived(frame: number): boolean {
  return frame >= FIRST;
}

/** The derived records of a capture. Limits `derivedRecords` and, for records in records, `depth`. */
export class DerivedRecords {
  readonly #records: DerivedRecord[] = [];
  readonly #depths: number[] = [];
  readonly #limits: Limits;
  /** Records that were over a limit. */
  untold = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#records.length;
  }

  /** Adds a record and returns its name, the `frame` of the pieces that lie in it; a Problem where there are too many. */
  add(record: DerivedRecord): number | Problem {
    const { derivedRecords, depth } = this.#limits;
    const nested = 1 + record.pieces.reduce((most, { frame }) => Math.max(most, this.#depths[frame - FIRST] ?? 0), 0);
    if (nested > depth) return this.#over('depth', depth, nested);
    if (this.#records.length >= derivedRecords) return this.#over('derivedRecords', derivedRecords, this.#records.length + 1);
    this.#depths.push(nested);
    return FIRST + this.#records.push(record) - 1;
  }

  /** Names of the records behind the first so many. */
  namesFrom(length: number): number[] {
    return Array.from({ length: this.#records.length - length }, (_, at) => FIRST + length + at);
  }

  get(frame: number): DerivedRecord | undefined {
    return this.#records[frame - FIRST];
  }

  /** The numbers of the frames that pieces lie in, through all records, ascending. */
  framesOf(pieces: readonly Piece[]): number[] {
    if (pieces.length === 1 && !isDerived(pieces[0]!.frame)) return [pieces[0]!.frame];
    const frames = new Set<number>();
    const seen = new Set<number>();
    const open = [...pieces];
    for (let piece = open.pop(); piece !== undefined; piece = open.pop()) {
      if (!isDerived(piece.frame)) frames.add(piece.frame);
      else if (!seen.has(piece.frame)) {
        seen.add(piece.frame);
        open.push(...(this.get(piece.frame)?.pieces ?? []));
      }
    }
    return [...frames].sort((a, b) => a - b);
  }

  #over(name: 'depth' | 'derivedRecords', most: number, found: number): Problem {
    this.untold++;
    return overLimit(name, most, found, 'derived records', 0);
  }
}
