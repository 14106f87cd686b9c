import { type Budget, type Check, type Field, fromHex, type Limits, type Problem, valueIn, valuesOf } from '../../bytes/index.ts';
import { verificationCost, verifyPss } from '../../crypto/index.ts';
import { type ObserverContext, unpackBzip2 } from '../../protocol/index.ts';
import { nodeListKind, nodeListLabel } from './keys.ts';
import { ownLimits } from './limits.ts';
import { nodeList } from './messages.ts';

export interface OpenedList {
  readonly bytes: Uint8Array;
  /** The list, where the stream is not empty. */
  readonly field: Field | undefined;
  readonly problem: Problem | undefined;
}

/** The node list out of its bzip2 stream; a Problem of the limit `unpackedBytes` where it is not unpacked. */
export function openNodeList(data: Uint8Array, limits: Limits, budget: Budget): OpenedList {
  // The reference implementation takes no bytes at all for an empty stream too.
  if (data.length === 0) return { bytes: data, field: undefined, problem: undefined };
  const { bytes, problem } = unpackBzip2(data, valuesOf(ownLimits, limits).nodeListSize, budget);
  if (problem !== undefined || bytes.length === 0) return { bytes, field: undefined, problem };
  const decoded = nodeList(bytes, 0, 0, bytes.length, limits);
  if (decoded.problem !== undefined) return { bytes, field: decoded.field, problem: decoded.problem };
  return { bytes, field: decoded.field, problem: undefined };
}

/** The verdict on a node list's signature: over everything before sig_size, by a key that stands in no capture. */
export function verifyNodeList(
  { keys, limits, budget, verifications }: ObserverContext,
  data: Field['value'],
): { check: Check | undefined; problem: Problem | undefined } {
  if (!(data instanceof Uint8Array)) return { check: undefined, problem: undefined };
  const { bytes, field, problem } = openNodeList(data, limits, budget);
  if (problem?.limit === 'unpackedBytes') return { check: { state: 'unchecked', why: problem.text }, problem };
  if (field === undefined || problem !== undefined) return { check: undefined, problem };
  const signature = valueIn(field, 'signature');
  const size = field.children?.find((child) => child.name === 'sig_size');
  if (!(signature instanceof Uint8Array) || size === undefined) return { check: undefined, problem };
  const signed = bytes.subarray(0, size.start);
  const given = keys.all(nodeListKind);
  if (given.length === 0)
    return { check: { state: 'unchecked', why: `it needs the ${nodeListLabel} that signs node lists` }, problem };
  let first: Check | undefined;
  for (const { index, secret } of given) {
    const verify = (): Check => verifyPss(secret, 'SHA-1', signed, signature, limits);
    const check = verifications.check([fromHex(index)!, signed, signature], verificationCost(secret), verify);
    if (check.state === 'valid') return { check, problem };
    first ??= check;
    if (verifications.isPassed) break;
  }
  return { check: first, problem };
}
