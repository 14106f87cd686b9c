import { type Corruption, type MessageView, type RunningCipher, wrongKeyOf } from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import type { Session } from './session.ts';

/**
 * The cipher of a connection, from any place of a direction on: both directions have the same key and init_vector, and each its own
 * running state. None of a packet inside a tunnel, whose bytes are sealed a second time.
 */
export function runningCipher({ direction, facts, session }: MessageView<Facts, Session>): RunningCipher | undefined {
  const opening = session?.openings[direction];
  if (opening === undefined || facts?.sealed === undefined || facts.inner !== undefined) return undefined;
  const { cipher, key, iv } = opening;
  return {
    offset: facts.sealed.offset,
    open: ({ offset, lead }, sealed) => cipher.open(key, iv, lead, offset, sealed),
    seal: ({ offset, lead }, clear, { wrongKey = false }) =>
      cipher.seal(wrongKey ? wrongKeyOf(key) : key, iv, lead, offset, clear),
  };
}

/** A packet as it stands in clear before the handshake is done, or sealed where it stood in the stream. */
export function seal(message: MessageView<Facts, Session>, clear: Uint8Array, spoiling: Corruption): Uint8Array | string {
  const { name, encrypted, facts } = message;
  if (!encrypted) return clear;
  const cipher = runningCipher(message);
  if (cipher === undefined || facts?.sealed === undefined) return `No key of ${name} is known.`;
  return cipher.seal(facts.sealed, clear, spoiling) ?? `The cipher of ${name} makes nothing of this.`;
}
