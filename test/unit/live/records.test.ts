/** What a program writes, cut into whole records, and written into files. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RecordCutter } from '../../../extension/live/records.ts';
import { LiveRefusal } from '../../../extension/live/refusal.ts';
import { CaptureFiles, numbered } from '../../../extension/live/ring.ts';
import { pcapOf } from './help.ts';

const payloads = [1, 40, 0, 300, 7].map((length, at) => new Uint8Array(length).fill(at + 1));
const capture = pcapOf(payloads);
const limits = { frameSize: 1000 };

describe('a capture in pieces', () => {
  it.each([1, 3, 16, 24, 100, 10_000])('is cut into the same records, %i bytes at a time', (size) => {
    const cutter = new RecordCutter(limits);
    const heads: Uint8Array[] = [];
    const records: Uint8Array[] = [];
    for (let at = 0; at < capture.length; at += size) {
      const taken = cutter.take(capture.subarray(at, at + size));
      if (taken.head !== undefined) heads.push(taken.head);
      records.push(...taken.records);
    }
    expect(Buffer.concat(heads)).toEqual(capture.subarray(0, 24));
    expect(records.map(({ length }) => length - 16)).toEqual(payloads.map(({ length }) => length));
    expect(Buffer.concat([...heads, ...records])).toEqual(capture);
    expect(cutter.pending).toBe(0);
  });

  it('keeps back a record that has not come whole', () => {
    const cutter = new RecordCutter(limits);
    expect(cutter.take(capture.subarray(0, capture.length - 1)).records).toHaveLength(payloads.length - 1);
    expect(cutter.pending).toBe(16 + 6);
  });

  it('is refused where it is none, or a record is over the limit frameSize', () => {
    expect(() => new RecordCutter(limits).take(Buffer.alloc(24, 7))).toThrow(LiveRefusal);
    expect(() => new RecordCutter({ frameSize: 299 }).take(capture)).toThrow(/limit frameSize of 299 bytes/);
    expect(new RecordCutter({ frameSize: 300 }).take(capture).records).toHaveLength(payloads.length);
  });
});

describe('files of a capture', () => {
  const folder = mkdtempSync(join(tmpdir(), 'peerscope-ring-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const { head, records } = new RecordCutter(limits).take(capture);

  it('one file holds what came, and its owner alone reads it', () => {
    const path = join(folder, 'one.pcap');
    writeFileSync(path, 'another file, longer than nothing', { mode: 0o644 });
    const files = new CaptureFiles(path, undefined);
    files.begin(head!);
    files.write(records.slice(0, 2));
    files.write(records.slice(2));
    files.close();
    expect(readFileSync(path)).toEqual(capture);
    expect(files.paths).toEqual([path]);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('a ring keeps the newest, each with its head and whole records', () => {
    const files = new CaptureFiles(join(folder, 'ring.pcap'), { files: 2, fileBytes: 24 + 80 });
    files.begin(head!);
    files.write(records);
    files.close();
    const names = readdirSync(folder).filter((name) => name.startsWith('ring'));
    expect(names).toEqual(['ring_00003.pcap', 'ring_00004.pcap']);
    expect(files.removed).toBe(2);
    const held = names.map((name) => new RecordCutter(limits).take(readFileSync(join(folder, name))).records);
    // A record that is longer than a file has one for itself.
    expect(held.map((own) => own.map(({ length }) => length - 16))).toEqual([[300], [7]]);
  });

  it('says why one cannot be written', () => {
    const files = new CaptureFiles(join(folder, 'nowhere', 'one.pcap'), undefined);
    expect(() => files.begin(head!)).toThrow(/one\.pcap cannot be written\. There is no such file\./);
  });

  it('numbers the files as dumpcap does', () => {
    expect(numbered('a/live.pcap', 7)).toBe('a/live_00007.pcap');
    expect(numbered('live', 123_456)).toBe('live_123456');
  });
});
