import { type Corruption, type MessageView, wrongKeyOf } from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import { clearFrame, withLength } from './frames.ts';
import { sealedHead } from './messages.ts';
import type { Session } from './session.ts';

/**
 * The frame of a payload, as its sender has made it: in clear with its checksum, or under the key of the session with the iv or nonce of
 * the message that it stands for.
 */
export function seal(
  { name, bytes, start, end, facts, session }: MessageView<Facts, Session>,
  clear: Uint8Array,
  { wrongKey = false }: Corruption,
): Uint8Array | string {
  if (facts?.clear === true && facts.torn !== true) return clearFrame(clear);
  const opening = session?.opening;
  if (opening === undefined || facts?.stretch === true) return `No key of ${name} is known.`;
  const { mode } = opening.cipher;
  const iv = bytes.subarray(start + sealedHead, Math.min(end, start + sealedHead + mode.ivLength));
  const sealed = mode.seal(wrongKey ? wrongKeyOf(opening.key) : opening.key, iv, clear);
  return sealed === undefined ? `${name} cannot be encrypted.` : withLength(sealed);
}
