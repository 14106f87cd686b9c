import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { samples } from '../../../extension/workbench/paths.ts';
import { goldenKeys } from '../../golden/open.ts';
import { dhKey, disconnect, handshake, recorded } from '../protocols/p2p.build.ts';
import { ephemerals, golden, jsonLines, keyLog, lines, peerscope, temporary } from './help.ts';

const capture = golden('p2pke_a.pcapng');
const keys = temporary('good.keys', keyLog);

describe('decode --json', () => {
  it('prints a line a message, its keys in the order of the contract', async () => {
    const { status, out, err } = await peerscope(['decode', capture, '--keys', keys, '--json', '--bytes']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const messages = jsonLines(out);
    expect(messages.map(({ n }) => n)).toEqual(messages.map((_, index) => index));
    const head = ['n', 'frames', 'time', 'src', 'dst', 'protocol', 'message', 'encrypted', 'decrypted', 'state'];
    expect(Object.keys(messages[0])).toEqual([...head, 'signature_valid', 'fields', 'findings', 'bytes']);
    expect(Object.keys(messages[5])).toEqual([...head, 'fields', 'findings', 'bytes']);
    expect(messages[0]).toMatchObject({
      ...{ n: 0, frames: [1], time: '1795251826.750787038', src: '127.0.0.1:7000', dst: '127.0.0.1:7001' },
      ...{ protocol: 'p2pke', message: 'InitHello', encrypted: false, state: 'decoded', signature_valid: true },
    });
    expect(messages[1]).toMatchObject({ src: '127.0.0.1:7001', dst: '127.0.0.1:7000', encrypted: true, state: 'decoded' });
    for (const { bytes } of messages) expect(bytes).toMatch(/^([0-9a-f]{2})+$/);
  });

  it('prints no bytes that nobody asked for, and opens nothing without a key', async () => {
    const { out } = await peerscope(['decode', capture, '--json']);
    const messages = jsonLines(out);
    expect(messages.filter(({ bytes }) => bytes !== undefined)).toEqual([]);
    const states = (encrypted: boolean) => [...new Set(messages.filter((m) => m.encrypted === encrypted).map((m) => m.state))];
    expect(states(true)).toEqual(['encrypted']);
    expect(states(false)).toEqual(['decoded']);
  });

  it('opens nothing with a key of another session', async () => {
    const wrong = temporary('wrong.keys', `P2PKE_EPHEMERAL_PRIVATE ${'11'.repeat(32)}\n`);
    const without = await peerscope(['decode', capture, '--json']);
    expect(await peerscope(['decode', capture, '--json', '--keys', wrong])).toEqual(without);
  });

  it('reads a compressed capture, and one from a pipe, as the file itself', async () => {
    const args = ['--json', '--keys', keys];
    const expected = await peerscope(['decode', capture, ...args]);
    const packed = gzipSync(readFileSync(capture));
    expect(await peerscope(['decode', temporary('capture.pcapng.gz', packed), ...args])).toEqual(expected);
    expect(await peerscope(['decode', '-', ...args], packed)).toEqual(expected);
    expect(await peerscope(['decode', '-', ...args], readFileSync(capture))).toEqual(expected);
  });
});

describe('decode', () => {
  it('prints a line a message and a summary', async () => {
    const { status, out } = await peerscope(['decode', capture, '--keys', keys]);
    expect(status).toBe(0);
    expect(lines(out)[0]).toMatch(/^ +0 {2}frame 1 +0\.000000 {2}127\.0\.0\.1:7000 → 127\.0\.0\.1:7001 .*p2pke InitHello/);
    expect(out).toContain(
      '\n33 messages in 33 frames of 1 conversation\n  p2pke  InitHello 1, RespHello 1, InitDone 1, data 30\n',
    );
    expect(out).toContain('32 messages travelled encrypted: 32 decrypted, 0 still encrypted\n');
  });

  it('counts what is broken apart from what no key opens', async () => {
    const log = temporary('p2p.keys', goldenKeys('p2p_a'));
    const { out } = await peerscope(['decode', golden('p2p_a.pcapng'), '--keys', log]);
    expect(out).toContain('45 messages travelled encrypted: 44 decrypted, 0 still encrypted, 1 malformed or incomplete\n');
    const shown = async (filter: string) =>
      jsonLines((await peerscope(['decode', golden('p2p_a.pcapng'), '--keys', log, '--json', '--filter', filter])).out).length;
    expect([await shown('encrypted'), await shown('decrypted'), await shown('state == "encrypted"')]).toEqual([45, 44, 0]);
  });

  it('says "decrypted" only of what has no part that is still encrypted', async () => {
    const told = async (keyLog: string) => {
      const log = temporary('some.keys', keyLog);
      const { out } = await peerscope(['decode', golden('ptpchat_d.pcapng'), '--keys', log, '--json']);
      const sealed = (jsonLines(out) as { message: string; encrypted: boolean; decrypted: unknown; state: string }[]).filter(
        ({ encrypted }) => encrypted,
      );
      const counts = new Map<string, number>();
      for (const { message, decrypted, state } of sealed) {
        const what = `${message} ${state} ${decrypted}`;
        counts.set(what, (counts.get(what) ?? 0) + 1);
      }
      return [...counts].map(([what, count]) => `${what} ${count}`);
    };
    expect(await told('')).toEqual(['KEY encrypted false 2', 'MESSAGE encrypted false 15']);
    expect(await told(readFileSync(golden('ptpchat_d.keys'), 'utf8'))).toEqual([
      'KEY decoded true 1',
      'KEY encrypted false 1',
      'MESSAGE decoded true 15',
    ]);
    const { out } = await peerscope(['decode', golden('ptpchat_d.pcapng')]);
    expect(out).toContain('17 messages travelled encrypted: 0 decrypted, 17 still encrypted\n');
  });

  it('tells a tunnel without its key as decrypted in part', async () => {
    const log = temporary('exponent.keys', goldenKeys('p2p_a').replace(/P2P_RSA_PRIVATE.*\n/g, ''));
    const { out } = await peerscope(['decode', golden('p2p_a.pcapng'), '--keys', log, '--json']);
    const request = (jsonLines(out) as { message: string }[]).find(({ message }) => message === 'TUNNEL_REQ');
    expect(request).toMatchObject({ encrypted: true, decrypted: 'partly', state: 'encrypted', fields: { tunnel_id: 129772793 } });
    const { out: text } = await peerscope(['decode', golden('p2p_a.pcapng'), '--keys', log]);
    expect(text).toMatch(/ 15 still encrypted \(15 of them decrypted in part\)/);
    expect(text).toContain('P2P_RSA_PRIVATE with the private key of the target of the TUNNEL_REQ in frame 61');
  });

  it('does not name as missing what it has just proven', async () => {
    // One side's key is proven; the other side's one byte is nothing under it.
    const link = recorded([
      ...handshake.slice(0, 3),
      ['inbound', Uint8Array.of(0x7f), 'clear'],
      ['outbound', disconnect('failed')],
    ]);
    const file = temporary('failed.pcap', link);
    const explained = async (keyLog: string) => {
      const log = temporary('one.keys', keyLog);
      const { out } = await peerscope(['decode', file, '--keys', log, '--explain', '3', '--json']);
      return JSON.parse(out) as { state: string; missing: string[] };
    };
    expect(await explained(dhKey('outbound'))).toMatchObject({ state: 'encrypted', missing: [] });
    expect((await explained('')).missing.join()).toContain('P2P_DH_PRIVATE');
  });

  it('names the keys that are missing', async () => {
    const { out } = await peerscope(['decode', capture]);
    expect(out).toContain('32 messages travelled encrypted: 0 decrypted, 32 still encrypted\n');
    expect(out).toMatch(/to decrypt the rest \(--keys KEYLOG\):\n {2}P2PKE_/);
  });

  it('tells five lines of a file that is no key log, and uses none of it', async () => {
    const text = temporary('letter', 'Dear sir or madam,\n'.repeat(430));
    const { status, out, err } = await peerscope(['decode', capture, '--keys', keys, '--keys', text]);
    expect({ status, out }).toEqual({ status: 3, out: '' });
    expect(lines(err)).toHaveLength(7);
    expect(lines(err)[5]).toBe('peerscope: … and 425 more');
    expect(lines(err)[6]).toBe(`peerscope: The key log ${text} holds no line that can be used.`);
  });

  it('takes a key log in which there is no key yet', async () => {
    const empty = temporary('empty.keys', '# keys come here\n\n');
    expect(await peerscope(['decode', capture, '--json', '--keys', empty])).toEqual(
      await peerscope(['decode', capture, '--json']),
    );
  });

  it('asks for the protocol of a label that is not known', async () => {
    const { status, err } = await peerscope(['decode', capture, '--keys', temporary('beat.keys', 'HEARTBEAT_KEY c0ffee\n')]);
    expect(status).toBe(3);
    expect(err).toContain('is the module of its protocol missing?\n');
  });

  it('tells bad lines of a key log with file and line, never what they hold, and uses the rest', async () => {
    const bad = temporary('bad.keys', `# comment\n${ephemerals[0]}\n${keyLog}P2PKE_EPHEMERAL_PRIVATE ${ephemerals[1]}ff\n`);
    const { status, out, err } = await peerscope(['decode', capture, '--keys', bad]);
    expect(status).toBe(0);
    expect(out).toContain('32 decrypted');
    expect(lines(err).map((line) => line.slice(0, `peerscope: ${bad}:2: `.length))).toEqual([
      `peerscope: ${bad}:2: `,
      `peerscope: ${bad}:5: `,
    ]);
    for (const key of ephemerals) expect(out + err).not.toContain(key);
  });
});

describe('decode --decrypted', () => {
  it('writes what was decrypted, for its user alone, and says that it is in clear', async () => {
    const [name, path] = [join(samples, 'p2pke_a'), temporary('opened.pcapng')];
    rmSync(path);
    const { status, out, err } = await peerscope(['decode', `${name}.pcapng`, '--keys', `${name}.keys`, '--decrypted', path]);
    expect(out).toBe('');
    expect(err).toMatch(/[1-9]\d* decrypted messages are in .*opened\.pcapng, in clear\.\n$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path).includes('what travelled encrypted is in clear here')).toBe(true);
    expect(status).toBe(0);
  });

  it('writes nothing of what no key opens', async () => {
    const { err } = await peerscope(['decode', join(samples, 'p2pke_a.pcapng'), '--decrypted', temporary('closed.pcapng')]);
    expect(err).toContain('0 decrypted messages are in');
  });
});
