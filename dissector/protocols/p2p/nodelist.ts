import type { Check, Field, Problem } from '../../bytes/index.ts';
import { openBzip2, type PublicKey, verifyPss } from '../../crypto/index.ts';
import type { Bench } from '../../session/index.ts';
import { valueIn } from './handshake.ts';
import { nodeListLabel } from './keys.ts';
import { nodeList } from './messages.ts';
import type { Groups } from './session.ts';

export interface OpenedList {
  readonly bytes: Uint8Array;
  /** The list, where the stream is not empty. */
  readonly field: Field | undefined;
  readonly problem: Problem | undefined;
}

/** The node list out of its bzip2 stream. */
export function openNodeList(data: Uint8Array): OpenedList {
  const { bytes, problem } = openBzip2(data);
  if (problem !== undefined || bytes.length === 0) return { bytes, field: undefined, problem };
  const decoded = nodeList(bytes);
  if (decoded.problem !== undefined) return { bytes, field: decoded.field, problem: decoded.problem };
  return { bytes, field: decoded.field, problem: undefined };
}

/** The verdict on a node list's signature: over everything before sig_size, by a key that stands in no capture. */
export function verifyNodeList(
  { keys }: Bench,
  data: Field['value'],
  groups: Groups,
): { check: Check | undefined; problem: Problem | undefined } {
  if (!(data instanceof Uint8Array)) return { check: undefined, problem: undefined };
  if (!groups.spend()) return { check: { state: 'unchecked', why: 'the limit privateOperations is passed' }, problem: undefined };
  const { bytes, field, problem } = openNodeList(data);
  if (field === undefined || problem !== undefined) return { check: undefined, problem };
  const signature = valueIn(field, 'signature');
  const size = field.children?.find((child) => child.name === 'sig_size');
  if (!(signature instanceof Uint8Array) || size === undefined) return { check: undefined, problem };
  const signed = bytes.subarray(0, size.start);
  const given = keys.all(nodeListLabel);
  if (given.length === 0)
    return { check: { state: 'unchecked', why: `it needs the ${nodeListLabel} that signs node lists` }, problem };
  const checks = given.map((key) => verifyPss(key.secret as PublicKey, 'SHA-1', signed, signature));
  return { check: checks.find(({ state }) => state === 'valid') ?? checks[0], problem };
}
