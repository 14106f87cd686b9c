import { isMessage, type ProtoField, type ProtoMessage, wireTypeOf } from '../codec/index.ts';
import { luaText } from './luatext.ts';
import type { LuaPlace } from './structs.ts';

/** Lua that reads a proto3 message from `cursor` up to its end. Records that the layout does not know are bytes. */
export function luaProto(message: ProtoMessage, place: LuaPlace): string[] {
  const { indent, fields, prefix } = place;
  const inner = { ...place, indent: `${indent}    ` };
  const unknown = fields.of(`${prefix}.unknown_fields`, 'bytes', 'Records that the layout does not know.');
  return [
    `${indent}while cursor.at < cursor.finish do`,
    `${indent}  local first = cursor.at`,
    `${indent}  local tag = varint(cursor, "tag"):tonumber()`,
    `${indent}  local number, wire = math.floor(tag / 8), tag % 8`,
    `${indent}  local size = 0`,
    `${indent}  if wire == 2 then size = varint(cursor, "length"):tonumber() elseif wire == 1 then size = 8 elseif wire == 5 then size = 4 end`,
    ...message.fields.flatMap((field, at) => [
      `${indent}  ${at === 0 ? 'if' : 'elseif'} number == ${field.number} and wire == ${wireTypeOf(field.type)} then`,
      ...protoField(field, inner),
    ]),
    `${indent}  ${message.fields.length === 0 ? 'do' : 'else'}`,
    `${indent}    if wire == 0 then varint(cursor, "value") else take(cursor, size, "value") end`,
    `${indent}    tree:add(${unknown}, cursor.range:range(first, cursor.at - first))`,
    `${indent}  end`,
    `${indent}end`,
  ];
}

function protoField({ name, type, doc }: ProtoField, place: LuaPlace): string[] {
  const { fields, prefix, indent } = place;
  const path = `${prefix}.${name}`;
  if (isMessage(type))
    return [
      `${indent}need(cursor, size, ${luaText(name)})`,
      `${indent}local outer, tree = cursor, tree:add(${fields.of(path, 'none', doc)}, cursor.range:range(first, cursor.at + size - first))`,
      `${indent}local cursor = { range = outer.range, at = outer.at, finish = outer.at + size }`,
      ...luaProto(type, { ...place, prefix: path }),
      `${indent}outer.at = cursor.at`,
    ];
  if (type === 'string') return [`${indent}text(cursor, tree, ${fields.of(path, 'string', doc)}, size, ${luaText(name)})`];
  if (type === 'bytes') return [`${indent}octets(cursor, tree, ${fields.of(path, 'bytes', doc)}, size, ${luaText(name)})`];
  if (type === 'bool') return [`${indent}varint_field(cursor, tree, ${fields.of(path, 'uint64', doc)}, ${luaText(name)})`];
  if (type === 'double' || type === 'float')
    return [`${indent}tree:add_le(${fields.of(path, type, doc)}, take(cursor, size, ${luaText(name)}))`];
  if (typeof type === 'string' && type.includes('fixed')) {
    const kind = `${type.startsWith('s') ? 'int' : 'uint'}${type.endsWith('64') ? 64 : 32}`;
    return [`${indent}tree:add_le(${fields.of(path, kind, doc)}, take(cursor, size, ${luaText(name)}))`];
  }
  return [`${indent}varint_field(cursor, tree, ${fields.of(path, 'uint64', doc)}, ${luaText(name)})`];
}
