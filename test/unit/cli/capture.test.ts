/** `peerscope capture` on the loopback interface: what comes is printed while it runs, and what is written is read as one capture. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../../extension/cli/run.ts';
import { project } from '../../../extension/workbench/paths.ts';
import { Listener, loopback, whyNot } from '../live/help.ts';
import { jsonLines, peerscope } from './help.ts';

const settled = { timeout: 20_000 };
const why = whyNot('tcpdump') === '' ? '' : whyNot('dumpcap');
/** A protocol of one's own. */
const heartbeat = ['--protocol', join(project, 'media', 'samples', 'heartbeat.js')];
/** `HB`, a beat in clear, its number, a note. */
const beat = (sequence: number): string => `HB\x01\0\0\0${String.fromCharCode(sequence)}note ${sequence}`;
/** As the sample seals: with its key, over and over. */
const sealed = (note: string): Uint8Array => Buffer.from(note).map((byte, at) => byte ^ [0xc0, 0xff, 0xee][at % 3]!);

/** The command, until `interrupt` is called. */
function capturing(args: readonly string[]) {
  const text = { out: '', err: '' };
  const into = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        text[name] += chunk;
        done();
      },
    });
  let interrupt: (value?: unknown) => void = () => {};
  const interrupted = new Promise<unknown>((resolve) => {
    interrupt = resolve;
  });
  const io = { stdin: new PassThrough(), version: () => '', root: project, interrupted: () => interrupted };
  const status = run(['capture', ...args], { ...io, stdout: into('out'), stderr: into('err') });
  return { text, status, interrupt };
}

describe.skipIf(why !== '')(`capture${why}`, () => {
  let listener: Listener;
  let folder: string;
  beforeAll(async () => {
    listener = await Listener.open();
    folder = mkdtempSync(join(tmpdir(), 'peerscope-capture-'));
  });
  afterAll(() => {
    listener.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const decodeAs = () => ['--decode-as', `udp.port == ${listener.port} -> heartbeat`, ...heartbeat];
  const own = () => ['-i', loopback, '--filter', `udp port ${listener.port}`, ...decodeAs()];

  it('prints messages while it runs, and what it has written is the same capture', async () => {
    const path = join(folder, 'session.pcap');
    const { text, status, interrupt } = capturing([...own(), '--json', '-o', path]);
    await vi.waitFor(() => expect(text.err).toContain('Capturing on'), settled);
    await listener.send(beat(1));
    await vi.waitFor(() => expect(jsonLines(text.out)).toHaveLength(1), settled);
    await listener.send(beat(2), beat(3));
    await vi.waitFor(() => expect(jsonLines(text.out)).toHaveLength(3), settled);
    interrupt();
    expect(await status).toBe(0);
    expect(text.err).toContain(`3 packets captured on ${loopback}. Written to ${path}.`);
    const read = await peerscope(['decode', path, '--json', ...decodeAs()]);
    const last = new Map(jsonLines(text.out).map((line) => [line.n, line]));
    expect([...last.values()]).toEqual(jsonLines(read.out));
    expect(jsonLines(read.out).map((line) => line.protocol)).toEqual(['heartbeat', 'heartbeat', 'heartbeat']);
  });

  it('writes a ring of files, which are read as one capture', async () => {
    const path = join(folder, 'ring.pcap');
    const { text, status } = capturing([...own(), '-o', path, '--ring', '2', '--file-size', '200', '--packets', '7']);
    await vi.waitFor(() => expect(text.err).toContain('Capturing on'), settled);
    await listener.send(...[1, 2, 3, 4, 5, 6, 7].map(beat));
    expect(await status).toBe(0);
    const names = readdirSync(folder).filter((name) => name.startsWith('ring_'));
    expect(names).toHaveLength(2);
    expect(text.err).toMatch(/Written to 2 files, from .*ring_\d+\.pcap to .*ring_\d+\.pcap\. \d+ older files? of the ring/);
    const read = await peerscope(['decode', ...names.map((name) => join(folder, name)), '--json', ...decodeAs()]);
    const kept = jsonLines(read.out).length;
    expect(kept).toBeGreaterThan(2);
    expect(kept).toBeLessThan(7);
    // The newest, without a gap.
    const [whole, tail] = [text.out, jsonLines(read.out)].map((each) => JSON.stringify(each));
    expect(tail).toContain(Buffer.from('note 7').toString('latin1'));
    expect(whole).toContain('note 1');
    expect(tail).not.toContain('note 1');
  });

  it.each([
    ['the key of the session', 'c0ffee', 'OK note'],
    ['another key', 'c0ffe0', undefined],
  ])('decrypts with %s, which is written while it runs, or does not', async (_, key, note) => {
    const log = join(folder, note === undefined ? 'other.keys' : 'right.keys');
    const { text, status, interrupt } = capturing([...own(), '--json', '--keys', log]);
    await vi.waitFor(() => expect(text.err).toContain('Capturing on'), settled);
    expect(text.err).toContain(`The key log ${log} is read once it can be.`);
    await listener.send(Buffer.concat([Buffer.from('HB\x02\0\0\0\x01', 'latin1'), sealed('OK note')]));
    await vi.waitFor(() => expect(jsonLines(text.out).map(({ state }) => state)).toEqual(['encrypted']), settled);
    writeFileSync(log, `HEARTBEAT_KEY ${key}\n`);
    if (note === undefined) {
      await listener.send(beat(2));
      await vi.waitFor(() => expect(jsonLines(text.out).length).toBeGreaterThan(1), settled);
    } else await vi.waitFor(() => expect(jsonLines(text.out).at(-1).state).toBe('decoded'), settled);
    interrupt();
    expect(await status).toBe(0);
    expect(text.out.includes('OK note')).toBe(note !== undefined);
    expect(text.out + text.err).not.toContain(key);
  });

  it('prints what matches the display filter, and writes all', async () => {
    const path = join(folder, 'filtered.pcap');
    const { text, status } = capturing([
      ...own(),
      ...['--json', '-o', path, '--packets', '2', '--display-filter', 'heartbeat.sequence == 2'],
    ]);
    await vi.waitFor(() => expect(text.err).toContain('Capturing on'), settled);
    await listener.send(beat(1), beat(2));
    expect(await status).toBe(0);
    expect(new Set(jsonLines(text.out).map((line) => line.n))).toEqual(new Set([1]));
    expect(jsonLines((await peerscope(['frames', path, '--json'])).out)).toHaveLength(2);
  });

  it('stops at the limit liveBytes, and says so', async () => {
    const { text, status } = capturing([...own(), '--limit', 'liveBytes=150']);
    await vi.waitFor(() => expect(text.err).toContain('Capturing on'), settled);
    await listener.send(beat(1), beat(2), beat(3));
    expect(await status).toBe(0);
    expect(text.err).toContain('The limit liveBytes of 150 bytes is reached.');
  });

  it('writes nothing for a capture filter that is none', async () => {
    const path = join(folder, 'none.pcap');
    const { status, err } = await peerscope(['capture', '-i', loopback, '--filter', 'udp prt 7000', '-o', path]);
    expect([status, err]).toEqual([3, 'peerscope: The capture filter cannot be used: syntax error.\n']);
    expect(readdirSync(folder)).not.toContain('none.pcap');
  });

  it('says that its file cannot be written before it captures', async () => {
    const path = join(folder, 'nowhere', 'one.pcap');
    const { status, err, out } = await peerscope(['capture', ...own(), '-o', path]);
    expect([status, out]).toEqual([3, '']);
    expect(err).toContain(`${path} cannot be written. There is no such file.`);
  });

  it('lists the interfaces', async () => {
    const { status, out } = await peerscope(['capture', '--list']);
    expect([status, out]).toEqual([0, expect.stringMatching(new RegExp(`^${loopback} .*127\\.0\\.0\\.1`, 'm'))]);
  });
});

describe('the call of capture', () => {
  it.each([
    [[], 'needs --interface'],
    [['-i', 'lo', 'x'], '"x" is one word too many'],
    [['-i', 'lo', '--ring', '3'], '--ring needs --output'],
    [['-i', 'lo', '--file-size', '3'], 'of the files of a --ring'],
    [['-i', 'lo', '--packets', '0'], '--packets takes a number above 0'],
    [['--interface=-w/x'], 'no name of an interface'],
    [['-i', 'lo', '--ssh=-oProxyCommand=x'], 'is no host'],
    [['-i', 'lo', '--display-filter', 'x ==='], 'The filter cannot be used'],
    [['-i', 'lo', '--watch'], 'takes no --watch'],
  ])('%j is refused', async (args, sentence) => {
    const { status, err } = await peerscope(['capture', ...args]);
    expect([status, err]).toEqual([3, expect.stringContaining(sentence)]);
  });

  it('has a help', async () => {
    const { status, out } = await peerscope(['capture', '--help']);
    expect([status, out]).toEqual([0, expect.stringContaining('--interface INTERFACE')]);
  });
});
