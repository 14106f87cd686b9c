import type { Piece } from '../bytes/index.ts';

/** An empty buffer of so many bytes is kept for what comes next; a larger one may never be needed again. */
const KEPT = 0x1_0000;

/** The bytes of one stream direction that no message has taken yet, with the frames that they came in. */
export class StreamBuffer {
  #bytes = new Uint8Array(0);
  #start = 0;
  #end = 0;
  /** From `#head` on: taking moves `#head`, and the array now and then, so that a million messages of one byte take a million steps. */
  #pieces: Piece[] = [];
  #head = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** The pending bytes; valid until the next `append`. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  append(bytes: Uint8Array, frame: number, offset: number): void {
    if (this.#end + bytes.length > this.#bytes.length) {
      const pending = this.bytes;
      const room =
        pending.length + bytes.length > this.#bytes.length / 2
          ? new Uint8Array((pending.length + bytes.length) * 2)
          : this.#bytes;
      room.set(pending);
      this.#end = pending.length;
      this.#start = 0;
      this.#bytes = room;
    }
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
    this.#pieces.push({ frame, offset, length: bytes.length });
  }

  /** Takes the first `length` bytes away and tells where they were captured. */
  take(length: number): Piece[] {
    const taken: Piece[] = [];
    let left = Math.min(length, this.length);
    this.#start += left;
    while (left > 0) {
      const piece = this.#pieces[this.#head]!;
      if (piece.length > left) {
        taken.push({ ...piece, length: left });
        this.#pieces[this.#head] = { frame: piece.frame, offset: piece.offset + left, length: piece.length - left };
        break;
      }
      taken.push(piece);
      left -= piece.length;
      this.#head++;
    }
    if (this.length === 0 && this.#bytes.length > KEPT) {
      this.#bytes = new Uint8Array(0);
      this.#start = this.#end = 0;
    }
    if (this.#head * 2 >= this.#pieces.length) {
      this.#pieces.splice(0, this.#head);
      this.#head = 0;
    }
    return taken;
  }
}
