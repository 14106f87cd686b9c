import type { ConversationSample } from '../../protocol/index.ts';
import { helloIn } from './cleartext.ts';
import { clearHead, lengthOf } from './messages.ts';

/** Bytes of the length before a payload that has no checksum. */
const lengthSize = 4;

/** An Init or Ack whose fields and keys make it certain, in a frame with one thing wrong that hides it. */
export function almost({ transport, streams, limits }: ConversationSample): string | undefined {
  if (transport !== 'tcp') return undefined;
  for (const bytes of streams) {
    if (bytes.length <= clearHead) continue;
    const swapped = lengthOf(bytes.slice(0, lengthSize).reverse());
    const name = swapped > limits.frameLength ? undefined : helloAt(bytes, clearHead, swapped);
    if (name !== undefined) return `the length of its ${name} is little-endian`;
    const bare = helloAt(bytes, lengthSize, lengthOf(bytes));
    if (bare !== undefined) return `its ${bare} has no checksum before the payload`;
  }
  return undefined;
}

function helloAt(bytes: Uint8Array, start: number, length: number): 'Init' | 'Ack' | undefined {
  return length > 0 && start + length <= bytes.length ? helloIn(bytes.subarray(start, start + length)) : undefined;
}
