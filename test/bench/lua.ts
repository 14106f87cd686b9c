/** What a person would write for tshark today: a dissector in Lua of the two protocols of the bench. */
import { MESSAGE_PORT, STREAM_PORT } from './capture.ts';

/** It names what our list names, and puts the same fields into the tree. */
export const luaDissector = `
local message = Proto("benchmessage", "P2P Key Exchange")
local direction = ProtoField.uint32("benchmessage.direction", "direction", base.DEC, nil, 0x80000000)
local counter = ProtoField.uint32("benchmessage.counter", "counter", base.DEC, nil, 0x7fffffff)
local data = ProtoField.bytes("benchmessage.data", "data")
message.fields = { direction, counter, data }
function message.dissector(buffer, pinfo, tree)
  if buffer:len() < 4 then return 0 end
  local own = tree:add(message, buffer())
  local head = buffer(0, 4)
  own:add(direction, head)
  own:add(counter, head)
  own:add(data, buffer(4))
  pinfo.cols.protocol = "p2pke"
  pinfo.cols.info = "data, counter " .. (head:uint() % 0x80000000)
  return buffer:len()
end
DissectorTable.get("udp.port"):add(${MESSAGE_PORT}, message)

local stream = Proto("benchframe", "Frames")
local length = ProtoField.uint32("benchframe.length", "length")
local body = ProtoField.bytes("benchframe.body", "body")
stream.fields = { length, body }
local function frame(buffer, pinfo, tree)
  local own = tree:add(stream, buffer())
  own:add(length, buffer(0, 4))
  own:add(body, buffer(4))
  pinfo.cols.protocol = "frames"
  pinfo.cols.info = "frame of " .. buffer(0, 4):uint()
  return buffer:len()
end
function stream.dissector(buffer, pinfo, tree)
  dissect_tcp_pdus(buffer, tree, 4, function(part) return part(0, 4):uint() + 4 end, frame)
  return buffer:len()
end
DissectorTable.get("tcp.port"):add(${STREAM_PORT}, stream)
`;
