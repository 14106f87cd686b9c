import type { Problem } from './problem.ts';

export type Value = number | bigint | boolean | string | Uint8Array | null;

/** The verdict on a signature, checksum, cookie or tag; `unchecked` says in `why` what is missing. */
export interface Check {
  readonly state: 'valid' | 'invalid' | 'unchecked';
  readonly why: string;
}

/** What `signatureValid` says of a check: null where it cannot be told. */
export function verdictOf(check: Check | undefined): boolean | null {
  return check === undefined || check.state === 'unchecked' ? null : check.state === 'valid';
}

/**
 * One item of a decode tree. The range is half-open, in bytes of the Source `source`. The children of a field lie inside
 * it when they share its Source, in order, without gaps or overlaps: bytes that nothing decodes are a field too.
 */
export interface Field {
  /** The specification's word for it, and the last part of its filter name. */
  readonly name: string;
  readonly kind: 'value' | 'struct' | 'list';
  value?: Value;
  /** The bytes as they stood, where the value does not say them all (text that is not UTF-8). */
  raw?: Uint8Array;
  /** All bytes of a record that its layout does not know, for an encoder that writes it again (protobuf). */
  unknown?: Uint8Array;
  /** How a person reads the value, where that is not just the value itself. */
  text?: string;
  source: number;
  start: number;
  end: number;
  children?: Field[];
  /** For a bit field: first bit (0 is the most significant of the range) and width. Bit fields of one word share its range. */
  bits?: { readonly from: number; readonly width: number };
  /** One of several of the same name, an array in JSON (protobuf `repeated`). */
  repeated?: true;
  /** The bytes between the children are this field's own punctuation (JSON). */
  punctuated?: true;
  /** Computed by the dissector, not on the wire. */
  generated?: true;
  /** The specification's description, with its unit or byte order. */
  doc?: string;
  check?: Check;
  problem?: Problem;
  /** `false` keeps a field out of the JSON `fields` (framing, undecoded bytes, generated notes). */
  json?: false;
}

/** The value of the first child of a name. */
export function valueIn(field: Field, name: string): Value | undefined {
  return field.children?.find((child) => child.name === name)?.value;
}

/** The value of the first child of a name, where that is bytes. */
export function bytesIn(field: Field, name: string): Uint8Array | undefined {
  const value = valueIn(field, name);
  return value instanceof Uint8Array ? value : undefined;
}

/** A field with all that it holds where its bytes lie in another Source: `by` bytes further on. */
export function movedField(field: Field, source: number, by: number): Field {
  const { start, end, children } = field;
  const inner = children === undefined ? {} : { children: children.map((child) => movedField(child, source, by)) };
  return { ...field, ...inner, source, start: start + by, end: end + by };
}

/** A tree of a message: its layers from the frame inwards, and the Sources that their ranges point into. */
export interface Tree {
  readonly sources: readonly import('./source.ts').Source[];
  readonly layers: readonly Field[];
}

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
