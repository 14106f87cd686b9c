import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { run } from '../../../extension/cli/run.ts';
import { project } from '../../../extension/workbench/paths.ts';
import { bytes, enhanced, pcap } from '../capture/build.ts';
import { golden, lines, peerscope, temporary } from './help.ts';

const capture = golden('p2pke_a.pcapng');

describe('limits', () => {
  it('hold for one command, and what they leave out is told', async () => {
    const check = (...args: string[]) => peerscope(['check', golden('p2pke_b.pcapng'), ...args]);
    const [all, few] = [await check(), await check('--limit', 'findings=2')];
    expect(lines(few.out)).toHaveLength(2);
    expect(few.err).toContain(`${lines(all.out).length - 2} more findings are over the limits findings of 2`);
    expect(await check()).toEqual(all);
  });
});

describe('exit status 3', () => {
  it.each([
    [[], 'A command is missing.'],
    [['decipher', capture], '"decipher" is not a command.'],
    [['decode'], '"decode" needs a capture.'],
    [['decode', '-', '-'], 'Standard input can be one capture only'],
    [['decode', capture, '--colour'], "Unknown option '--colour'."],
    [['decode', '--keys', '--json', capture], "Option '--keys' argument is ambiguous."],
    [['decode', capture, '--explain', 'frame:x'], '--explain takes the number of a message'],
    [['decode', capture, '--require-messages'], '"decode" takes no --require-messages.'],
    [['decode', capture, '--keys'], "Option '--keys <value>' argument missing."],
    [['frames', capture, '--keys', 'x'], '"frames" takes no --keys.'],
    [['info', capture, '--bytes'], '"info" takes no --bytes.'],
    [['decode', capture, '--format', 'sarif'], '"sarif" is no format: text, json, zeek.'],
    [['check', capture, '--format', 'xml'], '"xml" is no format: text, json, sarif, github.'],
    [['check', capture, '--format', 'sarif', '--json'], '--json and --format sarif contradict each other.'],
    [['decode', capture, '--explain', 'three'], '--explain takes the number of a message'],
    [['check', capture, '--explain', '3'], '"check" takes no --explain.'],
    [['decode', capture, '--explain', '3', '--filter', 'udp'], '--explain names its messages itself: it takes no --filter.'],
    [['decode', capture, '--explain', '3', '--bytes'], '--explain names its messages itself: it takes no --bytes.'],
    [['decode', capture, '--limit', 'findings'], '--limit takes a name and a number, findings=500000: "findings" is none.'],
    [['decode', capture, '--choice', 'p2p.cipher'], '--choice takes ID=CANDIDATE: "p2p.cipher" is none.'],
    [['decode', capture, '--choice', 'a.b=c', '--choice', 'a.b=d'], '--choice a.b is given twice.'],
    [['decode', capture, '--choice', 'a.b=x:1,y'], '--choice a.b: a table is name:number,name:number; "y" is no entry.'],
  ])('%j', async (args, sentence) => {
    const { status, out, err } = await peerscope(args);
    expect({ status, out }).toEqual({ status: 3, out: '' });
    expect(err).toContain(`peerscope: ${sentence}`);
    expect(err).toMatch(/[^.]\. See peerscope --help\.\n$/);
    expect(lines(err)).toHaveLength(1);
  });

  it.each([
    [['--decode-as', 'udp.port = 7000'], '"udp.port = 7000" is no rule: expected something like udp.port == 7000 -> p2pke.'],
    [['--decode-as', 'udp.port == 7000 → ftp'], '"ftp" is no protocol: '],
    [['--decode-as', 'sctp → p2pke'], '"sctp" is no condition: '],
    [['--limit', 'finding=3'], '--limit: There is no limit "finding"; did you mean "findings"?'],
    [['--limit', 'findings=0'], '--limit: The limit findings is a whole number above 0.'],
    [['--choice', 'p2p.colour=red'], 'p2p.colour is no open choice: p2p.cipher'],
    [['--choice', 'p2p.cipher=rot13'], 'p2p.cipher has the candidates aes-256-cfb8, '],
    [['--explain', '33'], 'There is no message 33: '],
    [['--explain', 'frame:0'], 'There is no frame 0: '],
    [['--explain', 'frame:34'], 'There is no frame 34: '],
  ])('%j', async (args, sentence) => {
    for (const command of args[0] === '--explain' ? ['decode'] : ['decode', 'check', 'info']) {
      const { status, out, err } = await peerscope([command, capture, ...args]);
      expect({ status, out }).toEqual({ status: 3, out: '' });
      expect(err).toContain(`peerscope: ${sentence}`);
      expect(lines(err)).toHaveLength(1);
    }
  });

  it('a key log that cannot be read', async () => {
    for (const [path, reason] of [
      [`${temporary('x')}.none`, 'There is no such file.'],
      [dirname(temporary('x')), 'It is a folder.'],
    ] as const)
      expect(await peerscope(['decode', capture, '--keys', path])).toEqual({
        ...{ status: 3, out: '', err: `peerscope: The key log ${path} cannot be read. ${reason}\n` },
      });
  });
});

describe('exit status 2', () => {
  it.each([
    ['an empty file', ''],
    ['a text file', 'Dear sir or madam,\nI am no capture.\n'],
    ['broken gzip', Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)],
  ])('%s', async (_, contents) => {
    const path = temporary('bad', contents);
    for (const command of ['decode', 'check', 'info', 'frames']) {
      const { status, out, err } = await peerscope([command, path]);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err).toMatch(/^peerscope: .*bad: [^\n]+\.\n$/);
    }
    const piped = await peerscope(['decode', '-'], Buffer.from(contents));
    expect(piped.status).toBe(2);
    expect(piped.err).toMatch(/^peerscope: standard input: [^\n]+\.\n$/);
  });

  it('no file, or a folder', async () => {
    const none = `${temporary('x')}.none`;
    expect(await peerscope(['info', none])).toEqual({ status: 2, out: '', err: `peerscope: ${none}: There is no such file.\n` });
    expect((await peerscope(['info', dirname(none)])).status).toBe(2);
  });
});

describe('exit status 4', () => {
  const frame = { data: bytes(new Uint8Array(60)) };
  const broken = pcap(true, [frame, frame, { ...frame, captured: 0xffff_ffff }]);
  const whole = readFileSync(capture);

  /** Names an interface that there is not, in the byte order of the section before it. */
  const foreign = enhanced(true, 9, 0n, new Uint8Array(60));

  it.each([
    ['a capture cut short', whole.subarray(0, 2000)],
    ['its compressed data cut short', gzipSync(whole).subarray(0, 2000)],
    ['a record that cannot be read after frames that can', broken],
    ['a frame of an interface that there is not, among others', Buffer.concat([whole, foreign])],
  ])('%s', async (_, contents) => {
    const path = temporary('part', contents);
    for (const command of ['decode', 'check', 'info', 'frames']) {
      const { status, err } = await peerscope([command, path]);
      expect({ command, status }).toEqual({ command, status: 4 });
      expect(err).toMatch(/^peerscope: .*part: [^\n]+\.\n/);
      expect((await peerscope([command, '-'], contents)).status).toBe(4);
    }
  });

  it('gives way to findings', async () => {
    const cut = readFileSync(golden('p2pke_b.pcapng'));
    expect((await peerscope(['check', temporary('cut', cut.subarray(0, cut.length - 1))])).status).toBe(1);
  });

  it('a capture cut short is read up to the cut, and says so', async () => {
    for (const cut of [whole.length - 1, 2000, 1000]) {
      const { status, out, err } = await peerscope(['info', '--json', temporary('cut.pcapng', whole.subarray(0, cut))]);
      expect(status).toBe(4);
      expect(err).toContain('cut short');
      expect(JSON.parse(out)).toMatchObject({ truncated: true, bytes: cut });
    }
  });
});

describe('exit status 70', () => {
  it('is a mistake of the program, which is no finding', async () => {
    const io = {
      ...{ stdin: Readable.from([]), stdout: new PassThrough(), stderr: new PassThrough() },
      version: () => {
        throw new Error('no manifest');
      },
      root: project,
      interrupted: () => new Promise(() => {}),
    };
    expect(await run(['--version'], io)).toBe(70);
    expect(String(io.stderr.read())).toMatch(/^peerscope: A mistake of Peerscope itself: Error: no manifest\npeerscope: +at /);
  });
});

describe('exit status 0', () => {
  it('--help after a command is about that command', async () => {
    const { out, status } = await peerscope(['frames', '--help']);
    expect(status).toBe(0);
    expect(out).toMatch(/^peerscope frames CAPTURE/);
    expect(out).toContain('--json');
    expect(out).not.toContain('--filter');
    for (const option of ['--require-messages', '--format']) expect((await peerscope(['check', '--help'])).out).toContain(option);
  });

  it('--help and --version', async () => {
    const help = await peerscope(['--help']);
    expect({ status: help.status, err: help.err }).toEqual({ status: 0, err: '' });
    expect(help.out).toMatch(/^peerscope decode CAPTURE/);
    expect(await peerscope(['--version'])).toEqual({ status: 0, out: '1.2.3\n', err: '' });
  });
});
