import type { FieldForm } from '../codec/index.ts';
import type { JsonWire, Protocol } from '../protocol/index.ts';
import type { LuaFields } from './fields.ts';
import { luaText } from './luatext.ts';

/** The readers of messages that are JSON objects, and which message bytes are. */
export function jsonReaders(
  { names, messages = [] }: Protocol,
  { json, anyCase }: JsonWire,
  layer: string,
  fields: LuaFields,
): string[] {
  const known = names.map((name) => `[${luaText(anyCase ? name.toUpperCase() : name)}] = ${luaText(name)}`).join(', ');
  // Of a message that is not declared: what others declare at the same place.
  const all = new Map<string, string>();
  const declared = messages.map(({ name, fields: forms = [] }) => {
    const paths = new Map<string, string>();
    for (const form of forms) declare(form, '', layer, fields, paths);
    for (const [path, field] of paths) if (!all.has(path)) all.set(path, field);
    return `  [${luaText(name)}] = ${tableOf(paths)},`;
  });
  return [
    jsonPrelude,
    '-- The fields of each message, by their paths.',
    'local declared = {',
    ...declared,
    '}',
    `local declared_of_others = ${tableOf(all)}`,
    `local known = { ${known} }`,
    '',
    '-- Which message it is: that which the object names. Of an object that is not whole yet nobody knows.',
    'local function kind_of(range)',
    '  local fits, node = pcall(json_value, range:raw(), 1, 1)',
    '  if not fits then',
    '    if type(node) == "table" and node.short then return "JSON", function() error(node, 0) end, false end',
    '    return nil',
    '  end',
    '  local name',
    `  for _, member in ipairs(node.members or {}) do if member.key == ${luaText(json)} then name = member.node.text end end`,
    '  if name == nil then return nil end',
    `  local told = known[${anyCase ? 'name:upper()' : 'name'}]`,
    '  local fields = declared[told] or declared_of_others',
    '  local read = function(cursor, tree)',
    '    for _, member in ipairs(node.members) do add_json(cursor.range, tree, fields, member.key, member) end',
    '    cursor.at = node.to - 1',
    '  end',
    '  return told or name, read, told ~= nil',
    'end',
  ];
}

function tableOf(paths: ReadonlyMap<string, string>): string {
  return `{ ${[...paths].map(([path, field]) => `[${luaText(path)}] = ${field}`).join(', ')} }`;
}

/** A field of a list is that of its elements, too. */
function declare(form: FieldForm, above: string, layer: string, fields: LuaFields, paths: Map<string, string>): void {
  const { name, kind, doc, fields: inner = [] } = form;
  const path = above === '' ? name : `${above}.${name}`;
  const isRecord = kind.type === 'record' || (kind.type === 'list' && kind.element.type === 'record');
  const type = isRecord ? 'none' : kind.type === 'boolean' ? 'bool' : 'string';
  paths.set(path, fields.of(`${layer}.${path}`, type, doc));
  for (const one of inner) declare(one, path, layer, fields, paths);
}

/** Places in Lua's text count from 1, and "to" is behind the last character. */
const jsonPrelude = `local function json_fault(text, short) error({ text = text, short = short and 1 or nil }, 0) end

local function json_space(bytes, at)
  at = bytes:find("[^ \\t\\r\\n]", at)
  if at == nil then json_fault("the JSON text ends early", true) end
  return at
end

local function utf8_of(code)
  if code < 0x80 then return string.char(code) end
  if code < 0x800 then return string.char(0xc0 + math.floor(code / 64), 0x80 + code % 64) end
  if code < 0x10000 then
    return string.char(0xe0 + math.floor(code / 4096), 0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
  end
  return string.char(
    0xf0 + math.floor(code / 262144), 0x80 + math.floor(code / 4096) % 64, 0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
end

local json_escapes = { b = "\\b", f = "\\f", n = "\\n", r = "\\r", t = "\\t", ['"'] = '"', ["\\\\"] = "\\\\", ["/"] = "/" }

local function json_unit(bytes, at)
  if #bytes < at + 3 then json_fault("the JSON text ends early", true) end
  local digits = bytes:match("^%x%x%x%x", at)
  if digits == nil then json_fault("an escape of a string is broken") end
  return tonumber(digits, 16)
end

-- From behind the quotation mark; the text, and the place behind the last quotation mark.
local function json_string(bytes, at)
  local parts = {}
  while true do
    local stop = bytes:find('[%c"\\\\]', at)
    if stop == nil then json_fault("the JSON text ends early", true) end
    parts[#parts + 1] = bytes:sub(at, stop - 1)
    local sign = bytes:sub(stop, stop)
    if sign == '"' then return table.concat(parts), stop + 1 end
    if sign == "\\127" then
      parts[#parts + 1] = sign
      at = stop + 1
    elseif sign ~= "\\\\" then json_fault("a control character in a string")
    else
      local escape = bytes:sub(stop + 1, stop + 1)
      if escape == "" then json_fault("the JSON text ends early", true) end
      at = stop + 2
      if escape == "u" then
        local code = json_unit(bytes, at)
        at = at + 4
        if code >= 0xd800 and code < 0xdc00 and bytes:sub(at, at + 1) == "\\\\u" then
          local low = json_unit(bytes, at + 2)
          if low >= 0xdc00 and low < 0xe000 then
            code = 0x10000 + (code - 0xd800) * 1024 + low - 0xdc00
            at = at + 6
          end
        end
        parts[#parts + 1] = utf8_of(code)
      else parts[#parts + 1] = json_escapes[escape] or json_fault("an escape of a string is broken") end
    end
  end
end

local json_value

-- The items between brackets, by "item", up to "last".
local function json_items(bytes, at, last, item)
  local items = {}
  at = json_space(bytes, at)
  if bytes:sub(at, at) == last then return items, at + 1 end
  while true do
    local from = json_space(bytes, at)
    items[#items + 1], at = item(from)
    at = json_space(bytes, at)
    local sign = bytes:sub(at, at)
    at = at + 1
    if sign == last then return items, at end
    if sign ~= "," then json_fault("a comma or a bracket is missing") end
  end
end

-- "depth" bounds how often this function calls itself.
json_value = function(bytes, at, depth)
  if depth > 64 then json_fault("JSON is nested more than 64 deep") end
  at = json_space(bytes, at)
  local node = { from = at }
  local sign = bytes:sub(at, at)
  if sign == "{" then
    node.members, node.to = json_items(bytes, at + 1, "}", function(from)
      if bytes:sub(from, from) ~= '"' then json_fault("a name is missing") end
      local key, behind = json_string(bytes, from + 1)
      behind = json_space(bytes, behind)
      if bytes:sub(behind, behind) ~= ":" then json_fault("a colon is missing") end
      local value = json_value(bytes, behind + 1, depth + 1)
      return { key = key, from = from, node = value }, value.to
    end)
  elseif sign == "[" then
    node.items, node.to = json_items(bytes, at + 1, "]", function(from)
      local value = json_value(bytes, from, depth + 1)
      return { key = "", from = from, node = value }, value.to
    end)
  elseif sign == '"' then node.text, node.to = json_string(bytes, at + 1)
  else
    local word = bytes:match("^[%w.+-]+", at)
    if word == nil then json_fault("a value is missing") end
    if word == "true" then node.flag = true elseif word == "false" then node.flag = false
    elseif word == "null" then node.is_null = true
    elseif not word:find("^-?%d+%.?%d*[eE]?[+-]?%d*$") then json_fault(word .. " is no value") end
    node.text, node.to = word, at + #word
  end
  return node
end

-- A member of an object, or an element of a list, which has the fields of its list. What is not declared is text.
local function add_json(range, tree, fields, path, member, label)
  local node, field = member.node, fields[path]
  local part = range:range(member.from - 1, node.to - member.from)
  local inner = node.members or node.items
  if inner then
    local branch = (field == nil or label ~= nil) and tree:add(part, label or member.key) or tree:add(field, part)
    for at, one in ipairs(inner) do
      if node.items then add_json(range, branch, fields, path, one, "[" .. (at - 1) .. "]")
      else add_json(range, branch, fields, path .. "." .. one.key, one) end
    end
  elseif field == nil or node.is_null then tree:add(part, (label or member.key) .. ": " .. node.text)
  elseif node.flag ~= nil then tree:add(field, part, node.flag)
  else tree:add(field, part, node.text) end
end`;
