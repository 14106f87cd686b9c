/** What `decode` prints does not depend on the number of threads that make it. */
import { dirname } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Io, ThreadSettings } from '../../../extension/cli/io.ts';
import { samples } from '../../../extension/workbench/paths.ts';
import { writeMixture } from '../../bench/mixture.ts';
import { keysOf } from '../../golden/keys.ts';
import { capture, udpFrame } from '../analysis/packets.ts';
import { bundled } from './bundle.ts';
import { golden, type Result, started, temporary } from './help.ts';

/** Messages of a range: few, so that every thread makes many parts of a small capture. */
const MESSAGES = 3;
let settings: ThreadSettings;

beforeAll(async () => {
  temporary('package.json', JSON.stringify({ type: 'module' }));
  const command = await bundled('dist/peerscope.js', `${dirname(temporary('x'))}/dist/peerscope.js`);
  const program = command.replace(/\.js$/, '/linethread.js');
  settings = { program, count: 1, fromBytes: 0, messages: MESSAGES, isElsewhere: true };
}, 60_000);

const withThreads = (args: readonly string[], threads: Io['threads']): Promise<Result> =>
  started(args, undefined, undefined, threads === undefined ? {} : { threads }).ended;

/** What one thread prints, which is what the others print. */
async function same(
  args: readonly string[],
  counts: readonly number[] = [3],
  others: Partial<ThreadSettings> = {},
): Promise<Result> {
  const alone = await withThreads(args, undefined);
  for (const count of counts)
    expect(await withThreads([...args, '--threads', String(count)], { ...settings, ...others })).toEqual(alone);
  return alone;
}

describe('lines that further threads make', () => {
  const captures = ['botd_a', 'p2p_a', 'p2pke_a', 'p2pke_b', 'ptpchat_d'] as const;

  it.each(captures)(
    'are those of one thread: %s',
    async (name) => {
      const path = golden(`${name}.pcapng`);
      const keys = ['--keys', temporary(`${name}.keys`, keysOf(name))];
      const { out } = await same(['decode', path, ...keys, '--bytes'], [2, 3]);
      expect(out.split('\n').length).toBeGreaterThan(3 * MESSAGES);
      await same(['decode', path, '--json', '--filter', 'frame.number > 5']);
      await same(['decode', path, ...keys, '--format', 'zeek', '--filter', `protocol == "${name.split('_')[0]}"`]);
    },
    120_000,
  );

  it('are those of one thread in a larger capture, which the first thread makes with them', async () => {
    const path = temporary('mixture.pcap');
    writeMixture(path, 7000);
    const keys = ['p2pke_a', 'p2p_a', 'ptpchat_a'].map((name) => keysOf(name)).join('');
    const args = ['decode', path, '--keys', temporary('mixture.keys', keys)];
    const both = { messages: 20 } as const;
    const { isElsewhere: _, ...here } = settings;
    for (const more of [
      [],
      ['--json', '--bytes'],
      ['--filter', 'p2pke.counter >= 16'],
      ['--format', 'zeek', '--filter', 'p2pke'],
    ]) {
      const alone = await withThreads([...args, ...more], undefined);
      expect(alone.out.split('\n').length).toBeGreaterThan(200);
      for (const count of [2, 3])
        expect(await withThreads([...args, ...more, '--threads', String(count)], { ...here, ...both })).toEqual(alone);
    }
  }, 180_000);

  it('are those of one thread for a protocol of the user’s own', async () => {
    const of = (file: string): string => `${samples}/${file}`;
    const args = ['decode', of('heartbeat.pcapng'), '--protocol', of('heartbeat.js'), '--keys', of('heartbeat.keys')];
    await same(args, [2, 3], { messages: 1 });
    await same([...args, '--json', '--filter', 'heartbeat.sequence > 1'], [3], { messages: 1 });
  }, 60_000);

  it('come from them, as far as they are asked', async () => {
    const args = of('(isMainThread ? "by the first at " : "by another at ") + frame');
    const lines = (await withThreads([...args, '--threads', '3'], settings)).out
      .split('\n')
      .filter((line) => line.includes('mine one'));
    expect(lines.map((line) => line.replace(/.*mine one +/, ''))).toEqual(
      Array.from({ length: FRAMES }, (_, at) => `by another at ${at + 1}`),
    );
    const three = { ...settings, count: 3 };
    expect((await withThreads([...args, '--threads', '2'], settings)).out).not.toContain('by the first');
    // Without a number they make lines that are costly, of a large file.
    const json = [...of('frame', '', '(isMainThread ? "by the first" : "by another")'), '--json'];
    expect((await withThreads(json, three)).out).not.toContain('by the first');
    expect((await withThreads(json, { ...three, fromBytes: 1 << 30 })).out).not.toContain('by another');
    expect((await withThreads(args, three)).out).not.toContain('by another');
    expect((await withThreads([...args, '--threads', '1'], settings)).out).not.toContain('by another');
  }, 60_000);
});

const FRAMES = 60;
const [from, to] = [
  { address: '10.0.0.1', port: 7 },
  { address: '10.0.0.2', port: 7000 },
];

/** The call for a module of which each line says `info`, and in JSON `fields`: expressions of the message's `frame` and `budget`. */
function of(info: string, observed = '', fields = '{}'): string[] {
  const module = `
    import { isMainThread } from 'node:worker_threads';
    const elsewhere = (work) => { if (!isMainThread) work(); return ''; };
    const fails = () => {
      throw Object.assign(new Error('not today'), { stack: '' });
    };
    export default ({ defineProtocol }) => defineProtocol({
      id: 'mine', title: 'Mine', document: 'mine', names: ['one'], keys: [], rules: [],
      recognise: () => 90,
      observe: ({ messages }) => ({
        conversation: ({ id }) => ({
          datagram(direction, bytes, frame) {
            ${observed}
            messages.add({ conversation: id, direction, frame, name: 0, state: 'decoded', encrypted: false });
          },
        }),
        end() {},
      }),
      dissect({ bytes, source, start, end, frame, budget }) {
        const whole = bytes.slice(start, end);
        const layer = { name: 'mine', kind: 'value', value: whole, source, start, end };
        return { layer, fields: ${fields}, whole, info: String(${info}), missing: [] };
      },
    });`;
  const made = capture(Array.from({ length: FRAMES }, (_, at) => udpFrame(from, to, Uint8Array.of(at))));
  const number = modules++;
  return ['decode', temporary(`${number}.pcap`, made), '--protocol', temporary(`mine${number}.mjs`, module)];
}
let modules = 0;

describe('a thread that fails', () => {
  it.each([
    ['that ends', of('frame + elsewhere(() => frame === 20 && process.exit(1))')],
    [
      'in which a module does not return',
      [...of('frame + elsewhere(() => { while (frame === 20); })'), '--limit', 'hookSeconds=1'],
    ],
    ['of another first pass', of('frame', 'if (!isMainThread && frame > 9) return;')],
    ['of a first pass that ends it', of('frame', 'if (!isMainThread && frame > 9) process.exit(1);')],
  ])(
    '%s loses no line',
    async (_, args) => {
      const { out } = await same(args);
      expect(out).toContain(`${FRAMES} messages in ${FRAMES} frames`);
    },
    60_000,
  );

  it('that cannot start loses no line', async () => {
    const args = of('frame');
    await same(args, [3], { program: temporary('none.mjs', 'throw new Error("not today");') });
  }, 60_000);
});

describe('what is said once', () => {
  it('is said of what a module fails in once, and gives the status', async () => {
    const { status, err } = await same(of('frame % 7 === 0 ? fails() : frame'), [2, 3]);
    expect(status).toBe(3);
    expect(err.match(/failed in "dissect"/g)).toHaveLength(1);
  }, 60_000);

  it.each([
    ['anew', "budget.spend('unpackedBytes', 1000) ? 'unpacked' : budget.why('unpackedBytes')", 25],
    ['for results that are kept', "budget.once('y' + frame, 'unpackedBytes', 1000, () => 1, () => 8) ? 'unpacked' : 'left'", 25],
    [
      'for one result that all share',
      "budget.once('x', 'unpackedBytes', 15_000, () => 1, () => 8) ? 'unpacked' : 'left'",
      FRAMES,
    ],
  ] as const)(
    'costs of one budget, paid %s: what was left out is what one thread leaves out',
    async (_, info, unpacked) => {
      const args = [...of(info), '--limit', 'unpackedBytes=25000'];
      for (const isElsewhere of [true, undefined] as const) {
        const { isElsewhere: _, ...rest } = settings;
        const alone = await withThreads(args, undefined);
        expect(alone.out.match(/ unpacked$/gm)).toHaveLength(unpacked);
        const threads = { ...rest, count: 3, ...(isElsewhere ? { isElsewhere } : {}) };
        expect(await withThreads([...args, '--threads', '3'], threads)).toEqual(alone);
      }
    },
    60_000,
  );
});
