import type { Limits, Piece } from '../../bytes/index.ts';
import { type Rule, StreamBuffer, type StreamEnd } from '../../protocol/index.ts';
import type { DecryptionCandidate, Place } from './choices.ts';
import { refusalIn } from './recognise.ts';

const empty = new Uint8Array(0);

/** Keeps the last `length` bytes of what went by. */
function tail(before: Uint8Array, bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length >= length) return bytes.slice(bytes.length - length);
  const kept = before.subarray(Math.max(0, before.length + bytes.length - length));
  const out = new Uint8Array(kept.length + bytes.length);
  out.set(kept);
  out.set(bytes, kept.length);
  return out;
}

/** The most that a stream cipher needs of what came before a place. */
const leadLength = 31;

export interface RuleBreach {
  readonly rule: Rule;
  readonly text: string;
}

/** A stretch of a stream whose packet borders are not known: it becomes one line. */
export class Stretch {
  readonly pieces: Piece[] = [];
  length = 0;
  readonly place: Place | undefined;

  constructor(place?: Place) {
    this.place = place;
  }

  add(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      this.pieces.push(piece);
      this.length += piece.length;
    }
  }
}

/** Where a direction stands: reading in clear, waiting for HELLO_ACK, awaiting a proof, open, without packet borders, used up. */
export type Phase = 'clear' | 'wait' | 'sealed' | 'open' | 'lost' | 'done';

/** One direction of a connection: its bytes up to the first gap, then what comes after. */
export class Side {
  phase: Phase = 'clear';
  /** Bytes that no packet has taken. */
  readonly input = new StreamBuffer();
  /** Why nothing more comes before a gap or the end. */
  closed: StreamEnd | 'gap' | undefined;
  /** Bytes that the gap lost. */
  gap = 0;
  /** The whole direction is over. */
  ended = false;
  /** What came after the gap, and what came before it without packet borders. */
  after: Stretch | undefined;
  stretch: Stretch | undefined;
  /** Why the packet borders are not known. */
  lost: { readonly breaches: readonly RuleBreach[] } | { readonly note: string } | undefined;
  /** A line has told of the gap. */
  gapTold = false;
  #plain = new StreamBuffer();
  #offset = 0;
  #lead: Uint8Array = empty;

  /** Takes over what the stream brings; `limit` is that of bytes that wait. */
  receive(buffer: StreamBuffer, limits: Limits): void {
    const { bytes } = buffer;
    let at = 0;
    for (const piece of buffer.take(bytes.length)) {
      if (this.after !== undefined) this.after.add([piece]);
      else if (this.closed === undefined) this.input.append(bytes.subarray(at, at + piece.length), piece.frame, piece.offset);
      at += piece.length;
    }
    if (this.input.length > limits.pendingStream) this.closed ??= 'limit';
  }

  /** What should be encrypted may be a DISCONNECT in clear: the sender has not got as far as ciphers. */
  get mayRefuse(): boolean {
    if (this.phase !== 'sealed' || this.closed !== undefined) return false;
    return this.input.length === 0 || refusalIn(this.input.bytes) !== undefined;
  }

  /** It is one, and nothing else: true when the direction goes on in clear. */
  refuses(): boolean {
    if (this.closed === undefined || refusalIn(this.input.bytes) !== 'whole') return false;
    this.phase = 'clear';
    return true;
  }

  /** The plaintext that no packet has taken, once the direction is open. */
  plaintext({ cipher, key, iv }: DecryptionCandidate): Uint8Array {
    const { bytes } = this.input;
    const known = this.#plain.length;
    if (known < bytes.length) {
      const before = tail(this.#lead, bytes.subarray(0, known), leadLength);
      const opened = cipher.open(key, iv, before, this.#offset + known, bytes.subarray(known)) ?? empty;
      this.#plain.append(opened, 0, 0);
    }
    return this.#plain.bytes;
  }

  /** Takes bytes of the encrypted part and says where in it they lie. */
  takeSealed(length: number): { pieces: Piece[]; place: Place } {
    const place = { offset: this.#offset, lead: this.#lead };
    this.#lead = tail(this.#lead, this.input.bytes.subarray(0, length), leadLength);
    this.#offset += length;
    this.#plain.take(Math.min(length, this.#plain.length));
    return { pieces: this.input.take(length), place };
  }
}
