import type { Corruption } from '../protocol/index.ts';
import type { Unit } from './units.ts';

/** Where bytes came in their way. Each method gives what goes on next in their place, and the way counts it. */
export interface Place {
  /** As they came, sealed again where what went before them moves them. Throws an Error where that cannot be done. */
  again(): Uint8Array;
  /** Other bytes than came: of the message itself, or as a person has written them for the wire. */
  other(bytes: Uint8Array): Uint8Array;
  /** Others that are sealed; undefined where no cipher is known. Throws an Error where the cipher makes nothing of them. */
  seal(clear: Uint8Array, spoiling: Corruption): Uint8Array | undefined;
}

/** A unit, and where it came. */
export interface Arrived {
  readonly unit: Unit;
  readonly from: Place;
}

/**
 * One way of a stream under a cipher that has a state. It follows what came and what went on. As long as both are the same, bytes go on as
 * they came; behind an edit, or a message that a person has left out, they are sealed again for where they stand now.
 */
export interface SealedWay {
  /** Takes note of a unit, or of bytes that are none, that came: where they stand. */
  came(unit: Unit): Arrived;
  /** The same, for a person who decides on each message: one by one, and each whole, as far as they are known. */
  apart(unit: Unit): readonly Arrived[];
  /** The beginning of a message that was kept until the rest of it comes. It goes on before anything else. */
  kept(): readonly Arrived[];
  readonly keeps: boolean;
  /** Keys came: what the units of a place are, now that they are read again. */
  reread(unit: Unit, from: Place): Arrived;
  /** Nothing more comes: bytes that waited for the end of a record. */
  rest(): Uint8Array;
}

/** Bytes of a way without such a cipher. */
export function plainPlace(bytes: Uint8Array): Place {
  return { again: () => bytes, other: (given) => given, seal: () => undefined };
}
