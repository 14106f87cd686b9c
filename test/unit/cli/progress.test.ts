/** What a person at a terminal sees of long work, and what is left of work that is broken off. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { Progress } from '../../../extension/cli/progress.ts';
import { run } from '../../../extension/cli/run.ts';
import { project } from '../../../extension/workbench/paths.ts';
import { golden, temporary } from './help.ts';

function stream(isTTY: boolean, columns = 80): Writable & { written: string; isTTY: boolean; columns: number } {
  const sink = Object.assign(new Writable(), { written: '', isTTY, columns });
  sink._write = (chunk, _encoding, done) => {
    sink.written += chunk;
    done();
  };
  return sink;
}

describe('progress', () => {
  let clock = 0;
  const made = (stderr = stream(true), stdout = stream(false)) => {
    clock = 0;
    return { stderr, progress: new Progress({ stderr, stdout }, () => clock) };
  };

  it('is one line with rate and time left, drawn anew, and gone at the end', () => {
    const { stderr, progress } = made();
    progress.begin('Reading', 'frames');
    clock = 2000;
    progress.at(0.25, 1_000_000);
    clock = 4000;
    progress.at(0.5, 2_000_000);
    expect(stderr.written.split('\r\u001b[K').slice(1)).toEqual([
      'Reading: 25 %, 1,000,000 frames, 500,000 a second, 6 s left',
      'Reading: 50 %, 2,000,000 frames, 500,000 a second, 4 s left',
    ]);
    progress.end();
    expect(stderr.written.endsWith('\r\u001b[K')).toBe(true);
  });

  it('tells nothing of what is over within a second, nor more than ten times a second', () => {
    const { stderr, progress } = made();
    progress.begin('Reading', 'frames');
    for (clock = 0; clock < 1000; clock += 10) progress.at(clock / 2000, clock);
    progress.end();
    expect(stderr.written).toBe('');
    progress.begin('Reading', 'frames');
    for (; clock < 2000; clock += 10) progress.at(clock / 2000, clock);
    expect(stderr.written.split('\u001b[K')).toHaveLength(1 + 10);
  });

  it('fits the terminal, and says minutes', () => {
    const { stderr, progress } = made(stream(true, 40));
    progress.begin('Reading', 'frames');
    clock = 60_000;
    progress.at(0.4, 600);
    expect(stderr.written).toBe('\r\u001b[KReading: 40 %, 600 frames, 10 a second,');
    const wide = made();
    wide.progress.begin('Reading', 'frames');
    clock = 60_000;
    wide.progress.at(0.4, 600);
    expect(wide.stderr.written).toContain('1 min 30 s left');
  });

  it.each([
    ['standard error is a pipe', stream(false), stream(false), false],
    ['the lines of the result come to the terminal', stream(true), stream(true), true],
  ])('is silent where %s', (_, stderr, stdout, prints) => {
    const { progress } = made(stderr, stdout);
    progress.begin('Writing', 'messages', prints);
    clock = 5000;
    progress.at(0.5, 10);
    progress.end();
    expect(stderr.written).toBe('');
  });
});

describe('a command at a terminal', () => {
  /** What a person sees of it where the clock runs on by a second whenever somebody looks. */
  async function seen(args: readonly string[], isPrinted: boolean): Promise<{ err: string; status: number }> {
    let clock = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += 1000));
    try {
      const stderr = stream(true);
      const io = { stdin: Readable.from([]), stdout: stream(isPrinted), stderr, version: () => '', root: project };
      const status = await run(args, { ...io, interrupted: () => new Promise(() => {}) });
      return { err: stderr.written, status };
    } finally {
      vi.restoreAllMocks();
    }
  }

  it('says how far it is with reading and with writing, and leaves no line behind', async () => {
    const { err } = await seen(['decode', golden('p2pke_a.pcapng')], false);
    expect(err).toMatch(/Reading: \d+ %, \d+ frames/);
    expect(err).toMatch(/Writing: 0 %, 0 messages/);
    expect(err).not.toContain('NaN');
    expect(err.endsWith('\r\u001b[K')).toBe(true);
  });

  it('draws nothing between the findings that it prints there', async () => {
    const { err } = await seen(['check', golden('p2pke_b.pcapng')], true);
    expect(err).toContain('Reading');
    expect(err).not.toMatch(/messages|Writing/);
  });

  it('says how far it is with unpacking', async () => {
    const packed = temporary('packed.pcapng.gz', gzipSync(readFileSync(golden('p2pke_a.pcapng'))));
    expect((await seen(['info', packed], false)).err).toMatch(/Unpacking: 100 %, 0 bytes/);
  });
});

describe('tables that are interrupted', () => {
  it.each([1, 2])('leave nothing, of %i capture', async (count) => {
    const place = `${dirname(temporary('a'))}/out${count}`;
    const captures = Array.from({ length: count }, () => golden('p2pke_a.pcapng'));
    const stderr = stream(false);
    const status = await run(['decode', ...captures, '--parquet', place], {
      ...{ stdin: Readable.from([]), stdout: stream(false), stderr, version: () => '', root: project },
      interrupted: () => Promise.resolve(),
    });
    expect(stderr.written).toContain('It was interrupted: no table is written.');
    expect(status).not.toBe(0);
    expect(existsSync(place)).toBe(false);
    expect(readdirSync(dirname(place)).filter((name) => name.startsWith(`.out${count}`))).toEqual([]);
  });
});
