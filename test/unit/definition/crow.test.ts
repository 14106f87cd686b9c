/** The sample crow: a conversation over TCP with a key exchange of its own. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as library from '../../../dissector/index.ts';
import { curves, hashes, openBytes, type Protocol, toHex } from '../../../dissector/index.ts';
// @ts-expect-error: a sample is JavaScript, as a person writes it.
import sample from '../../../media/samples/protocols/crow.js';
import { peerscope } from '../cli/help.ts';

const folder = new URL('../../../media/samples/protocols/', import.meta.url);
const file = (name: string): string => fileURLToPath(new URL(name, folder));
const protocol = (sample as (given: typeof library) => Protocol)(library);
const lines = readFileSync(file('crow.keys'), 'utf8').trim().split('\n');
const wrong = `CROW_PRIVATE ${'11'.repeat(32)}`;
const recorded = new Uint8Array(readFileSync(file('crow.pcapng')));

function opened(key: string, content = recorded) {
  const capture = openBytes(content, { protocols: [protocol], keys: [key] });
  if ('problem' in capture) throw new Error(capture.problem.text);
  return capture;
}

/** A copy in which the last `from` is `to`. */
function changed(from: string, to: string): typeof recorded {
  const hex = Buffer.from(recorded).toString('hex');
  const at = hex.lastIndexOf(from);
  expect(at).toBeGreaterThan(0);
  return new Uint8Array(Buffer.from(hex.slice(0, at) + to + hex.slice(at + from.length), 'hex'));
}

const told = (key: string) =>
  [...opened(key).messages()].map(({ message, state, decrypted }) => `${message} ${state} ${decrypted}`);
const clear = ['hello decoded false', 'welcome decoded false'];

describe('the sample crow', () => {
  it.each(lines)('is decrypted by the key of either side: %#', (line) => {
    expect(told(line)).toEqual([...clear, ...Array(6).fill('data decoded true')]);
    expect([...opened(line).findings()]).toEqual([]);
    const texts = [...opened(line).messages()].flatMap(({ fields }) => JSON.stringify(fields).match(/"rest":"\w+"/g) ?? []);
    expect(texts[0]).toBe(`"rest":"${Buffer.from('rain').toString('hex')}"`);
  });

  it.each(['', wrong])('is not decrypted by the keys "%s"', (key) =>
    expect(told(key)).toEqual([...clear, ...Array(6).fill('data encrypted false')]),
  );

  it('has steps, and shows what both sides compute for them', () => {
    const { steps } = opened('').analysis.steps(0)!;
    expect(steps.map(({ by, before, after, allowed }) => `${by} ${before} ${after} ${allowed}`)).toEqual([
      'opener closed asked true',
      'answerer asked open true',
      ...['opener', 'answerer', 'answerer', 'opener', 'opener', 'answerer'].map((by) => `${by} open open true`),
    ]);
    const computed = (key: string) => opened(key).analysis.compute(2)[0]!;
    const [A, B] = computed('').inputs.map(({ value }) => value as Uint8Array);
    const [a] = lines.map((line) => Uint8Array.from(Buffer.from(line.split(' ')[1]!, 'hex')));
    const own = [A, B].find((each) => toHex(each!) === toHex(curves.x25519.publicOf(a!)));
    const other = own === A ? B : A;
    const [k] = computed(lines[0]!).results;
    expect(k!.secret).toBe(true);
    expect(toHex(k!.value as Uint8Array)).toBe(toHex(hashes.sha256(curves.x25519.shared(a!, other!)!)));
    expect(computed('').results[0]).toMatchObject({ unknown: 'needs CROW_PRIVATE of either node' });
  });

  it('says that a counter goes back, and that a checksum does not fit', () => {
    const found = [...opened('', changed('0300000000000000', '0100000000000000')).findings()];
    expect(found.map(({ rule, text }) => `${rule} ${text}`)).toContain('crow.counter 1 follows 2');
    expect(found.map(({ rule }) => rule)).toContain('crow.message');
  });

  it('runs the script beside it', async () => {
    const { out, status } = await peerscope(['run', file('crow.packet'), '--protocol', file('crow.js')]);
    expect([out.split('\n').at(-2), status]).toEqual(['3 sections: 3 passed, 0 failed', 0]);
  });

  it('passes the checks of protocol test', async () => {
    const checked = ['protocol', 'test', file('crow.js'), file('crow.pcapng'), '--keys', file('crow.keys'), '--seed', '1'];
    const { out, status } = await peerscope(checked);
    expect([out.split('\n').at(-2), status]).toEqual(['7 checks: 7 passed, 0 failed (--seed 1)', 0]);
  });
});
