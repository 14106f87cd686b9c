import { type Field, type Limits, malformed, type Problem } from '../bytes/index.ts';
import { describeProto, describeStruct } from './describe.ts';
import { encodeStruct } from './encode.ts';
import type { Spacing } from './encodejson.ts';
import { encodeProto } from './encodeproto.ts';
import type { FieldForm } from './fieldform.ts';
import type { StructItem } from './layout.ts';
import { decodeProto } from './proto.ts';
import type { ProtoMessage } from './protolayout.ts';
import { compileStruct } from './struct.ts';
import { refuseUnknownFields } from './unknownfields.ts';
import { type FieldValues, fieldToValues, isFieldValues } from './values.ts';

/** What a decode gives for an encoder: the fields by name, and why they are not all, when they are not. */
export interface DecodedValues {
  readonly values: FieldValues;
  readonly problem?: Problem;
  /** The white space of JSON, which is no value. */
  readonly spacing?: Spacing;
}

/**
 * A message both ways, and in words. The bytes are those of the whole message after decryption; `encode` undoes `decode` to
 * the byte, and writes what it is told: a size or count is filled in only where it is left out.
 */
export interface MessageForm {
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly FieldForm[];
  /** The layer of its protocol that its fields belong to, where that has a name of its own: filters say `yamux.type`. */
  readonly layer?: string;
  /** Names beyond its fields are sent, too (members of a JSON object). */
  readonly open?: true;
  /** The struct that it is, where it is one. */
  readonly layout?: StructItem;
  /** The proto3 message that it is, or that follows `layout` in a field of its name. */
  readonly payload?: ProtoMessage;
  decode(bytes: Uint8Array, limits?: Limits): DecodedValues;
  /** Its fields with their ranges in the bytes, as far as they could be read; absent where a form has no layout. */
  tree?(bytes: Uint8Array, limits?: Limits): Field;
  /** Throws a TypeError or RangeError that names the item which is missing or does not fit. */
  encode(values: FieldValues, spacing?: Spacing): Uint8Array<ArrayBuffer>;
}

function trailing(end: number, length: number): { readonly problem?: Problem } {
  return end === length ? {} : { problem: malformed(`${length - end} bytes follow the message`, end) };
}

export function structForm(name: string, layout: StructItem): MessageForm {
  const decode = compileStruct(layout);
  const fields = describeStruct(layout);
  return {
    name,
    doc: layout.doc,
    fields,
    layout,
    decode(bytes, limits) {
      const { field, end, problem } = decode(bytes, 0, 0, bytes.length, limits);
      const values = fieldToValues(field) as FieldValues;
      return problem === undefined ? { values, ...trailing(end, bytes.length) } : { values, problem };
    },
    tree: (bytes, limits) => decode(bytes, 0, 0, bytes.length, limits).field,
    encode(values) {
      refuseUnknownFields(name, fields, values);
      return encodeStruct(layout, values);
    },
  };
}

export function protoForm(name: string, layout: ProtoMessage): MessageForm {
  const fields = describeProto(layout);
  return {
    name,
    doc: layout.doc,
    fields,
    payload: layout,
    decode(bytes, limits) {
      const { field, problem } = decodeProto(layout, bytes, 0, 0, bytes.length, limits);
      const values = fieldToValues(field) as FieldValues;
      return problem === undefined ? { values } : { values, problem };
    },
    tree: (bytes, limits) => decodeProto(layout, bytes, 0, 0, bytes.length, limits).field,
    encode(values) {
      refuseUnknownFields(name, fields, values);
      return encodeProto(layout, values);
    },
  };
}

/** A binary head, and a proto3 message in all that follows; its fields stand in the field of that message's name. */
export function headedProtoForm(name: string, doc: string, head: StructItem, payload: ProtoMessage): MessageForm {
  const decode = compileStruct(head);
  const inside: FieldForm = {
    name: payload.name,
    kind: { type: 'record' },
    display: 'proto3 message',
    doc: payload.doc,
    fields: describeProto(payload),
  };
  const fields = [...describeStruct(head), inside];
  return {
    name,
    doc,
    fields,
    layout: head,
    payload,
    decode(bytes, limits) {
      const { field, end, problem } = decode(bytes, 0, 0, bytes.length, limits);
      if (problem !== undefined) return { values: fieldToValues(field) as FieldValues, problem };
      const inner = decodeProto(payload, bytes, 0, end, bytes.length, limits);
      const values = { ...(fieldToValues(field) as FieldValues), [payload.name]: fieldToValues(inner.field) };
      return inner.problem === undefined ? { values } : { values, problem: inner.problem };
    },
    tree(bytes, limits) {
      const { field, end, problem } = decode(bytes, 0, 0, bytes.length, limits);
      if (problem !== undefined) return field;
      const inner = decodeProto(payload, bytes, 0, end, bytes.length, limits).field;
      return { ...field, end: inner.end, children: [...(field.children ?? []), inner] };
    },
    encode(values) {
      const inner = values[payload.name];
      if (!isFieldValues(inner)) throw new TypeError(`${name}.${payload.name}: expected its fields by name`);
      refuseUnknownFields(name, fields, values);
      return Uint8Array.from([...encodeStruct(head, values), ...encodeProto(payload, inner)]);
    },
  };
}
