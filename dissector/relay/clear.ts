import { type Piece, slicePieces } from '../bytes/index.ts';
import { joined } from './joined.ts';

/** What sealed records of a stream hold, or a part of it, and where that lies in them: pieces name records as `DerivedRecords` does. */
export class Clear {
  readonly bytes: Uint8Array;
  readonly pieces: readonly Piece[];

  constructor(bytes: Uint8Array, pieces: readonly Piece[]) {
    this.bytes = bytes;
    this.pieces = pieces;
  }

  get length(): number {
    return this.bytes.length;
  }

  slice(start: number, end: number): Clear {
    return new Clear(this.bytes.subarray(start, end), slicePieces(this.pieces, start, end));
  }

  followedBy({ bytes, pieces }: Pick<Clear, 'bytes' | 'pieces'>): Clear {
    return new Clear(joined([this.bytes, bytes]), [...this.pieces, ...pieces]);
  }

  /** Its bytes with others in the place of these. */
  with([start, end]: readonly [start: number, end: number], other: Uint8Array): Uint8Array {
    return joined([this.bytes.subarray(0, start), other, this.bytes.subarray(end)]);
  }
}
