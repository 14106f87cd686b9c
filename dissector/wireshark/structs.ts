import type {
  BitsItem,
  BytesItem,
  FlagsItem,
  Item,
  Length,
  ListItem,
  Ref,
  StructItem,
  TimeItem,
  UintItem,
} from '../codec/index.ts';
import type { LuaFields } from './fields.ts';
import { luaText, luaWords } from './luatext.ts';

/** Where the fields of items stand: the filter name of what is around them, and how deep the Lua is. */
export interface LuaPlace {
  readonly fields: LuaFields;
  readonly prefix: string;
  readonly indent: string;
}

/**
 * Lua that reads items of a layout from `cursor` into `tree`; the integers that others refer to go into the table `v`. Undefined parts of
 * a layout (a case without items) end the reading as the decoder here does.
 */
export function luaItems(items: readonly Item[], place: LuaPlace): string[] {
  return items.flatMap((item) => luaItem(item, place));
}

function luaItem(item: Item, place: LuaPlace): string[] {
  switch (item.kind) {
    case 'uint':
      return uint(item, place);
    case 'varint': {
      // Zig-zag is shown as it stands: Lua of Wireshark has no arithmetic of 64 bits with a sign that is worth the words.
      const field = place.fields.of(`${place.prefix}.${item.name}`, 'uint64', item.doc);
      return [`${place.indent}v[${luaText(item.name)}] = varint_field(cursor, tree, ${field}, ${luaText(item.name)})`];
    }
    case 'float': {
      const field = place.fields.of(`${place.prefix}.${item.name}`, item.size === 4 ? 'float' : 'double', item.doc);
      const add = item.order === 'little' ? 'add_le' : 'add';
      return [`${place.indent}tree:${add}(${field}, take(cursor, ${item.size}, ${luaText(item.name)}))`];
    }
    case 'bits':
      return bits(item, place);
    case 'flags':
      return flags(item, place);
    case 'bytes':
      return bytes(item, place);
    case 'terminated': {
      const field = place.fields.of(`${place.prefix}.${item.name}`, 'stringz', item.doc);
      return [
        `${place.indent}local size_${word(item.name)} = cursor.range:range(cursor.at, cursor.finish - cursor.at):strsize()`,
        `${place.indent}tree:add(${field}, take(cursor, size_${word(item.name)}, ${luaText(item.name)}))`,
      ];
    }
    case 'time':
      return time(item, place);
    case 'padding': {
      const field = place.fields.of(`${place.prefix}.${item.name}`, 'bytes', item.doc);
      const count = item.length ?? `(-cursor.at) % ${item.align ?? 1}`;
      return [`${place.indent}octets(cursor, tree, ${field}, ${count}, ${luaText(item.name)})`];
    }
    case 'checksum': {
      const isHash = /^sha|^blake/.test(item.algorithm);
      const field = place.fields.of(
        `${place.prefix}.${item.name}`,
        isHash ? 'bytes' : `uint${item.size * 8}`,
        item.doc,
        isHash ? {} : { base: 'base.HEX' },
      );
      const add = item.order === 'little' && !isHash ? 'add_le' : 'add';
      return [`${place.indent}tree:${add}(${field}, take(cursor, ${item.size}, ${luaText(item.name)}))`];
    }
    case 'struct':
      return record(item, place);
    case 'list':
      return list(item, place);
    case 'case':
      return cases(
        item.on,
        Object.entries(item.cases).map(([value, items]) => [[Number(value)], items]),
        item.otherwise,
        place,
      );
    case 'when':
      return cases(item.on, [[item.values, item.items]], [], place);
  }
}

function uint({ name, size, signed, order, hex, names, doc }: UintItem, place: LuaPlace): string[] {
  const bits = size === 5 || size === 6 ? 64 : size * 8;
  const base = hex === true ? 'base.HEX' : 'base.DEC';
  const more = names === undefined ? (hex === true ? { base } : {}) : { base, values: luaWords(names) };
  const field = place.fields.of(`${place.prefix}.${name}`, `${signed ? 'int' : 'uint'}${bits}`, doc, more);
  return [
    `${place.indent}v[${luaText(name)}] = integer(cursor, tree, ${field}, ${size}, ${order === 'little'}, ${luaText(name)})`,
  ];
}

function bits({ size, bits: parts }: BitsItem, place: LuaPlace): string[] {
  const whole = `bits_${word(parts[0]!.name)}`;
  const lines = [`${place.indent}local ${whole} = take(cursor, ${size}, ${luaText(parts[0]!.name)})`];
  let from = 0;
  for (const { name, width, doc, names } of parts) {
    const mask = `0x${(((1n << BigInt(width)) - 1n) << BigInt(size * 8 - from - width)).toString(16)}`;
    const values = names === undefined ? {} : { values: luaWords(names) };
    const field = place.fields.of(`${place.prefix}.${name}`, `uint${size * 8}`, doc, { base: 'base.DEC', ...values, mask });
    lines.push(`${place.indent}tree:add(${field}, ${whole})`);
    lines.push(`${place.indent}v[${luaText(name)}] = ${whole}:bitfield(${from}, ${width})`);
    from += width;
  }
  return lines;
}

function flags({ name, size, order, flags: named, doc }: FlagsItem, place: LuaPlace): string[] {
  const whole = `flags_${word(name)}`;
  const path = `${place.prefix}.${name}`;
  const add = order === 'little' ? 'add_le' : 'add';
  const record = place.fields.of(path, `uint${size * 8}`, doc, { base: 'base.HEX' });
  const lines = [
    `${place.indent}local ${whole} = take(cursor, ${size}, ${luaText(name)})`,
    `${place.indent}local ${whole}_tree = tree:${add}(${record}, ${whole})`,
    `${place.indent}local ${whole}_value = ${whole}:${order === 'little' ? 'le_uint' : 'uint'}()`,
  ];
  for (const { name: flag, bit, doc: said } of named) {
    const field = place.fields.of(`${path}.${flag}`, 'bool', said, {
      base: String(size * 8),
      values: 'nil',
      mask: `0x${(2 ** bit).toString(16)}`,
    });
    lines.push(`${place.indent}${whole}_tree:${add}(${field}, ${whole})`);
    lines.push(`${place.indent}v[${luaText(flag)}] = math.floor(${whole}_value / ${2 ** bit}) % 2`);
  }
  return lines;
}

function bytes(item: BytesItem, place: LuaPlace): string[] {
  const { name, as, doc } = item;
  const path = `${place.prefix}.${name}`;
  const count = lengthOf(item.length);
  if (as === 'utf8' || as === 'nul-padded')
    return [`${place.indent}text(cursor, tree, ${place.fields.of(path, 'string', doc)}, ${count}, ${luaText(name)})`];
  if (as === 'little-endian-hex')
    return [`${place.indent}big_integer(cursor, tree, ${place.fields.of(path, 'string', doc)}, ${count}, v, ${luaText(name)})`];
  if (as === 'address' && (item.length === 4 || item.length === 16)) {
    const field = place.fields.of(path, item.length === 4 ? 'ipv4' : 'ipv6', doc);
    return [`${place.indent}tree:add(${field}, take(cursor, ${item.length}, ${luaText(name)}))`];
  }
  return [`${place.indent}octets(cursor, tree, ${place.fields.of(path, 'bytes', doc)}, ${count}, ${luaText(name)})`];
}

function time({ name, unit, size, order, doc }: TimeItem, place: LuaPlace): string[] {
  const field = place.fields.of(`${place.prefix}.${name}`, 'bytes', doc);
  const bytes = unit === 'tai64n' ? 12 : (size ?? (unit === 's' ? 4 : 8));
  // As it stands: epochs and leap seconds are beyond ProtoField.
  return [
    `${place.indent}octets(cursor, tree, ${field}, ${bytes}, ${luaText(name)})${order === 'little' ? ' -- little-endian' : ''}`,
  ];
}

/** A record: a tree of its own, in so many bytes where it says so. */
function record({ name, doc, items, length }: StructItem, place: LuaPlace): string[] {
  const { indent, fields, prefix } = place;
  const inner = { fields, prefix: `${prefix}.${name}`, indent: `${indent}  ` };
  const field = fields.of(`${prefix}.${name}`, 'none', doc);
  if (length === undefined)
    return [
      `${indent}do`,
      `${indent}  local first, outer = cursor.at, tree`,
      `${indent}  local tree = branch(cursor, outer, ${field})`,
      ...luaItems(items, inner),
      `${indent}  tree:set_len(cursor.at - first)`,
      `${indent}end`,
    ];
  return [
    `${indent}do`,
    `${indent}  local part = take(cursor, ${lengthOf(length)}, ${luaText(name)})`,
    `${indent}  local tree, cursor = tree:add(${field}, part), cursor_of(part)`,
    ...luaItems(items, inner),
    `${indent}  octets(cursor, tree, ${fields.of(`${prefix}.${name}.trailing`, 'bytes', 'Bytes that no item claims.')}, cursor.finish - cursor.at, "trailing")`,
    `${indent}end`,
  ];
}

function list({ name, doc, count, item }: ListItem, place: LuaPlace): string[] {
  const { indent, fields, prefix } = place;
  const field = fields.of(`${prefix}.${name}`, 'none', doc);
  const inner: LuaPlace = { fields, prefix, indent: `${indent}    ` };
  // Elements have the filter name of the list; a record has no level of its own.
  const element =
    item.kind === 'struct' && item.length === undefined
      ? luaItems(item.items, { ...inner, prefix: `${prefix}.${name}` })
      : luaItem({ ...item, name } as Item, inner);
  const head =
    typeof count === 'object' && 'until' in count
      ? `while cursor.range:range(cursor.at, ${count.until.length}):bytes():tohex() ~= ${luaText(count.until.map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(''))} do`
      : count === 'rest'
        ? 'while cursor.at < cursor.finish do'
        : `for _ = 1, ${typeof count === 'number' ? count : refText(count as Ref)} do`;
  const end =
    typeof count === 'object' && 'until' in count ? [`${indent}  take(cursor, ${count.until.length}, ${luaText(name)})`] : [];
  return [
    `${indent}do`,
    `${indent}  local first, outer = cursor.at, tree`,
    `${indent}  local tree = branch(cursor, outer, ${field})`,
    `${indent}  ${head}`,
    ...element,
    `${indent}  end`,
    ...end,
    `${indent}  tree:set_len(cursor.at - first)`,
    `${indent}end`,
  ];
}

function cases(
  on: string,
  all: readonly (readonly [readonly number[], readonly Item[]])[],
  otherwise: readonly Item[] | undefined,
  place: LuaPlace,
): string[] {
  const { indent } = place;
  const inner = { ...place, indent: `${indent}  ` };
  const lines: string[] = [];
  for (const [values, items] of all) {
    const test = values.map((value) => `v[${luaText(on)}] == ${value}`).join(' or ');
    lines.push(`${indent}${lines.length === 0 ? 'if' : 'elseif'} ${test} then`, ...luaItems(items, inner));
  }
  const rest =
    otherwise === undefined
      ? [`${inner.indent}error({ text = ${luaText(`${on} has no such value`)} }, 0)`]
      : luaItems(otherwise, inner);
  return [...lines, ...(rest.length === 0 ? [] : [`${indent}else`, ...rest]), `${indent}end`];
}

function lengthOf(length: Length): string {
  if (typeof length === 'number') return String(length);
  return length === 'rest' ? 'cursor.finish - cursor.at' : refText(length);
}

/** What a reference says, of the integers that were read. */
export function refText({ ref, times = 1, less = 0, plus = 0 }: Ref): string {
  const value = `v[${luaText(ref)}]`;
  return `${times === 1 ? value : `${value} * ${times}`}${less === 0 ? '' : ` - ${less}`}${plus === 0 ? '' : ` + ${plus}`}`;
}

function word(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '_');
}
