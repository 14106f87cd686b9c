/** Keys that are taken back: nothing is decrypted any more, and their bytes are gone from memory; those that stay do stay. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { Capture } from '../../../extension/worker/capture.ts';
import { Exports } from '../../../extension/worker/exports.ts';
import { Lists } from '../../../extension/worker/lists.ts';
import { writeMixture } from '../../bench/mixture.ts';
import { ephemerals, golden, keyLog, temporary } from '../cli/help.ts';

const patience = { timeout: 60_000, interval: 10 };
const label = 'P2PKE_EPHEMERAL_PRIVATE';
const [initiator, responder] = ephemerals.map((key) => `${label} ${key}\n`) as [string, string];
const log = (text: string) => [{ name: 'k', text }];
const zero = new Uint8Array(32);

const small = new Uint8Array(readFileSync(golden('p2pke_a.pcapng')));
/** So many messages that they are observed again behind what is shown. */
const many = (): Uint8Array => {
  const path = temporary('many.pcap');
  writeMixture(path, 30_000);
  return new Uint8Array(readFileSync(path));
};

let capture: Capture;
async function opened(bytes: Uint8Array, text: string): Promise<void> {
  capture = new Capture(() => {});
  capture.keys(log(text));
  await capture.open({ name: 'a', bytes });
  await vi.waitFor(() => expect(capture.done).toBe(true), patience);
}
/** The bytes themselves, as the key ring holds them. */
const secrets = (): Uint8Array[] => capture.analysis.ring.all(label).map(({ secret }) => secret as Uint8Array);
const isQuiet = (): void => expect(capture.overview()).toMatchObject({ done: true, notices: [] });

describe('keys that are forgotten', () => {
  it.each([
    ['a short capture', () => small],
    ['a long one', many],
  ])('of %s open nothing any more, and their bytes are overwritten', async (_, bytes) => {
    const whole = bytes();
    await opened(whole, '');
    const { encrypted: sealed } = capture.overview();
    await opened(whole, keyLog);
    expect(capture.overview().encrypted).toBeLessThan(sealed);
    const held = secrets();
    expect(held.map((each) => Buffer.from(each).toString('hex'))).toEqual(ephemerals);
    capture.keys([]);
    await vi.waitFor(() => expect(capture.overview()).toMatchObject({ encrypted: sealed, keys: 0 }), patience);
    await vi.waitFor(isQuiet, patience);
    expect(held).toEqual([zero, zero]);
    expect([secrets(), capture.secrets]).toEqual([[], '']);
    // The same keys once more: it was not the capture that was lost.
    capture.keys(log(keyLog));
    await vi.waitFor(() => expect(capture.overview().encrypted).toBeLessThan(sealed), patience);
  });

  it('are those that are gone alone: one that stays keeps its bytes and opens what it opened', async () => {
    await opened(small, keyLog);
    const { encrypted } = capture.overview();
    const [first, second] = secrets();
    capture.keys(log(responder));
    expect([first, secrets()[0] === second]).toEqual([zero, true]);
    expect(Buffer.from(second!).toString('hex')).toBe(ephemerals[1]);
    expect(capture.overview().encrypted).toBe(encrypted);
    // Given again by another log, in another order, it is still the same.
    capture.keys([...log(initiator), ...log(responder)]);
    expect(secrets().includes(second!)).toBe(true);
    capture.keys(log(`${responder}${initiator}`));
    expect([secrets()[0] === second, capture.overview().encrypted]).toEqual([true, encrypted]);
    capture.analysis.rekey();
    expect(capture.overview().encrypted).toBe(encrypted);
  });

  it('are overwritten before a capture is opened, too', async () => {
    capture = new Capture(() => {});
    capture.keys(log(keyLog));
    capture.keys([]);
    await capture.open({ name: 'a', bytes: small });
    await vi.waitFor(() => expect(capture.done).toBe(true), patience);
    expect(capture.overview()).toMatchObject({ keys: 0, encrypted: 32 });
  });

  it('end an export that was decrypting with them, which is not taken for whole, and no other', async () => {
    await opened(small, keyLog);
    const exports = new Exports(capture, new Lists(capture));
    const scope = { show: 'all', columns: [], comments: [] } as const;
    const { id } = exports.begin({ kind: 'json', scope });
    capture.keys([]);
    expect(() => exports.next(id)).toThrow('The capture changed while it was written.');
    const after = exports.begin({ kind: 'json', scope }).id;
    expect(exports.next(after).done).toBe(true);
  });

  it('are overwritten also where other settings came between', async () => {
    await opened(small, keyLog);
    const held = secrets();
    await capture.settings({ modules: [], decodeAs: [], colours: [], tree: { limits: { findings: 1000 } } });
    await vi.waitFor(() => expect(capture.done).toBe(true), patience);
    expect(secrets()).toEqual(held);
    capture.keys([]);
    expect(held).toEqual([zero, zero]);
  });
});
