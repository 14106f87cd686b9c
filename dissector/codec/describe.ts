import type { BytesItem, Item, StructItem, UintItem } from './layout.ts';
import type { ProtoField, ProtoMessage } from './proto.ts';

/** A field of a message as a person reads about it: the reference, hovers and completion are made of these. */
export interface FieldForm {
  readonly name: string;
  /** How it stands on the wire: `u16`, `bytes (key_size)`, `proto3 string, field 1`, `JSON text`. */
  readonly type: string;
  readonly doc: string;
  /** Of an integer of a fixed width; signed is two's complement. */
  readonly integer?: { readonly bits: number; readonly signed: boolean };
  /** Bytes, where the layout knows how many. */
  readonly length?: number;
  /** Words for values. */
  readonly values?: Readonly<Record<number, string>>;
  readonly fields?: readonly FieldForm[];
  readonly repeated?: true;
  readonly optional?: true;
  /** The value of another field with which it is there. */
  readonly when?: string;
}

/** Names beyond its layout are sent, too. */
export function isFree({ type }: FieldForm): boolean {
  return type.startsWith('JSON') || type === 'proto3 records';
}

export function describeStruct(layout: StructItem): FieldForm[] {
  return layout.items.flatMap((item) => describeItem(item));
}

function describeItem(item: Item): FieldForm[] {
  switch (item.kind) {
    case 'uint':
      return [
        {
          ...{
            name: item.name,
            type: integerType(item),
            doc: item.doc,
            integer: { bits: item.size * 8, signed: item.signed === true },
          },
          ...(item.names ? { values: item.names } : {}),
        },
      ];
    case 'float':
      return [{ name: item.name, type: `f${item.size * 8}${item.order === 'little' ? ' little-endian' : ''}`, doc: item.doc }];
    case 'bits':
      return item.bits.map(({ name, width, doc, names }) => ({
        name,
        type: `${width} bit${width === 1 ? '' : 's'} of a u${item.size * 8}`,
        doc,
        integer: { bits: width, signed: false },
        ...(names === undefined ? {} : { values: names }),
      }));
    case 'bytes':
      return [
        {
          ...{ name: item.name, type: bytesType(item), doc: item.doc },
          ...(typeof item.length === 'number' ? { length: item.length } : {}),
        },
      ];
    case 'struct':
      return [{ name: item.name, type: 'struct', doc: item.doc, fields: describeStruct(item) }];
    case 'list':
      return [
        { name: item.name, type: `list (${item.count.ref})`, doc: item.doc, repeated: true, fields: describeStruct(item.item) },
      ];
    case 'case':
      return Object.entries(item.cases).flatMap(([value, items]) =>
        items.flatMap(describeItem).map((field) => ({ ...field, when: `${item.on} = ${value}` })),
      );
  }
}

function integerType({ size, signed, order }: UintItem): string {
  return `${signed ? 'i' : 'u'}${size * 8}${order === 'little' ? ' little-endian' : ''}`;
}

function bytesType({ length, as }: BytesItem): string {
  const kind = as === 'utf8' ? 'UTF-8' : as === 'little-endian-hex' ? 'little-endian integer' : 'bytes';
  return `${kind} (${typeof length === 'object' ? length.ref : length === 'rest' ? 'the rest' : length})`;
}

export function describeProto(message: ProtoMessage): FieldForm[] {
  return message.fields.map(describeProtoField);
}

function describeProtoField({ number, name, type, repeated, doc }: ProtoField): FieldForm {
  const kind = typeof type === 'object' ? 'message' : type;
  const more = { ...(repeated ? { repeated } : {}), ...(typeof type === 'object' ? { fields: describeProto(type) } : {}) };
  return { name, type: `proto3 ${kind}, field ${number}`, doc, ...more };
}
