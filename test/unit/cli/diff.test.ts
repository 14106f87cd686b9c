/** The command diff: its formats, its exit statuses, and what it refuses. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  bytes,
  encodeStruct,
  enhancedPacket,
  interfaceDescription,
  sectionHeader,
  struct,
  uint,
} from '../../../dissector/index.ts';
import { samples } from '../../../extension/workbench/paths.ts';
import { udpFrame } from '../analysis/packets.ts';
import { jsonLines, lines, peerscope, temporary } from './help.ts';

const module = ['--protocol', join(samples, 'heartbeat.js')];
const [one, two] = [
  { address: '10.7.0.1', port: 40_000 },
  { address: '10.7.0.2', port: 7777 },
];
const layout = struct('beat', '', [
  uint(2, 'magic', ''),
  uint(1, 'type', ''),
  uint(4, 'sequence', ''),
  bytes('note', 'rest', '', 'utf8'),
]);

interface Beat {
  readonly sequence: number;
  readonly note: string;
  /** Milliseconds since the first. */
  readonly at?: number;
}

/** A capture of beats of one side, from a port of its own. */
function beats(name: string, all: readonly Beat[], port = one.port): string {
  const frames = all.map(({ sequence, note, at = 0 }) =>
    enhancedPacket({
      bytes: udpFrame({ ...one, port }, two, encodeStruct(layout, { magic: 0x4842, type: 1, sequence, note })),
      ...{ seconds: 1_700_000_000, nanos: at * 1_000_000 },
    }),
  );
  return temporary(name, Buffer.concat([sectionHeader(), interfaceDescription({ linkType: 1 }), ...frames]));
}

const from = (first: number, ...notes: string[]): Beat[] =>
  notes.map((note, at) => ({ sequence: first + at, note, at: at * 100 }));
const diff = (a: string, b: string, ...more: string[]) => peerscope(['diff', a, b, ...module, ...more]);

describe('diff', () => {
  it('says that there is none: numbers start anywhere, and ports are free', async () => {
    const { status, out } = await diff(beats('a', from(1, 'x', 'y')), beats('b', from(70, 'x', 'y'), 40_001));
    expect(out).toBe('No difference: 2 messages in 1 conversation.\n');
    expect(status).toBe(0);
  });

  it('tells a lost message once, and not its successors', async () => {
    const [a, b] = [
      beats('a', from(1, 'x', 'y', 'z')),
      beats('b', [
        { sequence: 1, note: 'x' },
        { sequence: 2, note: 'z' },
      ]),
    ];
    const { status, out } = await diff(a, b);
    expect(lines(out)).toEqual(['B has no beat after beat.', `${a}:2 message missing heartbeat: B has no beat after beat`]);
    expect(status).toBe(1);
  });

  it('tells a number that does not grow as on the other side', async () => {
    const b = [
      { sequence: 5, note: 'x' },
      { sequence: 9, note: 'y' },
      { sequence: 7, note: 'z' },
    ];
    const { out } = await diff(beats('a', from(1, 'x', 'y', 'z')), beats('b', b), '--json');
    expect(jsonLines(out)).toEqual([
      expect.objectContaining({
        kind: 'sequence',
        field: 'heartbeat.sequence',
        text: "sequence of B's beat is 3 ahead of its place",
      }),
      { summary: "sequence of B's beat is 3 ahead of its place.", differences: 1, messages: { a: 3, b: 3 } },
    ]);
  });

  it('tells of times only where that is asked for', async () => {
    const late = [
      { sequence: 1, note: 'x' },
      { sequence: 2, note: 'y', at: 150 },
    ];
    const [a, b] = [beats('a', from(1, 'x', 'y')), beats('b', late)];
    expect((await diff(a, b)).status).toBe(0);
    expect((await diff(a, b, '--time', '50%')).status).toBe(0);
    const { status, out } = await diff(a, b, '--time', '20%');
    expect(lines(out)[0]).toBe("B's beat comes 150.0 ms after beat, not 100.0 ms.");
    expect(status).toBe(1);
  });

  it('compares what a filter leaves', async () => {
    const [a, b] = [beats('a', from(1, 'x', 'y')), beats('b', from(1, 'x', 'changed'))];
    expect((await diff(a, b)).status).toBe(1);
    const { status, out } = await diff(a, b, '--filter', 'frame.number == 1');
    expect(out).toBe('No difference: 1 message in 1 conversation.\n');
    expect(status).toBe(0);
  });

  it('writes Markdown that a note cannot break', async () => {
    const { out } = await diff(beats('a', from(1, 'x')), beats('b', from(1, '<b>|`')), '--format', 'markdown');
    expect(lines(out)[0]).toBe("B's beat has note \\<b\\>\\|\\`, not x.");
    expect(lines(out)[2]).toContain('| message | field | difference |');
    expect(lines(out)[4]).toMatch(/^\| 1 \| 1 \| beat \| heartbeat\.note \| /);
  });

  it('writes SARIF', async () => {
    const { out, status } = await diff(beats('a', from(1, 'x')), beats('b', from(1, 'y')), '--format', 'sarif');
    const [run] = JSON.parse(out).runs;
    expect(run.tool.driver.rules).toEqual([expect.objectContaining({ id: 'diff-value' })]);
    expect(run.results).toHaveLength(1);
    expect(run.results[0].message.text).toBe("B's beat has note y, not x.");
    expect(status).toBe(1);
  });

  it('lists as many as the limit differences says, and tells of the others', async () => {
    const [a, b] = [beats('a', from(1, 'x', 'y', 'z')), beats('b', from(1, 'p', 'q', 'r'))];
    const { out, err } = await diff(a, b, '--limit', 'differences=1');
    expect(lines(out)).toHaveLength(2);
    expect(lines(out)[0]).toMatch(/, and 2 more differences\.$/);
    expect(err).toContain('2 more differences are not listed: limit differences.');
  });

  it.each([
    [[], 'needs two captures'],
    [['-', '-'], 'Standard input can be one capture only'],
    [['a', 'b', '--format', 'github'], 'is no format'],
    [['a', 'b', '--time', 'long'], '--time takes a percentage'],
    [['a', '--baseline', 'b', '--time', '20%'], '--baseline takes no --time'],
    [['a', '--baseline', 'b', '--keys-a', 'k'], '--baseline takes no --keys-a'],
    [['a', 'b', '--baseline', 'c'], '"diff" with --baseline needs one capture'],
    [['a', '--save-baseline', 'b', '--json'], '--save-baseline takes no --json'],
    [['a', '--save-baseline', 'b', '--baseline', 'c'], '--save-baseline takes no --baseline'],
    [['a', 'b', '--junit'], '"diff" takes no --junit'],
  ])('refuses %j', async (args, why) => {
    const { status, err } = await peerscope(['diff', ...args]);
    expect(err).toContain(why);
    expect(status).toBe(3);
  });

  it('says what it takes', async () => {
    const { status, out } = await peerscope(['diff', '--help']);
    expect(out).toContain('--keys-a KEYLOG');
    expect(status).toBe(0);
  });

  it('never shows a key that is another one', async () => {
    const a = join(samples, 'p2pke_a.pcapng');
    const { out } = await peerscope(['diff', a, join(samples, 'p2pke_b.pcapng'), '--keys-a', join(samples, 'p2pke_a.keys')]);
    expect(out).not.toMatch(/[0-9a-f]{64}/);
    expect(lines(out).length).toBeGreaterThan(1);
  });
});

describe('diff with a baseline', () => {
  const save = (capture: string, file: string, ...more: string[]) => diffOf([capture, '--save-baseline', file, ...more]);
  const withBaseline = (file: string, capture: string, ...more: string[]) => diffOf(['--baseline', file, capture, ...more]);
  const diffOf = (args: readonly string[]) => peerscope(['diff', ...args, ...module]);
  const place = (): string => join(dirname(temporary('empty', '')), 'beats.baseline.jsonl');

  it('is silent when it is saved, and says where a capture is not as it', async () => {
    const file = place();
    expect(await save(beats('a', from(1, 'x', 'y')), file)).toMatchObject({ status: 0, out: '', err: '' });
    const same = await withBaseline(file, beats('b', from(70, 'x', 'y'), 40_001));
    expect(same).toMatchObject({ status: 0, out: 'No difference: 2 messages in 1 conversation.\n', err: '' });
    const { status, out } = await withBaseline(file, beats('b', from(70, 'x', 'z')));
    const line =
      readFileSync(file, 'utf8')
        .split('\n')
        .findLastIndex((text) => text.includes('"message"')) + 1;
    expect(lines(out)[0]).toBe("B's beat has note z, not y.");
    expect(lines(out)[1]).toContain(`beats.baseline.jsonl:${line} `);
    expect(status).toBe(1);
    const markdown = await withBaseline(file, beats('b', from(70, 'x', 'z')), '--format', 'markdown');
    expect(lines(markdown.out)[2]).toMatch(/^\| line in .* \| frame in /);
    const sarif = await withBaseline(file, beats('b', from(70, 'x')), '--format', 'sarif');
    const [{ locations }] = JSON.parse(sarif.out).runs[0].results;
    expect(locations[0].physicalLocation.region.startLine).toBe(line);
  });

  it('compares what its filter chose, unless another is given', async () => {
    const file = place();
    await save(beats('a', from(1, 'x', 'y')), file, '--filter', 'heartbeat.note == "x"');
    const b = beats('b', from(1, 'x', 'changed'));
    expect((await withBaseline(file, b)).status).toBe(0);
    expect((await withBaseline(file, b, '--filter', 'heartbeat')).status).toBe(1);
    writeFileSync(file, readFileSync(file, 'utf8').replace('heartbeat.note', 'heartbeat.none'));
    const broken = await withBaseline(file, b);
    expect(broken.status).toBe(3);
    expect(broken.err).toContain('The filter in line 1 of ');
  });

  it('tells of a protocol that is not given', async () => {
    const file = place();
    const a = beats('a', from(1, 'x'));
    await save(a, file);
    const { status, err } = await peerscope(['diff', '--baseline', file, a]);
    expect(status).toBe(1);
    expect(err).toContain('has conversations of heartbeat, which no protocol decodes here: give --protocol.');
  });

  it('takes the place of a baseline alone, and of no capture', async () => {
    const [a, b] = [beats('a', from(1, 'x')), beats('b', from(1, 'y'))];
    const before = readFileSync(b);
    const { status, err } = await save(a, b);
    expect(status).toBe(3);
    expect(err).toContain('exists, and is no baseline. Choose another name.');
    expect(readFileSync(b)).toEqual(before);
    const file = place();
    await save(a, file);
    expect((await save(b, file)).status).toBe(0);
    expect((await withBaseline(file, b)).status).toBe(0);
  });

  it('refuses what is no baseline, and what is over its limit', async () => {
    const a = beats('a', from(1, 'x'));
    const bad = await withBaseline(temporary('bad.jsonl', '{"peerscope":"baseline","version":9}\n'), a);
    expect(bad.status).toBe(3);
    expect(bad.err).toContain('Line 1: the baseline has version 9 and this Peerscope reads up to 1: use a newer one.');
    const large = await save(a, place(), '--limit', 'baselineSize=10');
    expect(large.status).toBe(3);
    expect(large.err).toContain('over the limit baselineSize of 10 bytes');
    const file = place();
    await save(a, file);
    expect((await withBaseline(file, a, '--limit', 'baselineSize=10')).err).toContain('over the limit baselineSize of 10 bytes');
    expect((await save(temporary('empty.pcapng', sectionHeader()), place())).err).toContain(
      'There is no message to put into a baseline.',
    );
  });
});
