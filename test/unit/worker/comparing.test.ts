/** The lines of a comparison, from recordings of packet scripts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ComparedCapture, ComparedLine, ComparisonView } from '../../../extension/wire/comparing.ts';
import { samples } from '../../../extension/workbench/paths.ts';
import { Comparing } from '../../../extension/worker/comparing.ts';
import * as rewrite from '../../fuzz/rewrite.ts';
import { goldenPath } from '../../golden/open.ts';
import { recorded } from '../diff/runs.ts';
import { endsWithFile } from '../endings.ts';

const folder = mkdtempSync(join(tmpdir(), 'peerscope-comparing-'));
endsWithFile(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const two = '### one\nnode b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\nexpect b InitDone\n';
const packet = (hex: string): string => `send a data { data: ${hex} }\nexpect b data { data: ${hex} }\n`;
const talk = packet('01 02 03') + packet('04 05 06') + packet('07 08 09');

const captureAt = (path: string, limits: Readonly<Record<string, number>> = {}): ComparedCapture => ({
  name: path.split('/').at(-1)!,
  path,
  settings: { modules: [], decodeAs: [], colours: [], tree: { limits } },
  logs: [],
});
const compared = (a: string, b: string, limits?: Readonly<Record<string, number>>): Promise<ComparisonView> =>
  new Comparing().compare(captureAt(a, limits), captureAt(b, limits));
const kinds = (lines: readonly ComparedLine[]): string[] => lines.map(({ kind }) => kind);
const folds = (lines: readonly ComparedLine[]) => lines.filter((line) => line.kind === 'fold');

describe('the lines of a comparison', () => {
  let good: string;
  beforeAll(async () => {
    good = await recorded(two + talk);
  });

  it('of equal runs with new keys are one line, which unfolds to all their messages', async () => {
    const comparing = new Comparing();
    const { summary, differences, lines, messages } = await comparing.compare(
      captureAt(good),
      captureAt(await recorded(two + talk)),
    );
    expect([summary, differences]).toEqual([`No difference: ${messages[0]} messages in 1 conversation.`, 0]);
    expect(lines).toEqual([{ kind: 'fold', start: 0, count: messages[0], conversations: 1, of: 'equal' }]);
    const unfolded = comparing.unfold({ start: 0, count: messages[0], of: 'equal' }).lines;
    expect(kinds(unfolded)).toEqual(['conversation', ...Array<string>(messages[0]).fill('message')]);
    expect(unfolded[1]).toMatchObject({ a: { frame: 1, name: 'InitHello', nanos: 0 }, b: { frame: 1, name: 'InitHello' } });
  });

  it('hold a field that differs below its message, with its values and bytes on both sides', async () => {
    const { lines, differences } = await compared(good, await recorded(two + talk.replaceAll('04 05 06', '04 ff 06')));
    expect(differences).toBe(1);
    expect(kinds(lines)).toEqual(['conversation', 'fold', 'message', 'field', 'fold']);
    expect(lines[3]).toMatchObject({
      field: 'p2pke.data',
      text: "B's data has data 04ff06, not 040506.",
      a: { name: 'data', bytes: '040506', length: 3, isSecret: false },
      b: { name: 'data', bytes: '04ff06', length: 3 },
    });
  });

  it('show a message that one side lacks as a gap, and say so', async () => {
    const dropped = await recorded(
      `${two}${packet('01 02 03')}fault a drop data nth 1\nsend a data { data: 04 05 06 }\n${packet('07 08 09')}`,
    );
    const missing = (await compared(good, dropped)).lines.find((line) => line.kind === 'message' && line.b === undefined);
    expect(missing).toMatchObject({ a: { name: 'data' }, text: 'B has no data after data.' });
    const added = (await compared(dropped, good)).lines.find((line) => line.kind === 'message' && line.a === undefined);
    expect(added).toMatchObject({ b: { name: 'data' }, text: 'B has one more data after data.' });
  });

  it('fold what one side alone goes on with: it is one difference', async () => {
    const packets = rewrite.packetsOf(readFileSync(goldenPath('p2pke_a.pcapng')));
    const [whole, short] = [
      file('whole.pcapng', rewrite.written(packets)),
      file('short.pcapng', rewrite.written(packets.slice(0, -9))),
    ];
    const { lines, messages } = await compared(whole, short);
    const at = lines.findIndex((line) => line.kind === 'message' && line.text !== undefined);
    expect(lines[at]).toMatchObject({
      text: expect.stringMatching(/^B ends after \w+, where A goes on with \w+ and \d+ more\.$/),
    });
    const rest = lines.slice(at + 1);
    expect(rest).toEqual([
      { kind: 'fold', start: messages[1] + 1, count: messages[0] - messages[1] - 1, conversations: 1, of: 'a' },
    ]);
  });

  it('beyond the limit are said to be not listed, and never equal', async () => {
    const bad = await recorded(two + talk.replaceAll('02', 'ee').replaceAll('05', 'ee').replaceAll('08', 'ee'));
    const { differences, unlisted, lines } = await compared(good, bad, { differences: 1 });
    expect([differences, unlisted]).toEqual([1, 2]);
    expect(folds(lines).at(-1)).toMatchObject({ count: 3, of: 'unlisted' });
  });

  it('are made at most 500 at a time from a fold', async () => {
    const packets = rewrite.packetsOf(readFileSync(goldenPath('p2pke_a.pcapng')));
    const long = file('long.pcapng', rewrite.written(Array.from({ length: 20 }, () => packets).flat()));
    const comparing = new Comparing();
    const { lines } = await comparing.compare(captureAt(long), captureAt(long));
    const [fold] = folds(lines);
    const unfolded = comparing.unfold(fold!).lines;
    expect(unfolded.filter(({ kind }) => kind === 'message')).toHaveLength(500);
    expect(unfolded.at(-1)).toEqual({ ...fold, start: 500, count: fold!.count - 500 });
  });
});

describe('what decodes the captures', () => {
  const sample = (name: string): string => join(samples, name);
  const logs = [{ name: 'p2pke_a.keys', text: readFileSync(sample('p2pke_a.keys'), 'utf8') }];
  const p2pke = captureAt(sample('p2pke_a.pcapng'));

  it('are the keys of each: without them on one side the states differ', async () => {
    const both = await new Comparing().compare({ ...p2pke, logs }, { ...p2pke, logs });
    expect([both.differences, both.notices]).toEqual([0, []]);
    const one = await new Comparing().compare({ ...p2pke, logs }, p2pke);
    expect(one.summary).toMatch(/^B's \w+ is encrypted, that of A is decoded/);
    expect(one.lines.find(({ kind }) => kind === 'field')).not.toHaveProperty('a');
  });

  it('are modules of the user, too', async () => {
    const capture = captureAt(sample('heartbeat.pcapng'));
    const heartbeat = { ...capture, settings: { ...capture.settings, modules: [sample('heartbeat.js')] } };
    const { differences, messages, lines } = await new Comparing().compare(heartbeat, heartbeat);
    expect(differences).toBe(0);
    expect(messages[0]).toBeGreaterThan(0);
    expect(lines).toEqual([expect.objectContaining({ kind: 'fold', count: messages[0], of: 'equal' })]);
  });
});

describe('a capture that cannot be read', () => {
  it('is named', async () => {
    const good = await recorded(two);
    await expect(compared(good, join(folder, 'missing.pcapng'))).rejects.toThrow(/^missing\.pcapng: /);
  });

  it('in part is compared as far as it goes, with a notice', async () => {
    const good = await recorded(two);
    const cut = file('cut.pcapng', readFileSync(good).subarray(0, -10));
    const { notices } = await compared(good, cut);
    expect(notices.join('\n')).toContain('cut.pcapng: The capture is cut short');
  });
});
