import { type Check, type Field, type Piece, slicePieces, type Value } from '../bytes/index.ts';
import type { FieldValues } from '../codec/index.ts';
import type { Direction, KeyRing, TriedKey } from '../protocol/index.ts';
import type { Layer } from './layer.ts';

/** A message that was read, as the author of a conversation is given it: the values of its fields by name, and these. */
export type ReadMessage = FieldValues & { readonly $: MessageFacts };

/** What is known of a message beside its values. */
export interface MessageFacts {
  readonly direction: Direction;
  /** 1-based number of the frame that completed it. */
  readonly frame: number;
  /** The row that shows it. */
  readonly row: number;
  readonly bytes: Uint8Array;
  /** Where its bytes lie, and where each of its fields in them; one in a record by its path, `body.tag`. */
  readonly pieces: readonly Piece[];
  readonly ranges: ReadonlyMap<string, readonly [start: number, end: number]>;
  readonly shown: ShownMessage;
}

/** What a tree shows of a message beside its fields. Most messages have neither. */
export interface ShownMessage {
  readonly layer: Layer | undefined;
  /** Verdicts on fields, by name. */
  checks?: Map<string, Check>;
  /** Values that were computed, by name. */
  notes?: Map<string, Value>;
}

/** A message as it was read, before anything shows it. */
export interface TakenMessage {
  readonly values: FieldValues;
  readonly bytes: Uint8Array;
  readonly pieces: readonly Piece[];
  readonly ranges: MessageFacts['ranges'];
  /** The row whose frame brought its last byte, and whose layer it becomes; none where it is a row of its own. */
  readonly carrier: number | undefined;
  /** What each key did for it; nothing where it travelled in clear. */
  readonly tried: Tried | undefined;
  /** What a checksum in it says against it. */
  readonly invalid?: string | undefined;
}

/** What each key of a ring did for a message. */
export type Tried = (ring: KeyRing) => readonly TriedKey[];

/** Where the fields of a message lie, also those in records of it: `body.tag`. A list has no names for what is in it. */
export function rangesOf(message: Field): MessageFacts['ranges'] {
  const ranges = new Map<string, readonly [start: number, end: number]>();
  const add = ({ children = [] }: Field, before: string): void => {
    for (const child of children) {
      const name = `${before}${child.name}`;
      ranges.set(name, [child.start, child.end]);
      if (child.kind === 'struct') add(child, `${name}.`);
    }
  };
  add(message, '');
  return ranges;
}

/** The bytes of a field of a message, as pieces. */
export function piecesOf({ pieces, ranges }: Pick<TakenMessage, 'pieces' | 'ranges'>, field: string): readonly Piece[] {
  const range = ranges.get(field);
  return range === undefined ? [] : slicePieces(pieces, ...range);
}
