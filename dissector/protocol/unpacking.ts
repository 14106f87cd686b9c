import { sha256 } from '@noble/hashes/sha2.js';
import { type Budget, type Problem, toHex } from '../bytes/index.ts';
import { openBzip2, type Unpacked } from '../crypto/index.ts';

/** What a compressed part of a message unpacks to without being counted, times its size: what no bomb can use. */
const fairRatio = 8;
/** Bytes of a block by the digit in the stream's head, which is read whole before a byte of it comes out. */
const blockUnit = 100_000;

/**
 * Opens bzip2 streams as `openBzip2` does, up to `limit` bytes, once as long as the result is kept. Past the limit `unpackedBytes` it gives
 * no bytes and a Problem of that limit.
 */
export function unpackBzip2(packed: Uint8Array, limit: number, budget: Budget): Unpacked {
  const id = `bzip2 ${limit} ${toHex(sha256(packed))}`;
  const known = budget.known<Unpacked>(id);
  if (known !== undefined) return known.value;
  const fair = packed.length * fairRatio;
  const left = Math.max(0, budget.left('unpackedBytes'));
  // Once all is spent, a block is not even read that would cost more than it is worth.
  if (left === 0 && blockSize(packed) > fair) return refuse(budget);
  const most = Math.min(limit, fair + left);
  const unpacked = openBzip2(packed, most);
  const isCut = unpacked.problem?.kind === 'limit' && most < limit;
  const done = unpacked.problem === undefined ? unpacked.bytes.length : Math.max(unpacked.bytes.length, blockSize(packed));
  budget.spend('unpackedBytes', Math.min(left, Math.max(0, done - fair)));
  return isCut ? refuse(budget) : budget.keep(id, unpacked, ({ bytes }) => bytes.length).value;
}

function refuse(budget: Budget): Unpacked {
  const limit = 'unpackedBytes';
  budget.refuse(limit);
  const problem: Problem = { kind: 'limit', text: `not unpacked: ${budget.why(limit)}`, at: 0, path: '', limit };
  return { bytes: new Uint8Array(0), problem };
}

function blockSize(packed: Uint8Array): number {
  const level = (packed[3] ?? 0x30) - 0x30;
  return level >= 1 && level <= 9 ? level * blockUnit : 0;
}
