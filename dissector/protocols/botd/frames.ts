/** Frames of a payload, as they travel. */
import { concatBytes } from '@noble/hashes/utils.js';
import { checksumOf } from './cleartext.ts';
import { sealedHead } from './messages.ts';

/** The length of the payload, the checksum and the payload: Init and Ack. */
export function clearFrame(payload: Uint8Array): Uint8Array {
  const frame = withLength(concatBytes(checksumOf(payload), payload));
  new DataView(frame.buffer).setUint32(0, payload.length);
  return frame;
}

/** The length of what is encrypted, and that: all other frames. */
export function withLength(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(sealedHead + body.length);
  new DataView(frame.buffer).setUint32(0, body.length);
  frame.set(body, sealedHead);
  return frame;
}
