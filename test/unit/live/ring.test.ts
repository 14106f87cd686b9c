/** A ring of files: as a person writes it, what is told of it, and all of it as one capture. */
import { mkdtempSync, readFileSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { CaptureFiles } from '../../../extension/live/ring.ts';
import { parseRing, ringText } from '../../../extension/live/ringtext.ts';
import { pcapOf } from './help.ts';

const folder = mkdtempSync(join(tmpdir(), 'peerscope-ring-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const payloads = Array.from({ length: 7 }, (_, n) => new Uint8Array(100).fill(n));
const pcap = pcapOf(payloads);
const head = pcap.subarray(0, 24);
const record = (pcap.length - head.length) / payloads.length;
const records = payloads.map((_, n) => pcap.subarray(head.length + n * record, head.length + (n + 1) * record));

/** Two records a file, of which three are kept. */
function ring(name: string) {
  const moved: string[] = [];
  const files = new CaptureFiles(
    join(folder, `${name}.pcap`),
    { files: 3, fileBytes: head.length + 2 * record },
    (path) => void moved.push(path),
  );
  files.begin(head);
  for (const each of records) files.write([each]);
  return { files, moved };
}

/** The last byte of each packet. */
function packetsIn(path: string): number[] {
  const opened = openCapture(memoryFile(readFileSync(path)));
  if ('problem' in opened) throw new Error(opened.problem.text);
  const { reader } = opened;
  while (reader.step(1 << 20));
  const { frames } = reader;
  return Array.from({ length: frames.length }, (_, at) => reader.frameBytes(at).at(-1)!);
}

describe('a ring of files', () => {
  it('is written as how many files of how many megabytes', () => {
    expect(parseRing('10 x 100 MB')).toEqual({ files: 10, fileBytes: 100_000_000 });
    for (const same of ['10×100', ' 10 X 100mb ', '10 * 100 MB', '10 files of 100 MB'])
      expect(parseRing(same)).toEqual(parseRing('10 x 100 MB'));
    expect(ringText({ files: 10, fileBytes: 100_000_000 })).toBe('10 files of 100 MB');
    expect(parseRing(ringText({ files: 1, fileBytes: 5_000_000 }))).toEqual({ files: 1, fileBytes: 5_000_000 });
  });

  it.each(['', '10', 'x 100', '10 x MB', '10 x 100 GB', '-1 x 5'])('is not written as "%s"', (text) => {
    expect(parseRing(text)).toBe('A ring is written as 10 x 100 MB: how many files, and how large each is.');
  });

  it.each(['0 x 5', '200000 x 5', '5 x 0', '5 x 2000000'])('is refused beyond its bounds: %s', (text) => {
    expect(typeof parseRing(text)).toBe('string');
  });

  it('tells each file that it goes on in, and joins those that are there', async () => {
    const { files, moved } = ring('told');
    expect(moved.map((path) => path.slice(-10))).toEqual(['00002.pcap', '00003.pcap', '00004.pcap']);
    expect(files.removed).toBe(1);
    const whole = join(folder, 'whole.pcap');
    await files.join(whole);
    expect(packetsIn(whole)).toEqual([2, 3, 4, 5, 6]);
    expect(statSync(whole).mode & 0o077).toBe(process.platform === 'win32' ? statSync(whole).mode & 0o077 : 0);
    files.close();
  });

  it('joins what is left where a file has gone', async () => {
    const { files } = ring('gone');
    unlinkSync(files.paths[0]!);
    const whole = join(folder, 'left.pcap');
    await files.join(whole);
    expect(packetsIn(whole)).toEqual([4, 5, 6]);
    files.close();
  });

  it('of one file is that file', async () => {
    const moved: string[] = [];
    const path = join(folder, 'one.pcap');
    const files = new CaptureFiles(path, undefined, (each) => void moved.push(each));
    files.begin(head);
    files.write(records);
    files.close();
    expect([moved, files.paths]).toEqual([[], [path]]);
    await files.join(join(folder, 'copy.pcap'));
    expect(readFileSync(join(folder, 'copy.pcap'))).toEqual(readFileSync(path));
  });
});
