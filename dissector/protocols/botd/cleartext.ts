import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes } from '../../bytes/index.ts';
import { printable, scanRecords } from '../../codec/index.ts';
import { clearHead, lengthOf } from './messages.ts';

const idTag = 0x0a;
const LENGTH = 2;

export function checksumOf(payload: Uint8Array): Uint8Array {
  return sha256(payload).slice(0, 4);
}

/** `frame` is a whole clear frame. */
export function checksumFits(frame: Uint8Array): boolean {
  return equalBytes(frame.subarray(4, clearHead), checksumOf(frame.subarray(clearHead)));
}

/**
 * Whether bytes may be the beginning of a clear frame: where its payload would start stands an `id` of readable text, as far
 * as it is there. Of encrypted frames one in a hundred thousand passes.
 */
export function mayBeClear(bytes: Uint8Array): boolean {
  if (bytes.length < clearHead + 3 || bytes[clearHead] !== idTag) return false;
  const size = bytes[clearHead + 1]!;
  const start = clearHead + 2;
  if (size === 0 || size > 0x7f || 2 + size > lengthOf(bytes)) return false;
  const text = bytes.subarray(start, start + size);
  // An id that is not all there may end inside a character.
  return text.length < size ? text.every((byte) => byte >= 0x20 && byte !== 0x7f) : printable(text) !== undefined;
}

const isKey = (length: number): boolean => length === 33 || length === 65;
const isSignature = (length: number): boolean => length >= 8 && length <= 72;

/** `Init` or `Ack` when a payload has that message's fields and keys of the right size, whatever its checksum. */
export function helloIn(payload: Uint8Array): 'Init' | 'Ack' | undefined {
  const { records, problem } = scanRecords(payload);
  if (problem !== undefined) return undefined;
  const length = (number: number): number => {
    const record = records.find((one) => one.number === number && one.wireType === LENGTH);
    return record === undefined ? -1 : record.end - record.at;
  };
  if (isKey(length(2)) && isKey(length(3)) && isKey(length(4))) return 'Init';
  if (length(5) < 0 && isKey(length(3)) && isSignature(length(4))) return 'Ack';
  return undefined;
}

/** Whether `frame`, as long as a clear frame of its length, is one. */
export function isClear(frame: Uint8Array): boolean {
  return mayBeClear(frame) && (checksumFits(frame) || helloIn(frame.subarray(clearHead)) !== undefined);
}
