import type { Limits } from '../../bytes/index.ts';
import { parseJson } from '../../codec/index.ts';
import type { ConversationSample } from '../../protocol/index.ts';
import { isSpace, lengthPrefix } from './framing.ts';
import { verbOf } from './messages.ts';
import { ObjectStream } from './objectstream.ts';
import { member } from './parse.ts';

export const port = 9001;
const utf8 = new TextDecoder();

/** A JSON object with a verb is certain; one on the port that is cut off before its verb is probable. */
export function recognise(glance: ConversationSample): number {
  const onPort = glance.ports.includes(port);
  if (glance.transport === 'udp') {
    let best = 0;
    for (const { bytes } of glance.datagrams) best = Math.max(best, objectScore(bytes, 0, onPort, glance.limits));
    return best;
  }
  let best = 0;
  for (const bytes of glance.streams)
    best = Math.max(
      best,
      objectScore(bytes, 0, onPort, glance.limits),
      objectScore(bytes, 4, onPort, glance.limits),
      laterScore(bytes, onPort, glance.limits),
    );
  return best;
}

/** A capture that begins inside a message shows an object later in the stream; so does any text that quotes one. */
function laterScore(bytes: Uint8Array, onPort: boolean, limits: Limits): number {
  const objects = new ObjectStream(limits);
  objects.lose();
  const found = objects.next(bytes);
  if (found === undefined) return 0;
  const score = Math.max(
    objectScore(bytes, found.length, onPort, limits),
    objectScore(bytes, found.length + lengthPrefix, onPort, limits),
  );
  return score > 60 ? (onPort ? 85 : 60) : 0;
}

/** The name of the element that every message has, in JSON that is no message. */
function namesType(bytes: Uint8Array): boolean {
  return utf8.decode(bytes.subarray(0, 1024)).includes('"msg_type"');
}

function objectScore(bytes: Uint8Array, start: number, onPort: boolean, limits: Limits): number {
  let at = start;
  while (at < bytes.length && isSpace(bytes[at]!)) at++;
  if (bytes[at] !== 0x7b) return onPort && bytes[at] === 0x5b && namesType(bytes) ? 60 : 0;
  const result = parseJson(bytes, at, bytes.length, limits);
  const node = 'node' in result ? result.node : result.partial;
  const type = member(node, 'msg_type')?.value;
  const data = member(node, 'msg_data');
  if (type?.type !== 'string') return onPort && (type !== undefined || data !== undefined || !('node' in result)) ? 60 : 0;
  return verbOf(type.value as string) === undefined ? 60 : 95;
}
