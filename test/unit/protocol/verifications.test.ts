/** Signature checks take milliseconds each, and a capture may hold millions. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { type MessageLine, openBytes } from '../../../dissector/index.ts';
import { Verifications } from '../../../dissector/protocol/index.ts';
import { keysOf } from '../../golden/keys.ts';

const golden = (name: string): string => join(import.meta.dirname, '..', '..', 'golden', `${name}.pcapng`);

function read(name: string, verifications: number): MessageLine[] {
  const limits = { ...defaultLimits, verifications };
  const opened = openBytes(new Uint8Array(readFileSync(golden(name))), { keys: [keysOf(name)], limits });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return [...opened.messages()];
}
const verdicts = (lines: readonly MessageLine[]) =>
  lines.flatMap(({ signature_valid }) => (signature_valid === undefined ? [] : [signature_valid]));

describe('the limit verifications', () => {
  it.each(['p2pke_a', 'p2pke_b', 'botd_a', 'p2p_a'])('of %s: what is not checked says so, the rest is decoded', (name) => {
    const [whole, none] = [read(name, 200_000), read(name, 0)];
    expect(verdicts(whole)).toContain(true);
    expect(verdicts(none)).toHaveLength(verdicts(whole).length);
    expect(verdicts(none)).not.toContain(false);
    if (name !== 'p2p_a') expect(verdicts(none)).not.toContain(true);
    expect(none.map(({ message, state }) => [message, state])).toEqual(whole.map(({ message, state }) => [message, state]));
  });
});

describe('signature checks', () => {
  const valid = { state: 'valid', why: '' } as const;
  const parts = (...lengths: number[]): Uint8Array[] => lengths.map((length) => new Uint8Array(length));

  it('are made once for the same parts, and for others anew', () => {
    const verifications = new Verifications(defaultLimits);
    let made = 0;
    const verify = () => {
      made++;
      return valid;
    };
    for (const lengths of [[1, 2], [1, 2], [2, 1], [3], [1, 2]]) verifications.check(parts(...lengths), 1, verify);
    expect(made).toBe(3);
  });

  it('end where the limit is passed; what is known is told all the same', () => {
    const verifications = new Verifications({ ...defaultLimits, verifications: 10 });
    expect(verifications.check(parts(1), 6, () => valid)).toBe(valid);
    expect(verifications.check(parts(2), 6, () => valid)).toEqual({
      state: 'unchecked',
      why: 'the limit verifications of 10 ms is passed',
    });
    expect(verifications.check(parts(3), 4, () => valid)).toBe(valid);
    expect(verifications.check(parts(1), 6, () => valid)).toBe(valid);
  });
});
