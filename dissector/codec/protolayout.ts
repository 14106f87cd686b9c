/**
 * Protocol Buffers messages (proto3) as data. Source: the Protocol Buffers encoding reference; varints are little-endian base 128,
 * fixed-width values little-endian.
 */
import type { Fresh } from './fresh.ts';

export interface ProtoMessage {
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly ProtoField[];
  /** It is the entry of a map: `key` and `value`. */
  readonly map?: true;
}

export type ProtoScalar =
  | 'double'
  | 'float'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'uint64'
  | 'sint32'
  | 'sint64'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed32'
  | 'sfixed64'
  | 'bool'
  | 'string'
  | 'bytes';

/** An enumeration: numbers and their names. Numbers without a name are kept (proto3). */
export interface ProtoEnum {
  readonly enum: Readonly<Record<number, string>>;
}

export type ProtoType = ProtoScalar | ProtoEnum | ProtoMessage;

export interface ProtoField {
  readonly number: number;
  readonly name: string;
  readonly type: ProtoType;
  readonly repeated?: true;
  /** Numbers that are repeated are encoded in one record (proto3's way) unless this says otherwise. Both are decoded. */
  readonly packed?: false;
  /** The fields of one name exclude each other: the last one of a message counts. */
  readonly oneof?: string;
  readonly doc: string;
  /** What is new in it in each run, by nature (`fresh`). */
  readonly fresh?: Fresh;
}

/**
 * A map field, which is a repeated message of `key` and `value`: decoded to a list of such records, and encoded from one. The last of
 * equal keys counts for readers; all of them are shown.
 */
export function protoMap(
  number: number,
  name: string,
  key: Exclude<ProtoScalar, 'double' | 'float' | 'bytes'>,
  value: ProtoType,
  doc: string,
): ProtoField {
  const fields: readonly ProtoField[] = [
    { number: 1, name: 'key', type: key, doc: 'The key.' },
    { number: 2, name: 'value', type: value, doc: 'Its value.' },
  ];
  return { number, name, repeated: true, doc, type: { name: 'entry', doc: 'An entry of the map.', fields, map: true } };
}

export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
export const GROUP = 3;
export const END_GROUP = 4;
export const FIXED32 = 5;

export const wireTypeNames: Readonly<Record<number, string>> = {
  0: 'varint',
  1: '64-bit',
  2: 'length-delimited',
  3: 'group',
  4: 'end of group',
  5: '32-bit',
};

/** Where encoders find the records that no layout knows. */
export const UNKNOWN_FIELDS = 'unknown_fields';

export function isMessage(type: ProtoType): type is ProtoMessage {
  return typeof type === 'object' && 'fields' in type;
}

/** How one value stands on the wire. */
export function wireTypeOf(type: ProtoType): number {
  if (typeof type === 'object') return isMessage(type) ? LENGTH : VARINT;
  switch (type) {
    case 'string':
    case 'bytes':
      return LENGTH;
    case 'double':
    case 'fixed64':
    case 'sfixed64':
      return FIXED64;
    case 'float':
    case 'fixed32':
    case 'sfixed32':
      return FIXED32;
    default:
      return VARINT;
  }
}

/** Whether values of a field may stand together in one record. */
export function isPackable({ type, repeated }: ProtoField): boolean {
  return repeated === true && wireTypeOf(type) !== LENGTH;
}
