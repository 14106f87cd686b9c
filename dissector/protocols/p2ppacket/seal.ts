import { makeSealed, sealedParts } from '../../crypto/index.ts';
import { type Corruption, type MessageView, wrongKeyOf } from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import { headLength } from './messages.ts';
import type { Session } from './session.ts';

/** The packet of its head and payload: data that travels sealed under the key of the session, with the nonce of the packet that it stands for. */
export function seal(
  { name, bytes, start, end, encrypted, session }: MessageView<Facts, Session>,
  clear: Uint8Array,
  { wrongKey = false }: Corruption,
): Uint8Array | string {
  if (name !== 'data' || !encrypted) return clear;
  const key = session?.key;
  if (key === undefined) return `No key of ${name} is known.`;
  const { nonce } = sealedParts(bytes.subarray(start + headLength, end));
  const head = clear.subarray(0, headLength);
  const sealed = makeSealed(wrongKey ? wrongKeyOf(key) : key, nonce, head, clear.subarray(headLength));
  return sealed === undefined ? `${name} cannot be sealed.` : Uint8Array.from([...head, ...sealed]);
}
