import { elementOf, type FieldKind, kindText, lengthText } from './fieldkind.ts';
import type { BytesItem, Item, ListItem, StructItem, UintItem } from './layout.ts';
import type { ProtoField, ProtoMessage } from './proto.ts';

/** A field of a message as it is declared: filters, scripts, the reference, hovers and completion are made of these. */
export interface FieldForm {
  readonly name: string;
  readonly kind: FieldKind;
  /**
   * For people alone: how it stands on the wire, as `u16`, `bytes (key_size)`, `proto3 string, field 1`. Left out it is made of the
   * kind. Nothing is decided by it.
   */
  readonly display?: string;
  readonly doc: string;
  /** Words for values. */
  readonly values?: Readonly<Record<number, string>>;
  /** Of a record, or of each record of a list; of bytes: what they hold once they are opened. */
  readonly fields?: readonly FieldForm[];
  readonly optional?: true;
  /** The value of another field with which it is there. */
  readonly when?: string;
}

/** How a person reads what a field is. */
export function displayText({ kind, display }: Pick<FieldForm, 'kind' | 'display'>): string {
  return display ?? kindText(kind);
}

/** One part of a field that is a list; of any other the field itself. */
export function elementForm(form: FieldForm): FieldForm {
  return { ...form, kind: elementOf(form.kind) };
}

export function describeStruct(layout: StructItem): FieldForm[] {
  return layout.items.flatMap((item) => describeItem(item));
}

function describeItem(item: Item): FieldForm[] {
  switch (item.kind) {
    case 'uint':
      return [describeInteger(item)];
    case 'varint':
      return [{ name: item.name, kind: { type: 'integer', bits: 64, signed: false, order: 'varint' }, doc: item.doc }];
    case 'float': {
      const kind = { type: 'float', bits: item.size === 4 ? 32 : 64, order: item.order ?? 'big' } as const;
      return [{ name: item.name, kind, doc: item.doc }];
    }
    case 'bits':
      return item.bits.map(({ name, width, doc, names }) => ({
        name,
        kind: { type: 'integer', bits: width, signed: false, order: 'big' },
        display: `${width} bit${width === 1 ? '' : 's'} of a u${item.size * 8}`,
        doc,
        ...(names === undefined ? {} : { values: names }),
      }));
    case 'bytes':
      return [describeBytes(item)];
    case 'struct':
      return [{ name: item.name, kind: { type: 'record' }, display: 'struct', doc: item.doc, fields: describeStruct(item) }];
    case 'list':
      return [describeList(item)];
    case 'case':
      return Object.entries(item.cases).flatMap(([value, items]) =>
        items.flatMap(describeItem).map((field) => ({ ...field, when: `${item.on} = ${value}` })),
      );
  }
}

function describeInteger({ name, size, signed, order, names, doc }: UintItem): FieldForm {
  const kind = { type: 'integer', bits: size * 8, signed: signed === true, order: order ?? 'big' } as const;
  return { name, kind, doc, ...(names === undefined ? {} : { values: names }) };
}

function describeBytes({ name, length, as, doc }: BytesItem): FieldForm {
  if (as === 'utf8') return { name, kind: { type: 'text', length }, display: `UTF-8 (${lengthText(length)})`, doc };
  if (as === 'address') return { name, kind: { type: 'address' }, display: `address (${lengthText(length)})`, doc };
  if (as !== 'little-endian-hex') return { name, kind: { type: 'bytes', length }, doc };
  const kind = { type: 'integer', signed: false, order: 'little', digits: 'hex', length } as const;
  return { name, kind, display: `little-endian integer (${lengthText(length)})`, doc };
}

function describeList({ name, count, item, doc }: ListItem): FieldForm {
  const kind = { type: 'list', element: { type: 'record' }, count } as const;
  return { name, kind, display: `list (${count.ref})`, doc, fields: describeStruct(item) };
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
