import type { Content } from './content.ts';

/** `bytes[start, end)` in the Source `source` of a message's tree. */
export interface ByteRange {
  readonly source: number;
  readonly start: number;
  readonly end: number;
}

/**
 * A message of one of the sides: its number, from 0, and where it stands, both 1-based: the frame of a capture that completed it, or the
 * line of a baseline that begins it.
 */
export interface DiffMessage {
  readonly n: number;
  readonly frame?: number;
  readonly line?: number;
}

/** What differs in a pair of messages, or in a conversation. */
export type DifferenceKind =
  | 'conversation missing'
  | 'conversation added'
  | 'message missing'
  | 'message added'
  | 'moved'
  | 'ended early'
  | 'went on'
  | 'field missing'
  | 'field added'
  | 'value'
  | 'length'
  | 'count'
  | 'verdict'
  | 'renaming'
  | 'sequence'
  | 'state'
  | 'time';

export interface Difference {
  readonly kind: DifferenceKind;
  readonly protocol: string;
  /** Names the message; empty of a conversation. */
  readonly message: string;
  /** The message in each capture, where it is there. */
  readonly a?: DiffMessage;
  readonly b?: DiffMessage;
  /** The field, as a filter names it. */
  readonly field?: string;
  /** Where the field lies in the tree of each message. */
  readonly rangeA?: ByteRange;
  readonly rangeB?: ByteRange;
  /** A sentence without its full stop; the captures are A and B. */
  readonly text: string;
  /** Messages that it stands for: more than one where a side sent nothing more. */
  readonly count: number;
}

/** The field in A and in B, where it is there. */
export type ContentPair = readonly [Content | undefined, Content | undefined];

/** A difference of one field, before it is known in which message. */
export interface FieldDifference {
  readonly kind: DifferenceKind;
  readonly field: string;
  readonly rangeA?: ByteRange;
  readonly rangeB?: ByteRange;
  /** Absent where the places are those of whole messages. */
  readonly contents?: ContentPair;
  /** Of the message whose name is given: `B's Ping has no id`. */
  readonly text: (message: string) => string;
}
