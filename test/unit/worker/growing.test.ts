/** A capture file that grows, is replaced, or goes away while it is open. */
import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { decryptionSecrets, keyLogSecretsType } from '../../../dissector/capture/index.ts';
import type { Overview, WorkerCalls } from '../../../extension/wire/inspector.ts';
import { Connection } from '../../../extension/wire/rpc.ts';
import type { ConversationsQuestions } from '../../../extension/worker/answers/conversations.ts';
import { asking } from '../../../media/inspector/page/asking.ts';
import { pcap } from '../capture/build.ts';
import { bundled } from '../cli/bundle.ts';
import { golden, keyLog, temporary } from '../cli/help.ts';

type None = Record<never, never>;

let file: string;
let thread: Worker | undefined;
beforeAll(async () => {
  file = await bundled('dist/worker.cjs', `${dirname(temporary('x'))}/growing-worker.cjs`);
});
afterEach(() => thread?.terminate());

function launch() {
  const worker = new Worker(file);
  thread = worker;
  const connection = new Connection<WorkerCalls, None, None, None>((message) => worker.postMessage(message), {}, {});
  worker.on('message', (message) => connection.receive(message));
  return connection;
}

type Worked = ReturnType<typeof launch>;
const until = (connection: Worked, fits: (overview: Overview) => boolean): Promise<Overview> =>
  vi.waitFor(
    async () => {
      const overview = await connection.call('overview', {});
      if (!fits(overview)) throw new Error(JSON.stringify(overview));
      return overview;
    },
    { timeout: 20_000, interval: 50 },
  );

const whole = readFileSync(golden('p2pke_a.pcapng'));
/** The offsets at which the packets (blocks of type 6) of a little-endian pcapng file end. */
const ends: number[] = [];
for (let at = 0; at < whole.length; at += whole.readUInt32LE(at + 4))
  if (whole.readUInt32LE(at) === 6) ends.push(at + whole.readUInt32LE(at + 4));
const endOf = (frame: number): number => ends[frame - 1]!;

const PCAP_HEADER = 24;
/** A pcap file of frames of 60 bytes, a second apart, whose bytes are all the same. */
const frames = (count: number, byte: number): Uint8Array =>
  pcap(
    true,
    Array.from({ length: count }, (_, seconds) => ({ seconds, data: new Uint8Array(60).fill(byte) })),
  );
/** In one step: a file that is emptied first may be seen empty. */
function overwrite(path: string, contents: Uint8Array): void {
  const descriptor = openSync(path, 'r+');
  writeSync(descriptor, contents);
  closeSync(descriptor);
}
/** More than is kept in memory of a file. */
const LARGE_FRAMES = 100_000;
const large = frames(LARGE_FRAMES, 0);

describe('a capture that is open', () => {
  it('shows what is written to it, decrypted, filtered, and is judged once nothing more comes', async () => {
    const path = temporary('grows.pcapng', whole.subarray(0, endOf(10)));
    const connection = launch();
    await connection.call('keys', { logs: [{ name: 'k', text: keyLog }] });
    await connection.call('open', { name: 'a', path });
    expect((await until(connection, ({ done }) => done)).messages).toBe(10);
    const filter = 'p2pke.counter >= 16';
    await vi.waitFor(async () => {
      const { scan, total } = await connection.call('rows', { start: 0, count: 1, show: 'all', filter });
      expect([scan?.done, total]).toEqual([true, 7]);
    });
    // In the middle of a record, then the rest of it.
    appendFileSync(path, whole.subarray(endOf(10), endOf(20) - 5));
    const live = await until(connection, ({ messages }) => messages === 19);
    expect(live).toMatchObject({ live: true, encrypted: 0, notices: [] });
    const overTime = (packets: number) =>
      vi.waitFor(async () => {
        const { done, total } = await asking<ConversationsQuestions>(
          (method, question) => connection.call(method, question),
          'conversations',
        )('timeline', {});
        expect([done, total.packets]).toEqual([true, packets]);
      });
    await overTime(19);
    appendFileSync(path, whole.subarray(endOf(20) - 5, endOf(30)));
    const later = await until(connection, ({ messages }) => messages === 30);
    expect(later.generation).toBe(live.generation);
    await overTime(30);
    await vi.waitFor(async () => {
      const { scan, total } = await connection.call('rows', { start: 0, count: 1, show: 'all', filter });
      expect([scan?.done, total]).toEqual([true, 27]);
    });
    appendFileSync(path, whole.subarray(endOf(30)));
    await until(connection, ({ messages, live: more }) => messages === 33 && more === undefined);
    const { rows } = await connection.call('rows', { start: 32, count: 1, show: 'all' });
    expect(rows[0]).toMatchObject({ frame: 33, state: 'decoded' });
  }, 60_000);

  describe.each([
    ['before the messages that they open, in one piece with them', (frames: Uint8Array, keys: Uint8Array) => [keys, frames]],
    ['behind the messages that they open', (frames: Uint8Array, keys: Uint8Array) => [frames, keys]],
  ])('that brings keys %s', (name, order) => {
    const secrets = decryptionSecrets(keyLogSecretsType, new TextEncoder().encode(keyLog));
    const growing = async (keys: Uint8Array): Promise<Worked> => {
      const path = temporary(`keys-${name.length}-${keys.length}.pcapng`, whole.subarray(0, endOf(1)));
      const connection = launch();
      await connection.call('open', { name: 'a', path });
      await until(connection, ({ done }) => done);
      appendFileSync(path, Buffer.concat(order(whole.subarray(endOf(1), endOf(20)), keys)));
      return connection;
    };

    it('shows them decrypted while more may come', async () => {
      const connection = await growing(secrets);
      // Once nothing more comes all is observed anyway.
      expect(await until(connection, ({ messages, encrypted }) => messages === 20 && encrypted === 0)).toMatchObject({
        live: true,
      });
    });

    it('shows them encrypted where they are others', async () => {
      const other = keyLog.replace(/[0-9a-f]{64}/g, (digits) => digits.replace(/^../, '5a'));
      const connection = await growing(decryptionSecrets(keyLogSecretsType, new TextEncoder().encode(other)));
      const { encrypted } = await until(connection, ({ messages, live }) => messages === 20 && live !== true);
      expect(encrypted).toBe(19);
    });
  });

  it('opens as soon as it is one', async () => {
    const path = temporary('starts.pcapng');
    const connection = launch();
    expect((await connection.call('open', { name: 'a', path })).failure).toBeDefined();
    writeFileSync(path, whole.subarray(0, 10));
    await until(connection, ({ failure }) => failure !== undefined);
    writeFileSync(path, whole);
    const overview = await until(connection, ({ messages }) => messages === 33);
    expect(overview.failure).toBeUndefined();
    expect(overview.notices).toEqual([]);
  }, 60_000);

  it('is read again when another file takes its place', async () => {
    const path = temporary('replaced.pcapng', whole);
    const connection = launch();
    await connection.call('open', { name: 'a', path });
    const before = await until(connection, ({ done, messages }) => done && messages === 33);
    renameSync(temporary('other.pcapng', readFileSync(golden('ptpchat_a.pcapng'))), path);
    const other = await until(connection, ({ done, messages }) => done && messages !== 33 && messages > 0);
    expect(other.notices[0]).toContain('Another file took the place');
    expect(other.generation).toBeGreaterThan(before.generation);
    renameSync(temporary('letter', 'A letter, and no capture at all.\n'), path);
    const broken = await until(connection, ({ notices }) => notices[0]?.includes('cannot be read') ?? false);
    expect(broken.messages).toBe(other.messages);
  }, 60_000);

  it('shows what a file that is cut short still holds, and follows it when it grows again', async () => {
    const path = temporary('cut.pcapng', whole);
    const connection = launch();
    await connection.call('open', { name: 'a', path });
    const before = await until(connection, ({ done }) => done);
    truncateSync(path, endOf(20) - 5);
    const cut = await until(connection, ({ messages, done }) => done && messages === 19);
    expect(cut.notices).toEqual([
      'The file was cut short while it was open; this is what it still holds.',
      expect.stringContaining(`The capture is cut short at byte ${endOf(19)}`),
    ]);
    expect(cut.generation).toBeGreaterThan(before.generation);
    appendFileSync(path, whole.subarray(endOf(20) - 5));
    const grown = await until(connection, ({ messages }) => messages === 33);
    expect([grown.live, grown.notices]).toEqual([true, []]);
    const { rows } = await connection.call('rows', { start: 19, count: 1, show: 'all' });
    expect(rows[0]).toMatchObject({ frame: 20, message: 'data' });
  }, 60_000);

  it('shows a compressed one that is cut to nothing useful as it was: its bytes are in memory', async () => {
    const path = temporary('cut.pcapng.gz', gzipSync(whole));
    const connection = launch();
    await connection.call('open', { name: 'a', path });
    await until(connection, ({ done, messages }) => done && messages === 33);
    truncateSync(path, 12);
    const cut = await until(connection, ({ notices }) => notices.length > 0);
    expect(cut.notices[0]).toMatch(/^The file was cut short while it was open\. .* What was read before is shown\.$/);
    expect([cut.failure, cut.messages]).toEqual([undefined, 33]);
    const { rows } = await connection.call('rows', { start: 32, count: 1, show: 'all' });
    expect(rows[0]).toMatchObject({ frame: 33, message: 'data' });
    writeFileSync(path, gzipSync(whole));
    const whole33 = await until(connection, ({ notices, messages }) => messages === 33 && !notices[0]?.includes('cut short'));
    expect(whole33.failure).toBeUndefined();
  }, 60_000);

  it('shows no bytes that are there no more, says why, and opens what comes to lie there', async () => {
    const path = temporary('emptied.pcapng', large);
    const connection = launch();
    await connection.call('open', { name: 'a', path });
    await until(connection, ({ done, frames }) => done && frames === LARGE_FRAMES);
    truncateSync(path, 0);
    const lost = await until(connection, ({ failure }) => failure !== undefined);
    expect(lost.failure).toBe('The file was cut short while it was open. A capture file needs 24 bytes, 0 are left.');
    await expect(connection.call('tree', { row: LARGE_FRAMES - 1, show: 'all' })).rejects.toThrow('cut short');
    writeFileSync(path, whole);
    const again = await until(connection, ({ messages, done }) => done && messages === 33);
    expect([again.failure, again.notices]).toEqual([undefined, []]);
    expect(again.generation).toBeGreaterThan(lost.generation);
    overwrite(path, Buffer.from('A letter, and no capture at all.\n'));
    expect(await until(connection, ({ failure }) => failure !== undefined)).toMatchObject({
      failure: expect.stringMatching(/^The file was overwritten while it was open\. This is neither a pcap nor a pcapng file/),
    });
  }, 60_000);

  it('is told from another that was written over it and is longer, begins as it did, or is as long', async () => {
    const path = temporary('over.pcap', frames(3, 1));
    const connection = launch();
    await connection.call('open', { name: 'a', path });
    await until(connection, ({ done, frames }) => done && frames === 3);
    // The file header and the first frame are the same.
    overwrite(path, Buffer.concat([frames(1, 1), frames(4, 2).subarray(PCAP_HEADER)]));
    const longer = await until(connection, ({ frames }) => frames === 5);
    expect([longer.notices, longer.live]).toEqual([
      ['The file was written anew while it was open; this is what it holds.'],
      undefined,
    ]);
    const seconds = async () =>
      (await connection.call('rows', { start: 0, count: 5, show: 'all' })).rows.map((row) => row.seconds);
    expect(await seconds()).toEqual([0, 0, 1, 2, 3]);
    overwrite(path, Buffer.concat([frames(4, 2), frames(1, 1).subarray(PCAP_HEADER)]));
    await vi.waitFor(async () => expect(await seconds()).toEqual([0, 1, 2, 3, 0]), { timeout: 20_000, interval: 50 });
  }, 60_000);

  it('gives up an export whose bytes are cut away meanwhile', async () => {
    const path = temporary('exported.pcap', large);
    const connection = launch();
    await connection.call('open', { name: 'a', path });
    await until(connection, ({ done, frames }) => done && frames === LARGE_FRAMES);
    const scope = { show: 'all', columns: [], comments: [] } as const;
    const { id } = await connection.call('export', { kind: 'pcapng', scope });
    truncateSync(path, large.length / 2);
    const whole = async (): Promise<void> => {
      while (!(await connection.call('exported', { id })).done);
    };
    await expect(whole()).rejects.toThrow('cut short or replaced meanwhile: the export is given up.');
  }, 60_000);

  it.skipIf(process.platform !== 'linux')(
    'holds one file open, however often another takes its place',
    async () => {
      const path = temporary('often.pcap', frames(1, 0));
      const connection = launch();
      await connection.call('open', { name: 'a', path });
      for (let count = 2; count < 6; count++) {
        renameSync(temporary('often.new', frames(count, 0)), path);
        await until(connection, (overview) => overview.frames === count);
      }
      const open = readdirSync('/proc/self/fd').flatMap((name) => {
        try {
          return [readlinkSync(`/proc/self/fd/${name}`)];
        } catch {
          // It was closed in the meantime.
          return [];
        }
      });
      expect(open.filter((file) => file.startsWith(path))).toEqual([path]);
    },
    60_000,
  );

  it('stays as it is when its file goes away', async () => {
    const path = temporary('gone.pcapng', whole);
    const connection = launch();
    await connection.call('open', { name: 'a', path });
    await until(connection, ({ done }) => done);
    rmSync(path);
    await until(connection, ({ notices }) => notices[0]?.includes('The file is gone') ?? false);
    expect((await connection.call('tree', { row: 5, show: 'all' })).sources.length).toBeGreaterThan(0);
  }, 60_000);
});
