/**
 * What a field is, as data: from it come the types of filters, the checks, completion and defaults of scripts. How a person reads
 * it (`FieldForm.display`) is apart from it and decides nothing.
 */
import type { Length, Ref } from './layout.ts';

export type FieldKind =
  | IntegerKind
  | FloatKind
  | BytesKind
  | TextKind
  | BooleanKind
  | AddressKind
  | TimeKind
  | FrameKind
  | RecordKind
  | ListKind;

export interface IntegerKind {
  readonly type: 'integer';
  /** Width; left out where the value is as wide as the bytes that hold it. */
  readonly bits?: number;
  /** Two's complement. */
  readonly signed: boolean;
  /** `varint`: little-endian base 128 (Protocol Buffers). */
  readonly order: 'big' | 'little' | 'varint';
  /** Its value is not a number: the digits in hex, without leading zeros. */
  readonly digits?: 'hex';
  /** Bytes that hold it, where that is not told by `bits`. */
  readonly length?: Length;
}

/** IEEE 754. */
export interface FloatKind {
  readonly type: 'float';
  readonly bits: 32 | 64;
  readonly order: 'big' | 'little';
}

export interface BytesKind {
  readonly type: 'bytes';
  /** How many, where a layout says so. */
  readonly length?: Length;
}

export interface TextKind {
  readonly type: 'text';
  /** Its bytes in UTF-8, where a layout says how many. */
  readonly length?: Length;
}

export interface BooleanKind {
  readonly type: 'boolean';
}

/** An IP address: 4 or 16 bytes, or its text. */
export interface AddressKind {
  readonly type: 'address';
  /** Its bytes, where a layout says how many. */
  readonly length?: Length;
}

/** A point in time, as text in ISO 8601, UTC: such texts sort as the times do. */
export interface TimeKind {
  readonly type: 'time';
  /** Bytes that hold it, where it stands on the wire. */
  readonly length?: number;
}

/** The number of a frame of the capture, from 1. */
export interface FrameKind {
  readonly type: 'frame';
}

export interface RecordKind {
  readonly type: 'record';
  /** It may hold fields that its description does not name (members of a JSON object). */
  readonly open?: true;
  /** Its bytes, where a layout says how many. */
  readonly length?: Length;
}

export interface ListKind {
  readonly type: 'list';
  readonly element: FieldKind;
  /** The field beside it that says how many elements there are. */
  readonly count?: Ref;
}

const types: readonly FieldKind['type'][] = [
  'integer',
  'float',
  'bytes',
  'text',
  'boolean',
  'address',
  'time',
  'frame',
  'record',
  'list',
];

/** What a list holds, of lists in lists too; of anything else its own kind. */
export function elementOf(kind: FieldKind): FieldKind {
  return kind.type === 'list' ? elementOf(kind.element) : kind;
}

/** The field that says how many bytes, or elements, a field of this kind has; encoders fill it in. */
export function measuredBy(kind: FieldKind): string | undefined {
  return measureRef(kind)?.ref;
}

/** What that field has to be for so many bytes or elements; no integer where it has no value for them. */
export function measureOf({ times = 1, less = 0, plus = 0 }: Ref, size: number): number {
  return (size + less - plus) / times;
}

/** The reference to the field that measures a field of this kind. */
export function measureRef(kind: FieldKind): Ref | undefined {
  if (kind.type === 'list') return kind.count;
  return 'length' in kind && typeof kind.length === 'object' ? kind.length : undefined;
}

/** Whether names beyond those that are described may stand in it. */
export function isOpen(kind: FieldKind): boolean {
  const element = elementOf(kind);
  return element.type === 'record' && element.open === true;
}

/** A kind in words: `u16`, `i64 little-endian`, `bytes (32)`, `list of text`. */
export function kindText(kind: FieldKind): string {
  switch (kind.type) {
    case 'integer':
      if (kind.order === 'varint') return 'varint';
      return `${kind.bits === undefined ? 'integer' : `${kind.signed ? 'i' : 'u'}${kind.bits}`}${orderText(kind.order)}`;
    case 'float':
      return `f${kind.bits}${orderText(kind.order)}`;
    case 'bytes':
    case 'text':
      return kind.length === undefined ? kind.type : `${kind.type} (${lengthText(kind.length)})`;
    case 'frame':
      return 'frame number';
    case 'list':
      return `list of ${kindText(kind.element)}`;
    default:
      return kind.type;
  }
}

function orderText(order: 'big' | 'little'): string {
  return order === 'little' ? ' little-endian' : '';
}

export function lengthText(length: Length): string {
  if (typeof length !== 'object') return length === 'rest' ? 'the rest' : String(length);
  const { ref, times = 1, less = 0, plus = 0 } = length;
  const parts = [times === 1 ? ref : `${times} × ${ref}`, less === 0 ? '' : ` − ${less}`, plus === 0 ? '' : ` + ${plus}`];
  return parts.join('');
}

/** Why something is no kind, for whoever wrote it without a compiler; undefined where it is one. */
export function kindProblem(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return `{ type } with one of ${types.join(', ')}`;
  const kind = given as FieldKind;
  if (!types.includes(kind.type)) return `{ type } with one of ${types.join(', ')}, not ${JSON.stringify(kind.type)}`;
  switch (kind.type) {
    case 'integer':
      if (kind.bits !== undefined && !(Number.isInteger(kind.bits) && kind.bits >= 1 && kind.bits <= 64))
        return 'an integer of 1 to 64 "bits"';
      if (typeof kind.signed !== 'boolean') return 'an integer with "signed", true or false';
      return ['big', 'little', 'varint'].includes(kind.order) ? undefined : 'an integer with the "order" big, little or varint';
    case 'float':
      if (kind.bits !== 32 && kind.bits !== 64) return 'a float of 32 or 64 "bits"';
      return kind.order === 'big' || kind.order === 'little' ? undefined : 'a float with the "order" big or little';
    case 'list': {
      const inner = kindProblem(kind.element);
      return inner === undefined ? undefined : `a list whose "element" is ${inner}`;
    }
    default:
      return undefined;
  }
}
