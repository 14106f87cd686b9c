import type { FieldForm } from './fieldform.ts';
import type { FieldKind } from './fieldkind.ts';
import { freshOf } from './fresh.ts';
import { describeItems } from './items/kinds.ts';
import type { StructItem } from './layout.ts';
import { isMessage, type ProtoField, type ProtoMessage, type ProtoScalar, type ProtoType } from './protolayout.ts';

/** The fields of a struct, as filters, scripts and the reference know them. */
export function describeStruct(layout: StructItem): readonly FieldForm[] {
  return describeItems(layout.items);
}

export function describeProto(message: ProtoMessage): FieldForm[] {
  return message.fields.map(describeProtoField);
}

function describeProtoField(declared: ProtoField): FieldForm {
  const { number, name, type, repeated, oneof, doc } = declared;
  const element = protoKind(type);
  const isMap = isMessage(type) && type.map === true;
  const more = `${repeated && !isMap ? ', repeated' : ''}${oneof === undefined ? '' : `, one of ${oneof}`}`;
  return {
    name,
    kind: repeated ? { type: 'list', element } : element,
    display: `proto3 ${isMap ? mapText(type) : protoText(type)}, field ${number}${more}`,
    doc,
    ...freshOf(declared),
    ...(isMessage(type) ? { fields: describeProto(type) } : {}),
    ...(typeof type === 'object' && 'enum' in type ? { values: type.enum } : {}),
  };
}

function protoText(type: ProtoType): string {
  return typeof type === 'string' ? type : isMessage(type) ? 'message' : 'enum';
}

function mapText({ fields }: ProtoMessage): string {
  return `map<${fields.map(({ type }) => protoText(type)).join(', ')}>`;
}

function protoKind(type: ProtoType): FieldKind {
  if (typeof type === 'object') return isMessage(type) ? { type: 'record' } : integer(32, true, 'varint');
  switch (type) {
    case 'string':
      return { type: 'text' };
    case 'bytes':
      return { type: 'bytes' };
    case 'bool':
      return { type: 'boolean' };
    case 'double':
      return { type: 'float', bits: 64, order: 'little' };
    case 'float':
      return { type: 'float', bits: 32, order: 'little' };
    default: {
      if (!protoTypes.includes(type)) throw new Error(`layout: proto3 has no type "${type}"`);
      const order = type.includes('fixed') ? 'little' : 'varint';
      return integer(type.endsWith('64') ? 64 : 32, !/^(u|fixed)/.test(type), order);
    }
  }
}

const protoTypes: readonly ProtoScalar[] = [
  ...(['int32', 'int64', 'uint32', 'uint64', 'sint32', 'sint64'] as const),
  ...(['fixed32', 'fixed64', 'sfixed32', 'sfixed64'] as const),
];

function integer(bits: number, signed: boolean, order: 'little' | 'varint'): FieldKind {
  return { type: 'integer', bits, signed, order };
}
