import type { ConversationSample } from '../../protocol/index.ts';
import { lengthPrefix } from './framing.ts';
import { parse } from './parse.ts';

/** JSON objects with one of the two elements that every message has, while the other is missing or has another name. */
export function almost({ transport, datagrams, streams, limits }: ConversationSample): string | undefined {
  const beginnings =
    transport === 'udp'
      ? datagrams.map(({ bytes }) => bytes)
      : streams.flatMap((bytes) => (bytes.length > lengthPrefix ? [bytes, bytes.subarray(lengthPrefix)] : []));
  for (const bytes of beginnings) {
    const { node, problem, type, data } = parse(bytes, 0, bytes.length, limits);
    if (node?.type !== 'object' || problem?.kind === 'malformed') continue;
    const named = node.members?.find(({ key }) => /^msg[-_]?type$/i.test(key))?.key;
    if (type === undefined && data?.type === 'object')
      return named === undefined ? 'its messages have no "msg_type"' : `its messages have "${named}" instead of "msg_type"`;
    if (type !== undefined && type.type !== 'string') return `"msg_type" of its messages is no text`;
  }
  return undefined;
}
