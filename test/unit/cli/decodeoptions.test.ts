/** What a person decides about a capture: which protocol, which candidate; and what they are told about it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { samples } from '../../../extension/workbench/paths.ts';
import { goldenKeys } from '../../golden/open.ts';
import { capture as captureOf, ipFrame, udpFrame } from '../analysis/packets.ts';
import { golden, jsonLines, keyLog, lines, peerscope, temporary } from './help.ts';

const p2pke = golden('p2pke_a.pcapng');
const p2p = golden('p2p_a.pcapng');
const p2pKeys = temporary('p2p.keys', goldenKeys('p2p_a'));
const states = (out: string): string[] => [...new Set(jsonLines(out).map(({ state }) => state))];

describe('--decode-as', () => {
  it('says what a conversation is; the first rule that matches counts', async () => {
    const args = ['--decode-as', 'udp.port == 7000 → none', '--decode-as', 'udp → p2pke'];
    expect(jsonLines((await peerscope(['decode', p2pke, '--json', ...args])).out)).toEqual([]);
    expect(JSON.parse((await peerscope(['info', p2pke, '--json', ...args])).out).messages).toEqual({});
    const other = await peerscope(['decode', p2pke, '--json', '--decode-as', 'udp.port == 9 → none', ...args.slice(2)]);
    expect(jsonLines(other.out)).toHaveLength(33);
  });

  it('counts for check too', async () => {
    const broken = golden('p2pke_b.pcapng');
    expect((await peerscope(['check', broken, '--decode-as', 'udp -> none'])).status).toBe(0);
  });
});

describe('--choice', () => {
  it('pins a candidate: one that is not the right one opens nothing', async () => {
    const keys = ['--keys', p2pKeys];
    expect(states((await peerscope(['decode', p2p, '--json', ...keys])).out)).toContain('decoded');
    const right = await peerscope(['decode', p2p, '--json', ...keys, '--choice', 'p2p.cipher=aes-256-cfb8']);
    const wrong = await peerscope(['decode', p2p, '--json', ...keys, '--choice', 'p2p.cipher=aes-256-ctr']);
    const count = (out: string): number =>
      jsonLines(out).filter(({ encrypted, state }) => encrypted && state === 'decoded').length;
    expect(count(right.out)).toBeGreaterThan(10);
    expect(count(wrong.out)).toBeLessThan(count(right.out));
  });

  it('is named where it keeps other candidates from being tried, and only there', async () => {
    const given = [p2p, '--keys', p2pKeys];
    const pin = ['--choice', 'p2p.cipher=aes-256-ctr'];
    const { out } = await peerscope(['decode', ...given, ...pin]);
    expect(out).toContain('pinned: p2p.cipher=aes-256-ctr; no other candidate was tried');
    // The key that was given is not asked for.
    expect(out).not.toContain('P2P_DH_PRIVATE');
    const [closed] = jsonLines((await peerscope(['decode', '--json', ...given, ...pin])).out).filter((each) => each.encrypted);
    const told = await peerscope(['decode', ...given, ...pin, '--explain', String(closed.n), '--json']);
    const explained = JSON.parse(told.out);
    expect(explained.pinned).toEqual([{ choice: 'p2p.cipher', candidate: 'aes-256-ctr' }]);
    expect(explained.missing).toEqual([]);
    expect(JSON.stringify(explained.keys_tried)).toContain('"ciphers":"aes-256-ctr"');
    expect((await peerscope(['decode', ...given, '--choice', 'p2p.cipher=aes-256-cfb8'])).out).not.toContain('pinned');
  });
});

describe('decode --explain', () => {
  const wrong = temporary('wrong.p2p.keys', 'P2P_DH_PRIVATE 1234567890abcdef\n');
  const encrypted = async (...args: string[]): Promise<number> =>
    jsonLines((await peerscope(['decode', p2p, '--json', ...args])).out).find((message) => message.encrypted).n;

  it('--json tells the keys that were tried, step by step, and what is missing', async () => {
    const n = await encrypted('--keys', wrong);
    const { status, out } = await peerscope(['decode', p2p, '--keys', wrong, '--explain', String(n), '--json']);
    expect(status).toBe(0);
    const told = JSON.parse(out);
    expect(Object.keys(told)).toEqual(['n', 'frame', 'state', 'keys_tried', 'missing']);
    expect(told).toMatchObject({ n, state: 'encrypted', keys_tried: [{ label: 'P2P_DH_PRIVATE' }] });
    expect(told.keys_tried[0].fingerprint).toMatch(/^[0-9a-f]{16}$/);
    const { steps } = told.keys_tried[0];
    for (const step of steps) expect(Object.keys(step)).toEqual(['name', 'inputs', 'result', 'ok']);
    expect(steps.at(-1).ok).toBe(false);
    expect(told.missing.join()).toContain('P2P_DH_PRIVATE');
  });

  it('is readable without', async () => {
    const n = await encrypted('--keys', wrong);
    const { out } = await peerscope(['decode', p2p, '--keys', wrong, '--explain', String(n)]);
    expect(lines(out)[0]).toMatch(new RegExp(`^message ${n}, frame \\d+: p2p \\w+, encrypted$`));
    expect(lines(out)[1]).toMatch(/^P2P_DH_PRIVATE \([0-9a-f]{16}\)$/);
    expect(out).toMatch(/\n {2}failed {2}\S.*\nmissing:\n {2}P2P_/);
  });

  it('takes a frame for every message that it completes', async () => {
    const explain = async (what: string) =>
      jsonLines((await peerscope(['decode', p2p, '--keys', p2pKeys, '--explain', what, '--json'])).out);
    const both = await explain('frame:61');
    expect(both.map(({ n, frame }) => [n, frame])).toEqual([
      [12, 61],
      [13, 61],
    ]);
    expect(both).toEqual([...(await explain('12')), ...(await explain('13'))]);
    const none = await peerscope(['decode', p2p, '--keys', p2pKeys, '--explain', 'frame:1']);
    expect(none).toEqual({ status: 3, out: '', err: 'peerscope: Frame 1 is part of no message.\n' });
    // A segment of the HELLO that frame 12 completes.
    expect(await explain('frame:4')).toEqual(await explain('frame:12'));
    expect(await explain('frame:4')).toHaveLength(1);
  });

  it('never shows key material', async () => {
    const n = await encrypted('--keys', p2pKeys);
    const { out } = await peerscope(['decode', p2p, '--keys', p2pKeys, '--explain', String(n), '--json']);
    expect(JSON.parse(out)).toMatchObject({ state: 'decoded', missing: [] });
    const secrets = readFileSync(p2pKeys, 'utf8').match(/[0-9a-fA-F]{32,}/g) ?? [];
    expect(secrets.length).toBeGreaterThan(0);
    for (const line of readFileSync(p2pKeys, 'utf8').trim().split('\n')) expect(out).not.toContain(line.split(' ').at(-1));
  });

  it('of a message that was never encrypted names no key', async () => {
    const keys = temporary('good.keys', keyLog);
    const { out } = await peerscope(['decode', p2pke, '--keys', keys, '--explain', '0', '--json']);
    expect(JSON.parse(out)).toMatchObject({ n: 0, state: 'decoded', missing: [] });
  });
});

describe('decode tells what befalls a conversation', () => {
  it('between the messages, by the frame, with both ends', async () => {
    const { out } = await peerscope(['decode', p2p]);
    expect(out).toMatch(
      /\n {4}- {2}frame \d+ +\d+\.\d{6} {2}127\.0\.0\.1:48850 → 127\.0\.0\.1:5002 {5}closes its direction \(FIN\)\n/,
    );
    expect(out).toMatch(/resets the connection \(RST\)\n\n4 messages/);
  });

  it('an ICMP error about it too, but nothing of a conversation without messages', async () => {
    const [a, b, c] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => ({ address, port: 7777 }));
    const beat = Uint8Array.of(0x48, 0x42, 1, 0, 0, 0, 1, 0x68, 0x69);
    const sent = udpFrame(a!, b!, beat);
    const unknown = udpFrame(a!, c!, Uint8Array.of(1, 2, 3));
    // Type 3, code 3, and the packet that came back, without its Ethernet header.
    const error = (packet: Uint8Array) => ipFrame(1, b!, a!, [3, 3, 0, 0, 0, 0, 0, 0, ...packet.subarray(14)]);
    const capture = temporary('icmp.pcapng', captureOf([sent, unknown, error(sent), error(unknown)]));
    const { out } = await peerscope(['decode', capture, '--protocol', join(samples, 'heartbeat.js')]);
    expect(lines(out).filter((line) => line.includes('came back'))).toEqual([
      expect.stringMatching(
        /^ {4}- {2}frame 3 +\d\.\d{6} {2}10\.0\.0\.1:7777 → 10\.0\.0\.2:7777 +.*port unreachable.*: a packet to 10\.0\.0\.2:7777 came back$/,
      ),
    ]);
  });
});
