/** Exports of the worker, read back: by our own reader, as JSON, as CSV. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CaptureReader, keyLogSecretsType, memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import type { ExportKind, ExportScope, WorkerCalls } from '../../../extension/wire/inspector.ts';
import { Connection } from '../../../extension/wire/rpc.ts';
import { csvLine } from '../../../extension/worker/csvline.ts';
import { goldenKeys } from '../../golden/open.ts';
import { bundled } from '../cli/bundle.ts';
import { golden, keyLog, temporary } from '../cli/help.ts';

type None = Record<never, never>;

let file: string;
let thread: Worker | undefined;

beforeAll(async () => {
  file = await bundled('dist/worker.cjs', `${dirname(temporary('x'))}/export-worker.cjs`);
});
afterEach(() => thread?.terminate());

async function opened(path: string, keys = '') {
  const worker = new Worker(file);
  thread = worker;
  const connection = new Connection<WorkerCalls, None, None, None>((message) => worker.postMessage(message), {}, {});
  worker.on('message', (message) => connection.receive(message));
  await connection.call('keys', { logs: keys === '' ? [] : [{ name: 'k', text: keys }] });
  await connection.call('open', { name: 'a', path });
  while (!(await connection.call('overview', {})).done) await new Promise((resolve) => setTimeout(resolve, 5));
  return connection;
}

async function exported(connection: Awaited<ReturnType<typeof opened>>, kind: ExportKind, scope: Partial<ExportScope> = {}) {
  const { id } = await connection.call('export', { kind, scope: { show: 'all', columns: [], comments: [], ...scope } });
  const parts: Uint8Array[] = [];
  let before = 0;
  for (;;) {
    const { bytes, progress, done } = await connection.call('exported', { id });
    expect(progress).toBeGreaterThanOrEqual(before);
    before = progress;
    parts.push(bytes);
    if (done) break;
  }
  await expect(connection.call('exported', { id })).rejects.toThrow('has ended');
  return Buffer.concat(parts);
}

function read(bytes: Uint8Array): CaptureReader {
  const capture = openCapture(memoryFile(bytes));
  if (!('reader' in capture)) throw new Error(capture.problem.text);
  capture.reader.step(Number.MAX_SAFE_INTEGER);
  expect(capture.reader.problems).toEqual([]);
  expect(capture.reader.tail).toBeUndefined();
  return capture.reader;
}

const path = golden('p2pke_a.pcapng');
const original = read(readFileSync(path));

describe('an export', () => {
  it('of decrypted messages holds those that keys open, one each, and says so', async () => {
    const opens = await exported(await opened(path, keyLog), 'pcapng-decrypted');
    const capture = read(opens);
    expect(capture.frames.linkType(0)).toBe(252);
    expect(capture.frames.length).toBeGreaterThan(3);
    expect(opens.includes('what travelled encrypted is in clear here')).toBe(true);
    expect(capture.secrets).toEqual([]);
    thread?.terminate();
    const closed = await exported(await opened(path), 'pcapng-decrypted');
    expect(read(closed).frames.length).toBe(0);
  });

  it('of frames is a capture with the same frames, times and comments, and no key', async () => {
    const connection = await opened(path, keyLog);
    const bytes = await exported(connection, 'pcapng', { comments: [[3, 'look here']] });
    const copy = read(bytes);
    expect(copy.frames.length).toBe(original.frames.length);
    for (let index = 0; index < copy.frames.length; index++) {
      expect(Buffer.from(copy.frameBytes(index))).toEqual(Buffer.from(original.frameBytes(index)));
      expect(copy.frames.seconds(index)).toBe(original.frames.seconds(index));
      expect(copy.frames.nanos(index)).toBe(original.frames.nanos(index));
      expect(copy.frames.linkType(index)).toBe(original.frames.linkType(index));
    }
    expect(copy.comments(2)).toEqual([...original.comments(2), 'look here']);
    expect(copy.secrets).toEqual([]);
    for (const secret of keyLog.match(/[0-9a-f]{64}/g)!.slice(-6)) expect(bytes.includes(secret)).toBe(false);
  });

  it('holds the keys only where they were asked for, and then opens by itself', async () => {
    const connection = await opened(path, keyLog);
    const bytes = await exported(connection, 'pcapng-with-secrets');
    const own = read(bytes).secrets.filter(({ type }) => type === keyLogSecretsType);
    expect(own.map((block) => new TextDecoder().decode(block.bytes)).join('')).toContain(keyLog.trim());
    await thread?.terminate();
    const again = await opened(temporary('with.pcapng', bytes));
    expect((await again.call('overview', {})).encrypted).toBe(0);
    await thread?.terminate();
    const without = await opened(path);
    expect((await without.call('overview', {})).encrypted).toBeGreaterThan(0);
  });

  it('of a filtered list holds its frames, and those that its messages are made of', async () => {
    const connection = await opened(golden('p2p_a.pcapng'), goldenKeys('p2p_a'));
    const filter = 'p2p.message == "TUNNEL_DATA"';
    const { rows } = await connection.call('rows', { start: 0, count: 1000, show: 'messages', filter: 'p2p' });
    expect(rows.length).toBeGreaterThan(0);
    const lines = (await exported(connection, 'json', { show: 'messages', filter })).toString().trim().split('\n');
    const frames = new Set(lines.flatMap((line) => JSON.parse(line).frames as number[]));
    expect(lines.every((line) => JSON.parse(line).message === 'TUNNEL_DATA')).toBe(true);
    const copy = read(await exported(connection, 'pcapng', { show: 'messages', filter }));
    expect(copy.frames.length).toBe(frames.size);
  });

  it('of one row holds that row', async () => {
    const connection = await opened(path, keyLog);
    expect(read(await exported(connection, 'pcapng', { row: 4 })).frames.length).toBe(1);
    const [line] = (await exported(connection, 'json', { row: 4 })).toString().trim().split('\n');
    expect(JSON.parse(line!)).toMatchObject({ n: 4, message: 'data' });
  });

  it('as CSV has a line a row, and the columns of the list', async () => {
    const connection = await opened(path, keyLog);
    const lines = (await exported(connection, 'csv', { columns: ['p2pke.counter'] })).toString().split('\r\n');
    expect(lines[0]).toBe('frame,time,source,destination,protocol,message,state,p2pke.counter,info');
    expect(lines).toHaveLength(35);
    expect(lines[4]).toMatch(/^4,\d+\.\d{9},127\.0\.0\.1:7000,127\.0\.0\.1:7001,p2pke,data,decoded,16,"?counter 16/);
  });

  it.each([
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['\t=1', `"'\t'=1"`],
    ['\r1', `"'\r1"`],
    ['\n1', `"'\n1"`],
    ['＝1', "'＝1"],
    ['＋1', "'＋1"],
    ['－1', "'－1"],
    ['＠a', "'＠a"],
    [' =1', "' =1"],
    ['\u200b=1', "'\u200b=1"],
    ['a;=1', `"a;'=1"`],
    ['a, @b', `"a, '@b"`],
    ['a "-1"', `"a ""'-1"""`],
    ['a\n=1', `"a\n'=1"`],
    ['a|+1', `"a|'+1"`],
    ['a-b=c@d+e', 'a-b=c@d+e'],
    ['', ''],
    ['+1', "'+1"],
    ['-1.5', '-1.5'],
    ['-cmd', "'-cmd"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['a, b', '"a, b"'],
    ['two\nlines', '"two\nlines"'],
  ])('writes the cell %j so that no spreadsheet takes it for a formula', (value, cell) => {
    expect(csvLine([value])).toBe(`${cell}\r\n`);
  });

  it('ends with an error when the capture changes under it', async () => {
    const connection = await opened(path);
    const { id } = await connection.call('export', { kind: 'csv', scope: { show: 'all', columns: [], comments: [] } });
    await connection.call('keys', { logs: [{ name: 'k', text: keyLog }] });
    await expect(connection.call('exported', { id })).rejects.toThrow('changed while it was written');
  });
});

describe('a conversation is followed', () => {
  it('with what the keys open, a direction or both', async () => {
    const connection = await opened(path, keyLog);
    const both = await connection.call('follow', { n: 5, as: 'hex' });
    const one = await connection.call('follow', { n: 5, as: 'hex', direction: 1 });
    const heads = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('──'));
    expect(heads(both.text)).toHaveLength(33);
    expect(heads(one.text).every((line) => line.includes('127.0.0.1:7001 → 127.0.0.1:7000'))).toBe(true);
    expect(heads(both.text)[5]).toContain('decrypted');
    const { bytes, name } = await connection.call('payload', { n: 5 });
    expect(name).toBe('data');
    const hex = Array.from(bytes.subarray(0, 6), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    expect(both.text).toContain(`00000000  ${hex}`);
    await thread?.terminate();
    const without = await opened(path);
    expect(heads((await without.call('follow', { n: 5, as: 'text' })).text)[5]).toContain('encrypted');
    expect(Buffer.from((await without.call('payload', { n: 5 })).bytes)).not.toEqual(Buffer.from(bytes));
  });
});
