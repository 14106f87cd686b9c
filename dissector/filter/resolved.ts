import type { Value } from '../bytes/index.ts';
import type { FieldType, FilterField, LayerBytes } from './filterfield.ts';
import type { FilterRow } from './row.ts';

export type Reader = (row: FilterRow) => readonly Value[];

/** What of a field says how its values are written and compared; a result of arithmetic or a function is one without a place. */
export type ValueType = Pick<FilterField, 'name' | 'type' | 'values' | 'offers'>;

/** An operand with how it is read. */
export interface Resolved {
  readonly field: ValueType;
  readonly read: Reader;
  /** Of a protocol, which has no value: its bytes. */
  readonly bytes?: (row: FilterRow) => readonly LayerBytes[];
}

/** A MAC address is six bytes; it is only written otherwise. */
export function isBytes(type: FieldType): boolean {
  return type === 'bytes' || type === 'mac';
}

/** The same where bytes are meant: of a protocol its own, or all that it carries too. */
export function withBytes({ field, read, bytes }: Resolved, which: keyof LayerBytes = 'own'): Resolved {
  if (bytes === undefined) return { field, read };
  return { field: { name: field.name, type: 'bytes' }, read: (row) => bytes(row).map((layer) => layer[which]) };
}

/** Values that outlive the reading of others: bytes of a frame are overwritten when a message of several frames is put together. */
export function kept(values: readonly Value[]): readonly Value[] {
  return values.some((value) => value instanceof Uint8Array)
    ? values.map((value) => (value instanceof Uint8Array ? value.slice() : value))
    : values;
}
