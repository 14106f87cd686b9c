import type { FieldForm } from './fieldform.ts';
import type { FieldKind } from './fieldkind.ts';
import { describeItems } from './items/kinds.ts';
import type { StructItem } from './layout.ts';
import type { ProtoField, ProtoMessage } from './proto.ts';

/** The fields of a struct, as filters, scripts and the reference know them. */
export function describeStruct(layout: StructItem): readonly FieldForm[] {
  return describeItems(layout.items);
}

export function describeProto(message: ProtoMessage): FieldForm[] {
  return message.fields.map(describeProtoField);
}

function describeProtoField({ number, name, type, repeated, doc }: ProtoField): FieldForm {
  const element = protoKind(type);
  const word = typeof type === 'object' ? 'message' : type;
  return {
    name,
    kind: repeated ? { type: 'list', element } : element,
    display: `proto3 ${word}, field ${number}${repeated ? ', repeated' : ''}`,
    doc,
    ...(typeof type === 'object' ? { fields: describeProto(type) } : {}),
  };
}

function protoKind(type: ProtoField['type']): FieldKind {
  if (typeof type === 'object') return { type: 'record' };
  if (type === 'uint64') return { type: 'integer', bits: 64, signed: false, order: 'varint' };
  return { type: type === 'string' ? 'text' : 'bytes' };
}
