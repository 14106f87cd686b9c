import { type ConversationSample, certain, probable } from '../protocol/index.ts';

/** How sure the first bytes of a stream make it. */
export function ofStreams({ streams }: ConversationSample, begins: Uint8Array): number {
  const isOwn = streams.some((bytes) => bytes.length >= begins.length && begins.every((byte, at) => bytes[at] === byte));
  return isOwn ? certain : 0;
}

/** How sure datagrams make it. One message with a fault does not hide a conversation of good ones. */
export function ofDatagrams(datagrams: ConversationSample['datagrams'], looksLike: (bytes: Uint8Array) => unknown): number {
  const good = datagrams.filter(({ bytes }) => Boolean(looksLike(bytes))).length;
  if (good === 0) return 0;
  return good === datagrams.length ? certain : good * 2 >= datagrams.length ? probable : 0;
}
