/** The dissection worker in a thread of its own, spoken to as the extension host does. */

import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  decryptionSecrets,
  enhancedPacket,
  interfaceDescription,
  keyLogSecretsType,
  sectionHeader,
} from '../../../dissector/capture/index.ts';
import type { Overview, WorkerCalls, WorkerEvents } from '../../../extension/wire/inspector.ts';
import { Connection } from '../../../extension/wire/rpc.ts';
import type { KeysQuestions } from '../../../extension/worker/answers/keys.ts';
import type { StepsQuestions } from '../../../extension/worker/answers/steps.ts';
import { asking } from '../../../media/inspector/page/asking.ts';
import { bytes, pcap } from '../capture/build.ts';
import { bundled } from '../cli/bundle.ts';
import { golden, keyLog, temporary } from '../cli/help.ts';

type None = Record<never, never>;

let file: string;
let thread: Worker | undefined;
let told: Overview[] = [];

beforeAll(async () => {
  file = await bundled('dist/worker.cjs', `${dirname(temporary('x'))}/worker.cjs`);
});
afterEach(() => thread?.terminate());

function launch() {
  told = [];
  const worker = new Worker(file);
  thread = worker;
  const connection = new Connection<WorkerCalls, None, None, WorkerEvents>(
    (message) => worker.postMessage(message),
    {},
    {
      overview: (overview: unknown) => void told.push(overview as Overview),
      hooks: () => {},
    },
  );
  worker.on('message', (message) => connection.receive(message));
  worker.on('error', (error) => connection.close(error.message));
  return connection;
}

async function finished(connection: ReturnType<typeof launch>): Promise<Overview> {
  for (;;) {
    const overview = await connection.call('overview', {});
    if (overview.done) return overview;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const path = golden('p2pke_a.pcapng');
const udp = bytes(
  '001b21000002 001b21000001 0800',
  '45000020 00010000 40110000 0a000001 0a000002',
  '1388 1389 000c 0000',
  '01020304',
);

describe('the worker', () => {
  it('opens a capture and lists its messages', async () => {
    const connection = launch();
    await connection.call('open', { name: 'a.pcapng', path });
    expect(await finished(connection)).toMatchObject({
      ...{
        name: 'a.pcapng',
        format: 'pcapng',
        frames: 33,
        bytes: 13892,
        read: 13892,
        rows: 33,
        messages: 33,
        encrypted: 32,
        keys: 0,
      },
      ...{ done: true, notices: [] },
    });
    expect(told.at(-1)).toMatchObject({ done: true, rows: 33 });
    const { rows, total } = await connection.call('rows', { start: 1, count: 2, show: 'all' });
    expect(total).toBe(33);
    expect(rows[0]).toMatchObject({
      ...{
        row: 1,
        frame: 2,
        n: 1,
        seconds: 1795251826,
        nanos: 751544848,
        source: '127.0.0.1:7001',
        destination: '127.0.0.1:7000',
      },
      ...{ protocol: 'p2pke', message: 'RespHello', state: 'encrypted', encrypted: true },
    });
    expect(await connection.call('locate', { frame: 20, show: 'messages' })).toEqual({ row: 19 });
    expect((await connection.call('rows', { start: 30, count: 100, show: 'messages' })).rows).toHaveLength(3);
  });

  it('answers the same for bytes as for a path', async () => {
    const connection = launch();
    await connection.call('open', { name: 'a.pcapng', bytes: Uint8Array.from(readFileSync(path)) });
    expect(await finished(connection)).toMatchObject({ messages: 33, encrypted: 32 });
  });

  it('opens messages when keys come, before or after the capture, and closes them when they go', async () => {
    const connection = launch();
    const good = [{ name: 'good.keys', text: `${keyLog}what is this\n` }];
    expect(await connection.call('keys', { logs: good })).toMatchObject({
      added: 2,
      problems: [expect.stringMatching(/^good\.keys:3: /)],
    });
    await connection.call('open', { name: 'a.pcapng', path });
    const { generation } = await finished(connection);
    expect(told.at(-1)).toMatchObject({ encrypted: 0, keys: 2 });
    expect(await connection.call('keys', { logs: good })).toMatchObject({ added: 0 });
    expect((await finished(connection)).generation).toBe(generation);
    await connection.call('keys', { logs: [] });
    const closed = await finished(connection);
    expect(closed).toMatchObject({ encrypted: 32, keys: 0 });
    expect(closed.generation).toBeGreaterThan(generation);
    expect(told.at(-1)).toEqual(closed);
    expect(await connection.call('keys', { logs: good })).toMatchObject({ added: 2 });
    expect(await finished(connection)).toMatchObject({ encrypted: 0 });
  });

  it('shows a tree whose ranges lie in its sources', async () => {
    const connection = launch();
    await connection.call('keys', { logs: [{ name: 'k', text: keyLog }] });
    await connection.call('open', { name: 'a.pcapng', path });
    await finished(connection);
    const tree = await connection.call('tree', { row: 3, show: 'all' });
    expect(tree.layers[0]).toMatchObject({ name: 'frame', generated: true, source: 0, start: 0 });
    expect(tree.sources[0]).toMatchObject({ id: 0, name: 'Frame', origin: 'Frame 4' });
    expect(tree.sources.some(({ origin }) => origin.startsWith('derived from Frame, bytes '))).toBe(true);
    const check = (fields: typeof tree.layers): void => {
      for (const { source, start, end, children = [] } of fields) {
        expect(start).toBeLessThanOrEqual(end);
        expect(end).toBeLessThanOrEqual(tree.sources[source]!.bytes.length);
        check(children);
      }
    };
    check(tree.layers);
    expect(tree.missing).toEqual([]);
  });

  it('says which key is missing', async () => {
    const connection = launch();
    await connection.call('open', { name: 'a.pcapng', path });
    await finished(connection);
    const tree = await connection.call('tree', { row: 3, show: 'all' });
    expect(tree.missing.join()).toContain('P2PKE_');
  });

  it.each([
    ['soon', 0],
    ['megabytes', 5 << 20],
  ])('opens with the secrets that stand %s after the packets, and keeps them when key logs change', async (_, distance) => {
    const connection = launch();
    const between = enhancedPacket({ bytes: new Uint8Array(distance), seconds: 1795251830, nanos: 0 });
    const secrets = decryptionSecrets(keyLogSecretsType, new TextEncoder().encode(`${keyLog}nonsense\n`));
    await connection.call('open', { name: 'own', bytes: new Uint8Array(Buffer.concat([readFileSync(path), between, secrets])) });
    const opened = await finished(connection);
    expect(opened).toMatchObject({ messages: 33, encrypted: 0, keys: 2 });
    expect(opened.notices).toEqual([expect.stringMatching(/^capture secrets block 1:3: /)]);
    await connection.call('keys', { logs: [] });
    expect(await finished(connection)).toMatchObject({ encrypted: 0, keys: 2 });
  });

  it('lists frames that carry no message by what their headers say', async () => {
    const connection = launch();
    const packet = (data: Uint8Array) => enhancedPacket({ bytes: data, seconds: 5, nanos: 6, comment: 'a comment' });
    const capture = [
      sectionHeader(),
      interfaceDescription({ linkType: 1, name: 'eth9' }),
      packet(udp),
      packet(udp.subarray(0, 20)),
    ];
    await connection.call('open', { name: 'bare', bytes: new Uint8Array(Buffer.concat(capture)) });
    expect(await finished(connection)).toMatchObject({ rows: 2, messages: 0 });
    const { rows } = await connection.call('rows', { start: 0, count: 10, show: 'all' });
    expect(rows[0]).toMatchObject({
      ...{
        row: 0,
        frame: 1,
        source: '10.0.0.1:5000',
        destination: '10.0.0.2:5001',
        protocol: 'UDP',
        info: '5000 → 5001, 4 bytes',
      },
      ...{ message: '', state: 'none', encrypted: false },
    });
    expect(rows[0]).not.toHaveProperty('n');
    expect(rows[1]!.info).toContain('end inside a header');
    const tree = await connection.call('tree', { row: 0, show: 'all' });
    expect(tree.layers[0]!.children?.map(({ name, text }) => [name, text])).toContainEqual(['comment', 'a comment']);
    const ip = tree.layers.find(({ name }) => name === 'ipv4' || name === 'ip')!;
    expect(ip.children?.find(({ name }) => name === 'src')).toMatchObject({ text: '10.0.0.1', type: 'address' });
    await expect(connection.call('tree', { row: 2, show: 'all' })).rejects.toThrow();
  });

  it('says in a sentence why a file is no capture', async () => {
    for (const [params, failure] of [
      [{ name: 'x', path: `${temporary('x')}.none` }, 'There is no such file.'],
      [{ name: 'x', bytes: new Uint8Array(0) }, 'A capture file needs 24 bytes, 0 are left.'],
      [{ name: 'x', path: temporary('text', 'This is text.') }, expect.stringContaining('neither a pcap nor a pcapng')],
    ] as const) {
      expect(await launch().call('open', params)).toMatchObject({ failure, done: true });
      await thread?.terminate();
    }
  });

  it('answers while the pass over a large capture runs', async () => {
    const connection = launch();
    const count = 300_000;
    const capture = pcap(
      true,
      Array.from({ length: count }, (_, index) => ({ seconds: index, data: udp })),
    );
    const opened = await connection.call('open', { name: 'large', path: temporary('large.pcap', capture) });
    const { rows } = await connection.call('rows', { start: 0, count: 50, show: 'all' });
    expect(rows).toHaveLength(50);
    expect(opened.done).toBe(false);
    expect(await finished(connection)).toMatchObject({ frames: count, rows: count });
    expect(told.filter(({ done }) => done)).toHaveLength(1);
  });

  it('gives the columns that are asked for, and the time since the row before', async () => {
    const connection = launch();
    await connection.call('keys', { logs: [{ name: 'k', text: keyLog }] });
    await connection.call('open', { name: 'a.pcapng', path });
    await finished(connection);
    const columns = ['p2pke.counter', 'ip.src', 'p2pke.InitHello', 'frame.len', 'no.such.field'];
    const { rows } = await connection.call('rows', { start: 0, count: 5, show: 'all', columns });
    expect(rows.map(({ cells }) => cells)).toMatchObject([
      ['0', '127.0.0.1', '✓', expect.stringMatching(/^\d+$/), ''],
      ['1', '127.0.0.1', '', expect.stringMatching(/^\d+$/), ''],
      ...[2, 16, 16].map((counter) => [String(counter), '127.0.0.1', '', expect.stringMatching(/^\d+$/), '']),
    ]);
    expect(rows[0]!.gap).toBeUndefined();
    const nanos = ({ seconds, nanos }: { seconds: number; nanos: number }): bigint =>
      BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
    for (const at of [1, 2, 3, 4]) expect(rows[at]!.gap).toBe(Number(nanos(rows[at]!) - nanos(rows[at - 1]!)));
    const { rows: some } = await connection.call('rows', { start: 1, count: 1, show: 'all', filter: 'p2pke.counter == 17' });
    expect(some[0]!.gap).toBeGreaterThan(rows[4]!.gap!);
  });

  it('finds text, bytes, fields and what a filter matches, forwards and backwards', async () => {
    const connection = launch();
    await connection.call('keys', { logs: [{ name: 'k', text: keyLog }] });
    await connection.call('open', { name: 'a.pcapng', path });
    await finished(connection);
    type Find = WorkerCalls['find']['params'];
    const frame = async (kind: Find['kind'], text: string, from = 0, forward = true): Promise<number | undefined> => {
      for (let next = from; ; ) {
        const found = await connection.call('find', { show: 'all', from: next, forward, kind, text });
        if (found.problem !== undefined) throw new Error(found.problem);
        if (found.frame !== undefined) return found.frame;
        if (found.next < 0 || found.next >= found.total) return undefined;
        next = found.next;
      }
    };
    expect(await frame('list', 'RESPHELLO')).toBe(2);
    expect(await frame('list', 'counter 17')).toBeGreaterThan(4);
    expect(await frame('filter', 'p2pke.counter == 17', 32, false)).toBeGreaterThan(
      (await frame('filter', 'p2pke.counter == 17'))!,
    );
    expect(await frame('filter', 'p2pke.counter == 99')).toBeUndefined();
    await expect(frame('filter', 'p2pke.counter ==')).rejects.toThrow();
    expect(await frame('fields', 'cipher_suites')).toBe(1);
    const { sources } = await connection.call('tree', { row: 4, show: 'all' });
    const opened = sources.find(({ name }) => name === 'Decrypted')!.bytes;
    const hex = Array.from(opened.subarray(0, 8), (byte) => byte.toString(16)).map((digits) => digits.padStart(2, '0'));
    expect(await frame('bytes', hex.join(' '), 4)).toBe(5);
    expect(await frame('bytes', 'xyz')).toBeUndefined();
    // Text needs no quotes.
    expect(await frame('bytes', 'ChaChaPoly')).toBe(1);
    expect(await frame('conversation', '0', 1)).toBe(2);
    expect(await frame('conversation', '1', 1)).toBeUndefined();
  });

  it('steps through sessions, and tells secrets only when asked to', async () => {
    const connection = launch();
    await connection.call('keys', { logs: [{ name: 'k', text: keyLog }] });
    await connection.call('open', { name: 'a.pcapng', path });
    await finished(connection);
    const ask = asking<StepsQuestions>((method, question) => connection.call(method, question), 'steps');
    const { sessions, more } = await ask('sessions', {});
    expect([sessions.length, more]).toEqual([1, false]);
    expect(sessions[0]).toMatchObject({ first: 0, protocol: 'p2pke', steps: 33 });
    const { steps, at, states } = await ask('steps', { n: 2, start: 0, count: 4 });
    expect(at).toBe(2);
    expect(steps.map(({ message, by, allowed }) => [message, by, allowed])).toEqual([
      ...[
        ['InitHello', 'opener', true],
        ['RespHello', 'answerer', true],
        ['InitDone', 'opener', true],
      ],
      ['data', steps[3]!.by, true],
    ]);
    for (const { before, after } of steps)
      for (const id of [before, after]) expect(states.map((state) => state.id)).toContain(id);
    const secrets = async (reveal: boolean) => {
      const { computations } = await ask('compute', { n: 1, reveal });
      return computations.flatMap(({ inputs, results }) => [...inputs, ...results]).filter(({ secret }) => secret);
    };
    const masked = await secrets(false);
    expect(masked.length).toBeGreaterThan(2);
    for (const one of masked) expect(one.value).toBeUndefined();
    for (const one of await secrets(true)) expect(one.value ?? one.unknown).toBeDefined();
    expect(await ask('steps', { n: 9999, start: 0, count: 4 })).toMatchObject({ steps: [], at: -1 });
    expect(await ask('compute', { n: 9999, reveal: true })).toEqual({ computations: [] });
    expect(await connection.call('locate', { frame: 3, n: 2, show: 'all' })).toEqual({ row: 2 });
  });

  it('tells what each key opens, and what none does', async () => {
    const connection = launch();
    const other = `${'11'.repeat(32)}`;
    await connection.call('keys', { logs: [{ name: 'k', text: `${keyLog}P2PKE_EPHEMERAL_PRIVATE ${other}\n` }] });
    await connection.call('open', { name: 'a.pcapng', path });
    await finished(connection);
    type Ring = KeysQuestions['ring']['result'];
    const ask = asking<KeysQuestions>((method, question) => connection.call(method, question), 'keys');
    const ring = async (): Promise<Ring> => {
      for (;;) {
        const answer = await ask('ring', {});
        if (answer.done) return answer;
      }
    };
    const full = await ring();
    expect(full.keys.map(({ opens }) => opens.length > 0)).toEqual([true, true, false]);
    expect(full.locked).toEqual([]);
    expect(full.keys[0]!.opens.map(({ message }) => message)).toContain('data');
    for (const secret of [...keyLog.match(/[0-9a-f]{64}/g)!, other]) expect(JSON.stringify(full)).not.toContain(secret);
    await connection.call('keys', { logs: [] });
    const empty = await ring();
    expect(empty.keys).toEqual([]);
    expect(empty.locked.map(({ message }) => message)).toContain('RespHello');
    for (const { missing } of empty.locked) expect(missing.join()).toContain('P2PKE_EPHEMERAL_PRIVATE');
  });

  it('answers what a view asks, and nothing else in its name', async () => {
    const connection = launch();
    await connection.call('open', { name: 'a.pcapng', path });
    await finished(connection);
    const ask = (view: string, question: string, params: unknown) => connection.call('view', { view, question, params });
    expect(await ask('ladder', 'endpoints', {})).toMatchObject({
      endpoints: [{ endpoint: '127.0.0.1:7000', name: '302a30…e56d97' }, { endpoint: '127.0.0.1:7001' }],
      done: true,
    });
    expect(await ask('findings', 'rows', { start: 0, count: 9, closed: [] })).toMatchObject({ total: 0, ready: true });
    const sorted = { start: 0, count: 9, sort: 'bytes', descending: true };
    expect(await ask('conversations', 'endpoints', sorted)).toMatchObject({ total: 2 });
    await expect(ask('conversations', 'endpoints', { ...sorted, sort: 'toString' })).rejects.toThrow('"sort" expected endpoint,');
    await expect(ask('steps', 'steps', { n: -1, start: 0, count: 1 })).rejects.toThrow('"n" expected an integer from 0');
    await expect(ask('steps', 'toString', {})).rejects.toThrow('unknown question "toString" of the view "steps"');
    await expect(ask('../exports', 'begin', {})).rejects.toThrow('unknown view');
    await expect(ask('none', 'rows', {})).rejects.toThrow('none');
  });
});
