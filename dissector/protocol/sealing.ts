import type { FieldValues } from '../codec/index.ts';
import type { Corruption } from './corruption.ts';
import type { MessageView } from './dissection.ts';
import type { KeyRing } from './keyring.ts';

/**
 * Makes the bytes for the wire of `clear`, which is `whole` of the dissection of a message or an edited copy of it: framed, and sealed
 * with the keys, the counter and all else that its sender has used. A sentence where that cannot be done. Of what `whole` was, it makes
 * the bytes of the message itself.
 */
export type Seal<Facts = unknown, Session = unknown> = (
  message: MessageView<Facts, Session>,
  clear: Uint8Array,
  spoiling: Corruption,
) => Uint8Array | string;

/** Where bytes stand in what is sealed of one direction of a stream. */
export interface CipherPlace {
  /** Sealed bytes before them. */
  readonly offset: number;
  /** The last of those, as they are on the wire; all of them, or as many as any cipher looks back at. */
  readonly lead: Uint8Array;
}

/**
 * A cipher whose state runs through one direction of a stream: what a byte becomes is a matter of where it stands, or of the ciphertext
 * before it. An edit moves all that follows it, which is then sealed again. It has no state of its own: each place is given.
 */
export interface RunningCipher {
  /** Sealed bytes before the message that it was asked for. */
  readonly offset: number;
  /** Any bytes of the direction, whole messages or not; undefined where the place, or the key, is none for it. */
  open(place: CipherPlace, sealed: Uint8Array): Uint8Array | undefined;
  seal(place: CipherPlace, clear: Uint8Array, spoiling: Corruption): Uint8Array | undefined;
}

/** The cipher that a message travelled under, where its key is known and its state runs through the direction. */
export type RunningCipherOf<Facts = unknown, Session = unknown> = (
  message: MessageView<Facts, Session>,
) => RunningCipher | undefined;

/**
 * A message of others as a person may change it, where that is more than the fields of its form: what keys have opened inside of it, say.
 * Of the values that came, `seal` makes the bytes that came.
 */
export interface Editing {
  /** Named as in the form, and beside those what was opened. */
  readonly values: FieldValues;
  /** The message of these values, before it is sealed. Throws an Error whose message says which value does not fit. */
  encode(values: FieldValues): Uint8Array;
  /** The bytes for the wire, framed; a sentence where they cannot be made. Throws as `encode` does. */
  seal(values: FieldValues, spoiling: Corruption): Uint8Array | string;
  /** What the receiver is going to refuse of other values, in a sentence: a signature that is not made again. */
  remark?(values: FieldValues): string | undefined;
}

/** How a message is edited; undefined for one that is edited by its form, a sentence for one whose bytes alone can be changed. */
export type EditingOf<Facts = unknown, Session = unknown> = (
  message: MessageView<Facts, Session>,
  keys: KeyRing,
) => Editing | string | undefined;
