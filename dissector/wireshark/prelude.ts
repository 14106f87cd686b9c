/** What every generated dissector begins with: it reads items of layouts, and stops where the bytes do. */
export const prelude = `-- A tree that is thrown away: bytes are read once to see whether they fit.
local nowhere = {}
nowhere.add = function() return nowhere end
nowhere.add_le = nowhere.add
nowhere.set_len = nowhere.add

-- Where the next item is read; "finish" is the end of what is around it.
local function cursor_of(range, finish)
  return { range = range, at = 0, finish = finish or range:len() }
end

local function need(cursor, count, name)
  local left = cursor.finish - cursor.at
  if count > left or count < 0 then
    error({ text = name .. " needs " .. count .. " bytes, " .. left .. " are left", short = count - left }, 0)
  end
end

local function take(cursor, count, name)
  need(cursor, count, name)
  local part = cursor.range:range(cursor.at, count)
  cursor.at = cursor.at + count
  return part
end

-- Wireshark adds no empty range to a tree by a value of its own.
local function taken(cursor, count, name)
  if count > 0 then return take(cursor, count, name) end
  need(cursor, count, name)
  return nil
end

local function integer(cursor, tree, field, count, little, name)
  local part = take(cursor, count, name)
  if little then tree:add_le(field, part) else tree:add(field, part) end
  if count > 4 then return (little and part:le_uint64() or part:uint64()):tonumber() end
  return little and part:le_uint() or part:uint()
end

local function octets(cursor, tree, field, count, name)
  local part = taken(cursor, count, name)
  if part == nil then return end
  tree:add(field, part)
end

local function text(cursor, tree, field, count, name)
  local part = taken(cursor, count, name)
  if part == nil then
    tree:add(field, "")
    return
  end
  tree:add(field, part, part:string(ENC_UTF_8))
end

-- A little-endian integer of any length, in hex without leading zeros.
local function big_integer(cursor, tree, field, count, v, name)
  local part = taken(cursor, count, name)
  if part == nil then return end
  local digits = {}
  for at = count - 1, 0, -1 do digits[#digits + 1] = string.format("%02x", part:range(at, 1):uint()) end
  local hex = table.concat(digits):gsub("^0+(.)", "%1")
  tree:add(field, part, hex)
  v[name] = tonumber(hex, 16)
end

local function branch(cursor, tree, field)
  local left = cursor.finish - cursor.at
  if left > 0 then return tree:add(field, cursor.range:range(cursor.at, left)) end
  return tree:add(field)
end

local function varint(cursor, name)
  local first = cursor.at
  local value, factor = UInt64(0), UInt64(1)
  for _ = 1, 10 do
    local byte = take(cursor, 1, name):uint()
    value = value + factor * UInt64(byte % 128)
    if byte < 128 then return value, cursor.range:range(first, cursor.at - first) end
    factor = factor * UInt64(128)
  end
  error({ text = name .. " is longer than 10 bytes" }, 0)
end

local function varint_field(cursor, tree, field, name)
  local value, part = varint(cursor, name)
  tree:add(field, part, value)
  return value:tonumber()
end
`;
