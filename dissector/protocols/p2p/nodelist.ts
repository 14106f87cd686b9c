import { type Check, type Field, type Limits, type Problem, valueIn, valuesOf } from '../../bytes/index.ts';
import { openBzip2, verifyPss } from '../../crypto/index.ts';
import type { ObserverContext } from '../../protocol/index.ts';
import type { KeyExchanges } from './keyexchange.ts';
import { nodeListKind, nodeListLabel } from './keys.ts';
import { ownLimits } from './limits.ts';
import { nodeList } from './messages.ts';

/** Unpacking so many bytes takes as long as one private operation. */
const unpackedPerOperation = 0x2_0000;
/** The part of a private operation that a verification is. */
const verification = 1 / 16;
/** The verdict on what is not looked into any more. */
export const overLimit: Check = { state: 'unchecked', why: 'the limit privateOperations is passed' };

export interface OpenedList {
  readonly bytes: Uint8Array;
  /** The list, where the stream is not empty. */
  readonly field: Field | undefined;
  readonly problem: Problem | undefined;
}

/** The node list out of its bzip2 stream. */
export function openNodeList(data: Uint8Array, limits: Limits): OpenedList {
  // The reference implementation takes no bytes at all for an empty stream too.
  if (data.length === 0) return { bytes: data, field: undefined, problem: undefined };
  const { bytes, problem } = openBzip2(data, valuesOf(ownLimits, limits).nodeListSize);
  if (problem !== undefined || bytes.length === 0) return { bytes, field: undefined, problem };
  const decoded = nodeList(bytes, 0, 0, bytes.length, limits);
  if (decoded.problem !== undefined) return { bytes, field: decoded.field, problem: decoded.problem };
  return { bytes, field: decoded.field, problem: undefined };
}

/** The verdict on a node list's signature: over everything before sig_size, by a key that stands in no capture. */
export function verifyNodeList(
  { keys, limits }: ObserverContext,
  data: Field['value'],
  groups: KeyExchanges,
): { check: Check | undefined; problem: Problem | undefined } {
  if (!(data instanceof Uint8Array)) return { check: undefined, problem: undefined };
  if (groups.isSpent) return { check: overLimit, problem: undefined };
  const { bytes, field, problem } = openNodeList(data, limits);
  groups.spend(bytes.length / unpackedPerOperation);
  if (field === undefined || problem !== undefined) return { check: undefined, problem };
  const signature = valueIn(field, 'signature');
  const size = field.children?.find((child) => child.name === 'sig_size');
  if (!(signature instanceof Uint8Array) || size === undefined) return { check: undefined, problem };
  const signed = bytes.subarray(0, size.start);
  const given = keys.all(nodeListKind);
  if (given.length === 0)
    return { check: { state: 'unchecked', why: `it needs the ${nodeListLabel} that signs node lists` }, problem };
  let first: Check | undefined;
  for (const { secret } of given) {
    const check = groups.spend(verification) ? verifyPss(secret, 'SHA-1', signed, signature, limits) : overLimit;
    if (check.state === 'valid') return { check, problem };
    first ??= check;
    if (check === overLimit) break;
  }
  return { check: first, problem };
}
