import type { Value } from '../bytes/index.ts';
import type { FilterRow } from './row.ts';

/**
 * How values of a field are written and compared; a field of type `presence` is there or not. Values of `time` (a duration in
 * seconds) and `date` are whole nanoseconds, a date's since 1970 UTC.
 */
export type FieldType = 'integer' | 'number' | 'time' | 'date' | 'text' | 'bytes' | 'address' | 'mac' | 'flag' | 'presence';

export interface FilterField {
  readonly name: string;
  readonly type: FieldType;
  readonly doc: string;
  /** Words for integers. */
  readonly values?: Readonly<Record<number, string>>;
  /** Values that a completion may offer. */
  readonly offers?: readonly string[];
  /** All values in this row; none when the field is not there. */
  read(row: FilterRow): readonly Value[];
  /** Those of each layer of its protocol, the outermost first, where a row may have several: a packet in a tunnel. */
  layers?(row: FilterRow): readonly (readonly Value[])[];
  /** Of a protocol, which is there or not: the bytes of each of its layers. */
  bytes?(row: FilterRow): readonly LayerBytes[];
}

/** What of a layer is compared and cut in slices, mostly its header, and where `contains` and `matches` look: also what follows it. */
export interface LayerBytes {
  readonly own: Uint8Array;
  readonly all: Uint8Array;
}

/** What a field that is there or not gives. */
export const present: readonly Value[] = [true];
export const absent: readonly Value[] = [];
