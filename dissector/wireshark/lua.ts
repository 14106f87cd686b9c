/** A dissector for Wireshark, in Lua, of what a protocol declares of its messages in clear (`wire`). Wireshark 4.0 and later. */
import type { BytesWire, Protocol, Wire, WireMessage, WireTag } from '../protocol/index.ts';
import { LuaFields } from './fields.ts';
import { jsonReaders } from './json.ts';
import { luaComment, luaText } from './luatext.ts';
import { openedForms } from './openedforms.ts';
import { prelude } from './prelude.ts';
import { luaProto } from './proto.ts';
import { type LuaPlace, luaItems, refText } from './structs.ts';

/** The text of the dissector; a sentence where the protocol cannot have one. */
export function luaDissector(protocol: Protocol): { readonly lua: string } | { readonly problem: string } {
  const { id, title, document, wire, ports = [] } = protocol;
  if (wire === undefined) return { problem: `${id} does not say how its messages are told apart on the wire ("wire").` };
  // The first word of its filter names: that of the layer of its messages, where that has one.
  const first = 'json' in wire ? undefined : wire.messages[0]?.name;
  const layer = protocol.messages?.find((form) => form.name === first)?.layer ?? id;
  const fields = new LuaFields(layer);
  const message = fields.of(`${layer}.message`, 'string', 'Name of the message.');
  const readers = 'json' in wire ? jsonReaders(protocol, wire, layer, fields) : byteReaders(protocol, wire, layer, fields);
  const plain = plainReaders(protocol, layer, fields);
  return {
    lua: [
      luaComment(`${title}, made by Peerscope of the layouts of the protocol "${id}" (${document}).`),
      '-- What is encrypted on the wire is shown as bytes. Put this file into the folder of personal Lua plugins.',
      `local word = ${luaText(layer)}`,
      `local is_new, proto = pcall(Proto, word, ${luaText(title)})`,
      '-- Wireshark has a protocol of this name: filters then begin with another word.',
      'if not is_new then',
      '  word = "peerscope_" .. word',
      `  proto = Proto(word, ${luaText(`${title} (Peerscope)`)})`,
      'end',
      'local f = {}',
      ...fields.lines(),
      'local listed = {}',
      'for _, field in pairs(f) do listed[#listed + 1] = field end',
      'proto.fields = listed',
      `local malformed = ProtoExpert.new(word .. ".malformed", "The message does not fit its layout", expert.group.MALFORMED, expert.severity.ERROR)`,
      `local trailing = ProtoExpert.new(word .. ".trailing_bytes", "Bytes follow the message", expert.group.PROTOCOL, expert.severity.WARN)`,
      'proto.experts = { malformed, trailing }',
      '',
      prelude,
      ...readers,
      '',
      ...show(message),
      '',
      ...(wire.transport === 'udp' ? ofDatagrams(title) : ofStream(wire, title)),
      '',
      ...heuristic(wire),
      '',
      ...opened(protocol, title, plain),
      '',
      `proto:register_heuristic(${luaText(wire.transport)}, heuristic)`,
      ...ports
        .filter(({ transport }) => transport === wire.transport)
        .map(({ transport, port }) => `DissectorTable.get("${transport}.port"):add(${port}, proto)`),
      ...(ports.length === 0 ? [`DissectorTable.get("${wire.transport}.port"):add_for_decode_as(proto)`] : []),
      '',
    ].join('\n'),
  };
}

/** The readers of messages, and which message bytes are. */
function byteReaders(protocol: Protocol, wire: BytesWire, layer: string, fields: LuaFields): string[] {
  const sealed = wire.sealed === undefined ? [] : luaItems(wire.sealed.items, { fields, prefix: layer, indent: '  ' });
  return [
    ...wire.messages.flatMap((one, at) => [...reader(protocol, layer, one, at, fields).lines, '']),
    ...(wire.sealed === undefined ? [] : ['local function read_sealed(cursor, tree)', '  local v = {}', ...sealed, 'end', '']),
    ...kinds(wire),
  ];
}

function reader(
  { messages = [] }: Protocol,
  layer: string,
  one: WireMessage,
  at: number,
  fields: LuaFields,
): { readonly lines: string[] } {
  const form = one.layout === undefined ? messages.find(({ name }) => name === one.name) : undefined;
  const layout = one.layout ?? form?.layout;
  const place = { fields, prefix: form?.layer ?? layer, indent: '  ' };
  const items = layout === undefined ? [] : luaItems(layout.items, place);
  const inner = payloadLines(one, place);
  return {
    lines: [
      luaComment(`${one.name}. ${layout?.doc ?? ''}`),
      `local function read_${at + 1}(cursor, tree)`,
      '  local v = {}',
      ...items,
      ...inner,
      'end',
    ],
  };
}

function payloadLines({ payload, payloadLength }: WireMessage, place: LuaPlace): string[] {
  if (payload === undefined) return [];
  const path = `${place.prefix}.${payload.name}`;
  const field = place.fields.of(path, 'none', payload.doc);
  const lines = luaProto(payload, { ...place, prefix: path, indent: '    ' });
  if (payloadLength === undefined)
    return ['  do', '    local outer = tree', `    local tree = branch(cursor, outer, ${field})`, ...lines, '  end'];
  const name = luaText(payload.name);
  return [
    '  do',
    `    local part = take(cursor, ${refText(payloadLength)}, ${name})`,
    `    local tree, cursor = tree:add(${field}, part), cursor_of(part)`,
    ...lines,
    '  end',
  ];
}

/** Which message bytes are, and its reader. */
function kinds({ messages }: BytesWire): string[] {
  return [
    '-- Which message it is: the first of these that fits. Of a stream "is_opener" says which side sends it.',
    'local function kind_of(range, is_opener)',
    '  local length = range:len()',
    ...messages.map(({ name, when, length, from, opens }, at) => {
      const side = from === undefined ? [] : [from === 'opener' ? 'is_opener' : 'not is_opener'];
      const tests = [...side, ...(length === undefined ? [] : [`length == ${length}`]), ...when.map(test)].join(' and ');
      return `  if ${tests || 'true'} then return ${luaText(name)}, read_${at + 1}, ${opens === true} end`;
    }),
    'end',
  ];
}

function test({ at, size, mask, from, to = from }: WireTag): string {
  const whole = `range:range(${at}, ${size}):uint()`;
  const value = mask === undefined ? whole : `bit32.band(${whole}, 0x${mask.toString(16)})`;
  const fits = to === from ? `${value} == ${from}` : `${value} >= ${from} and ${value} <= ${to}`;
  return `length >= ${at + size} and ${fits}`;
}

/** The tree of one message; how many bytes are still to come at least, where a stream lacks some of it. */
function show(message: string): string[] {
  return [
    'local function show(cursor, range, name, read, root, more_may_come)',
    '  if more_may_come then',
    '    local fits, why = pcall(read, cursor_of(range), nowhere)',
    '    if not fits and type(why) == "table" and why.short then return why.short end',
    '  end',
    '  local tree = root:add(proto, range)',
    `  tree:add(${message}, name):set_generated()`,
    '  local fits, why = pcall(read, cursor, tree)',
    '  if not fits then',
    '    tree:add_proto_expert_info(malformed, type(why) == "table" and why.text or tostring(why))',
    '    cursor.at = cursor.finish',
    '  end',
    '  if cursor.at > 0 then tree:set_len(cursor.at) end',
    '  return nil, tree',
    'end',
  ];
}

function ofDatagrams(title: string): string[] {
  return [
    'function proto.dissector(buffer, pinfo, root)',
    '  local range = buffer:range()',
    '  local name, read = kind_of(range)',
    '  if name == nil then return 0 end',
    `  pinfo.cols.protocol = ${luaText(title)}`,
    '  pinfo.cols.info = name',
    '  local cursor = cursor_of(range)',
    '  local _, tree = show(cursor, range, name, read, root, false)',
    '  if cursor.at < cursor.finish then',
    '    tree:set_len(range:len())',
    '    tree:add_proto_expert_info(trailing, (cursor.finish - cursor.at) .. " bytes follow the message")',
    '  end',
    '  return range:len()',
    'end',
  ];
}

/** Messages one after the other, put together from segments. Behind the first one of each side `sealed` has its reader. */
function ofStream(wire: Wire, title: string): string[] {
  const sealed = 'json' in wire ? undefined : wire.sealed;
  return [
    '-- Which side opened each stream, and where its first message ends: by stream and source port.',
    'local stream_field = Field.new("tcp.stream")',
    'local opener, first = {}, {}',
    'function proto.init() opener, first = {}, {} end',
    '',
    'function proto.dissector(buffer, pinfo, root)',
    `  pinfo.cols.protocol = ${luaText(title)}`,
    '  local stream = tostring(stream_field().value)',
    '  local side = stream .. " " .. pinfo.src_port',
    '  if opener[stream] == nil then opener[stream] = pinfo.src_port end',
    '  local names, at = {}, 0',
    '  while at < buffer:len() do',
    '    local range = buffer:range(at)',
    '    local here = pinfo.number .. " " .. at',
    '    local name, read',
    ...(sealed === undefined
      ? ['    name, read = kind_of(range, opener[stream] == pinfo.src_port)']
      : [
          '    if first[side] == nil or first[side] == here then name, read = kind_of(range, opener[stream] == pinfo.src_port)',
          '    else name, read = "encrypted", read_sealed end',
        ]),
    '    if name == nil then break end',
    '    local cursor = cursor_of(range)',
    '    local missing = show(cursor, range, name, read, root, true)',
    '    if missing then',
    '      pinfo.desegment_offset = at',
    '      pinfo.desegment_len = missing',
    '      break',
    '    end',
    '    if first[side] == nil then first[side] = here end',
    '    names[#names + 1] = name',
    '    if cursor.at == 0 then break end',
    '    at = at + cursor.at',
    '  end',
    '  if #names > 0 then pinfo.cols.info = table.concat(names, ", ") end',
    '  return buffer:len()',
    'end',
  ];
}

/** Readers of decrypted messages, by their numbers in the dissector table. */
function plainReaders(protocol: Protocol, layer: string, fields: LuaFields): string[] {
  const lines = [
    '-- Messages that Peerscope has decrypted and exported (link type 252), by their numbers.',
    'local opened_readers = {}',
  ];
  for (const { number, form } of openedForms(protocol).forms.values()) {
    const place: LuaPlace = { fields, prefix: form.layer ?? layer, indent: '  ' };
    const head = form.layout === undefined ? [] : luaItems(form.layout.items, place);
    // A form that is a proto3 message alone stands in the tree as the field of its name.
    const inner = form.payload === undefined ? [] : payloadLines({ name: form.name, when: [], payload: form.payload }, place);
    lines.push(
      `opened_readers[${number}] = { name = ${luaText(form.name)}, read = function(cursor, tree)`,
      ...['  local v = {}', ...head, ...inner, 'end }'],
    );
  }
  return lines;
}

function opened(protocol: Protocol, title: string, plain: readonly string[]): string[] {
  return [
    ...plain,
    `local opened = Proto(word .. "_opened", ${luaText(`${title}, decrypted`)})`,
    'function opened.dissector(buffer, pinfo, root)',
    '  local reader = opened_readers[pinfo.match]',
    '  if reader == nil then return 0 end',
    '  local range = buffer:range()',
    `  pinfo.cols.protocol = ${luaText(title)}`,
    '  pinfo.cols.info = reader.name',
    '  local cursor = cursor_of(range)',
    '  show(cursor, range, reader.name, reader.read, root, false)',
    '  return range:len()',
    'end',
    `local opened_table = DissectorTable.new(${luaText(openedForms(protocol).table)}, ${luaText(`${title}, decrypted`)}, ftypes.UINT32, base.DEC, opened)`,
    'for number in pairs(opened_readers) do opened_table:add(number, opened) end',
  ];
}

function heuristic(wire: Wire): string[] {
  const opens = 'json' in wire || wire.messages.some((one) => one.opens === true);
  return [
    'local function heuristic(buffer, pinfo, root)',
    ...(opens
      ? [
          '  local range = buffer:range()',
          '  local name, read, opens = kind_of(range, true)',
          '  if name == nil or not opens then return false end',
          '  local cursor = cursor_of(range)',
          '  if not pcall(read, cursor, nowhere) or cursor.at ~= cursor.finish then return false end',
          '  proto.dissector(buffer, pinfo, root)',
          '  -- What follows in this conversation is no proof by itself.',
          '  pinfo.conversation = proto',
          '  return true',
        ]
      : ['  return false']),
    'end',
  ];
}
