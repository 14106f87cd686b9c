import type { Piece } from '../bytes/index.ts';

/** Numbers of one piece: frame (1-based), offset in it, length. */
const columns = 3;

/**
 * Where the bytes of messages lie that are more than the payload of a frame, by number of the message: 12 bytes a piece and 4 a
 * message, since objects would cost ten times that. Messages are added in the order of their numbers; those without pieces of
 * their own are left out.
 */
export class PieceTable {
  #pieces = new Uint32Array(0);
  #used = 0;
  /** By message: where its pieces end; they begin where those of the message before it end. */
  #ends = new Uint32Array(0);
  #messages = 0;

  add(id: number, pieces: readonly Piece[]): void {
    this.#ends = roomFor(this.#ends, id + 1);
    this.#pieces = roomFor(this.#pieces, this.#used + pieces.length * columns);
    this.#ends.fill(this.#used, this.#messages, id);
    for (const { frame, offset, length } of pieces) {
      this.#pieces[this.#used] = frame;
      this.#pieces[this.#used + 1] = offset;
      this.#pieces[this.#used + 2] = length;
      this.#used += columns;
    }
    this.#ends[id] = this.#used;
    this.#messages = id + 1;
  }

  /** Made anew with each call; undefined for a message that is the payload of its frame. */
  get(id: number): readonly Piece[] | undefined {
    if (id >= this.#messages) return undefined;
    let at = id === 0 ? 0 : this.#ends[id - 1]!;
    const end = this.#ends[id]!;
    if (at === end) return undefined;
    const pieces: Piece[] = [];
    for (; at < end; at += columns)
      pieces.push({ frame: this.#pieces[at]!, offset: this.#pieces[at + 1]!, length: this.#pieces[at + 2]! });
    return pieces;
  }
}

function roomFor(column: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  if (length <= column.length) return column;
  // Half as much again: doubling would leave half of the memory empty.
  const larger = new Uint32Array(Math.max(256, Math.ceil(length * 1.5)));
  larger.set(column);
  return larger;
}
