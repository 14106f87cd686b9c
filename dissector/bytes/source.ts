/** Where a Source's bytes came from. Every origin leads back to frames, in one step or through other Sources. */
export type Origin =
  | { readonly kind: 'frame'; readonly frame: number }
  | { readonly kind: 'pieces'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'derived'; readonly from: number; readonly start: number; readonly end: number; readonly how: string }
  | {
      readonly kind: 'joined';
      readonly parts: readonly { readonly from: number; readonly start: number; readonly end: number }[];
    };

/** A run of bytes of one captured frame: frame number (1-based), offset in the captured bytes, length in bytes. */
export interface Piece {
  readonly frame: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * Bytes with a name ("Frame", "Datagram", "Stream", "Decrypted") and the way back to where they came from. Decryption,
 * decompression and reassembly each make a new Source; a field's range always lies in exactly one.
 */
export interface Source {
  /** Index of this Source in its tree's list. */
  readonly id: number;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly origin: Origin;
}

/** Where the bytes [start, end) of what `pieces` make up lie; offsets count from the first byte of the first piece. */
export function slicePieces(pieces: readonly Piece[], start: number, end: number): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const piece of pieces) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, piece.length);
    if (to > from) out.push({ frame: piece.frame, offset: piece.offset + from, length: to - from });
    at += piece.length;
  }
  return out;
}
