import { parseJson } from '../../codec/index.ts';
import type { Glance } from '../../session/index.ts';
import { isSpace, lengthPrefix } from './framing.ts';
import { verbOf } from './messages.ts';
import { ObjectStream } from './objects.ts';
import { member } from './parse.ts';

export const port = 9001;

/** A JSON object with a verb is certain; any object on the port, or the port alone, is probable. */
export function recognise(glance: Glance): number {
  const onPort = glance.ports.includes(port);
  if (glance.transport === 'udp') {
    let best = onPort ? 40 : 0;
    for (const { bytes } of glance.datagrams) best = Math.max(best, objectScore(bytes, 0, onPort));
    return best;
  }
  let best = 0;
  for (const bytes of glance.streams)
    best = Math.max(best, objectScore(bytes, 0, onPort), objectScore(bytes, 4, onPort), laterScore(bytes, onPort));
  return best;
}

/** A capture that begins inside a message shows an object later in the stream; so does any text that quotes one. */
function laterScore(bytes: Uint8Array, onPort: boolean): number {
  const objects = new ObjectStream();
  objects.lose();
  const found = objects.next(bytes);
  if (found === undefined) return 0;
  const score = Math.max(objectScore(bytes, found.length, onPort), objectScore(bytes, found.length + lengthPrefix, onPort));
  return score > 60 ? (onPort ? 85 : 60) : 0;
}

function objectScore(bytes: Uint8Array, start: number, onPort: boolean): number {
  let at = start;
  while (at < bytes.length && isSpace(bytes[at]!)) at++;
  if (bytes[at] !== 0x7b) return 0;
  const result = parseJson(bytes, at);
  const node = 'node' in result ? result.node : result.partial;
  const type = member(node, 'msg_type')?.value;
  if (type?.type !== 'string') return onPort ? 60 : 0;
  return verbOf(type.value as string) === undefined ? 60 : 95;
}
