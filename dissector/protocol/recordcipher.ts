import type { Corruption } from './corruption.ts';

/**
 * A cipher that seals one direction of a stream in records, each under the number that counts it: the transport messages of Noise. A
 * message that is left out, or becomes more records, changes the numbers of all that follows, which is then sealed again. It has no
 * state of its own: each number is given.
 */
export interface RecordCipher {
  /** The most bytes that one record holds. */
  readonly most: number;
  /** Length in bytes of the record that `bytes` begin with, framing and all; undefined where they are too few to tell. */
  lengthOf(bytes: Uint8Array): number | undefined;
  /** What a record holds; undefined where it does not verify under this number. */
  open(number: bigint, record: Uint8Array): Uint8Array | undefined;
  /** The record that holds `clear`, framed as the record `like` is; undefined where there is none under this number. */
  seal(number: bigint, clear: Uint8Array, like: Uint8Array, spoiling: Corruption): Uint8Array | undefined;
}
