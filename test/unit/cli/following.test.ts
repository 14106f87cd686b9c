/** `decode -` of a capture that comes bit by bit: what has come is printed before the pipe ends. */
import { readFileSync } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { run } from '../../../extension/cli/run.ts';
import { project } from '../../../extension/workbench/paths.ts';
import { golden, keyLog, lines, peerscope, temporary } from './help.ts';

/** The command on a pipe that a test fills. */
function decoding(args: readonly string[]) {
  const stdin = new PassThrough();
  const text = { out: '', err: '' };
  const into = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        text[name] += chunk;
        done();
      },
    });
  const io = {
    stdout: into('out'),
    stderr: into('err'),
    version: () => '',
    root: project,
    interrupted: () => new Promise(() => {}),
  };
  const status = run(['decode', '-', ...args], { stdin, ...io });
  return { stdin, text, status, lines: () => lines(text.out) };
}

/** Where a frame (1-based) ends in a file. */
function endOf(bytes: Uint8Array, frame: number): number {
  let at = 24;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let n = 0; n < frame; n++) at += 16 + view.getUint32(at + 8, true);
  return at;
}

const capture = new Uint8Array(readFileSync(golden('p2ppacket_a.pcap')));
const settled = { timeout: 20_000 };

describe('a capture that comes through a pipe', () => {
  it.each(['--json', '--bytes'])('is printed message by message (%s), and is the same at the end', async (option) => {
    const { text } = { text: await peerscope(['decode', golden('p2ppacket_a.pcap'), option]) };
    const whole = lines(text.out);
    const { stdin, status, lines: printed } = decoding([option]);
    const half = endOf(capture, 20);
    stdin.write(capture.subarray(0, half - 5));
    await vi.waitFor(() => expect(printed().length).toBeGreaterThan(5), settled);
    const before = printed();
    expect(before).toEqual(whole.slice(0, before.length));
    // The rest of a packet that was cut, and no more: the message that it completes.
    stdin.write(capture.subarray(half - 5, half));
    await vi.waitFor(() => expect(printed().length).toBeGreaterThan(before.length), settled);
    stdin.end(capture.subarray(half));
    expect(await status).toBe(0);
    expect(printed()).toEqual(whole);
  });

  it('keeps the numbers of messages under a filter', async () => {
    const filter = ['--filter', 'p2ppacket.message == "data"', '--json'];
    const whole = lines((await peerscope(['decode', golden('p2ppacket_a.pcap'), ...filter])).out);
    const { stdin, status, lines: printed } = decoding(filter);
    stdin.write(capture.subarray(0, endOf(capture, 25)));
    await vi.waitFor(() => expect(printed().length).toBeGreaterThan(0), settled);
    stdin.end(capture.subarray(endOf(capture, 25)));
    await status;
    expect(printed()).toEqual(whole);
  });

  it('prints a message of pcapng again, in JSON, when a later one tells more of it', async () => {
    const bytes = readFileSync(golden('p2pke_a.pcapng'));
    const keys = temporary('following.keys', keyLog);
    const { stdin, status, text, lines: printed } = decoding(['--json', '--keys', keys]);
    stdin.write(bytes.subarray(0, bytes.length - 400));
    await vi.waitFor(() => expect(printed().length).toBeGreaterThan(10), settled);
    expect(printed().every((line) => JSON.parse(line).frames.length > 0)).toBe(true);
    stdin.end(bytes.subarray(bytes.length - 400));
    expect([await status, text.err]).toEqual([0, '']);
    const whole = lines((await peerscope(['decode', golden('p2pke_a.pcapng'), '--json', '--keys', keys])).out);
    const last = new Map(printed().map((line) => [JSON.parse(line).n, line]));
    expect([...last.values()].sort()).toEqual([...whole].sort());
  });

  it('says what is wrong with it, and that it was cut short', async () => {
    const none = decoding([]);
    none.stdin.end('this is no capture, and it is longer than the head of one would be, by far and wide');
    expect(await none.status).toBe(2);
    expect(none.text.err).toContain('standard input: ');
    const cut = decoding(['--json']);
    cut.stdin.write(capture.subarray(0, endOf(capture, 9)));
    await vi.waitFor(() => expect(cut.lines().length).toBeGreaterThan(0), settled);
    cut.stdin.end(capture.subarray(endOf(capture, 9), endOf(capture, 10) - 3));
    expect(await cut.status).toBe(4);
    expect(cut.text.err).toContain('cut short');
  });
});
