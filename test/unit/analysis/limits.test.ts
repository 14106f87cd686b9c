import { describe, expect, it } from 'vitest';
import { defaultLimits, openBytes, protocols } from '../../../dissector/index.ts';
import { limitsOf, readLimits } from '../../../dissector/protocol/index.ts';
import { nodeLimitTable, readNodeLimits } from '../../../dissector/testnode/index.ts';
import { readSettings } from '../../../extension/worker/settings.ts';
import { recordings } from '../../fuzz/corpus.ts';
import { analyseGolden } from '../../golden/open.ts';

const recorded = recordings().filter(({ name }) => !name.includes(' as '));
const golden = (name: string): Uint8Array => recorded.find((each) => each.name.startsWith(name))!.bytes;
const table = limitsOf(protocols);
const limitNames = Object.keys(table);

function open(bytes: Uint8Array, limits: Readonly<Record<string, number>>, keyLog = '') {
  const opened = openBytes(bytes, { keys: [keyLog], limits });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened;
}

describe('limits', () => {
  it('each say what they bound, in a sentence', () => {
    const docs = [...Object.values(table), ...Object.values(nodeLimitTable)].map(({ doc }) => doc);
    for (const doc of docs) expect(doc).toMatch(/^[A-Z"].{8,}[.]$/s);
    expect(limitNames.length).toBeGreaterThan(40);
  });

  it('of a protocol stand beside its messages, under names that nobody else has', () => {
    const own = protocols.flatMap(({ limits = {} }) => Object.keys(limits));
    expect(own).toContain('channelTrials');
    expect(new Set(own).size).toBe(own.length);
    expect(own.filter((name) => Object.hasOwn(defaultLimits, name) || Object.hasOwn(nodeLimitTable, name))).toEqual([]);
  });

  it('are read as they are written, and what cannot be used is told', () => {
    const written = { findings: 7, frames: 0, depth: 1001, fields: 1.5, keys: '3', conversation: 5, nothing: 1 };
    expect(readLimits(written)).toEqual({
      limits: { findings: 7 },
      problems: [
        'The limit frames is a whole number above 0.',
        'The limit depth is 1000 at most.',
        'The limit fields is a whole number above 0.',
        'The limit keys is a whole number above 0.',
        'There is no limit "conversation"; did you mean "conversations"?',
        'There is no limit "nothing".',
      ],
    });
    for (const wrong of [[], 'findings=7', 7, null])
      expect(readLimits(wrong).problems).toEqual(['Limits are numbers by their names.']);
  });

  it('of one capture are not those of another in the same program', () => {
    const bytes = golden('ptpchat_a');
    const all = [...open(bytes, {}).findings()].length;
    const few = open(bytes, { ...defaultLimits, findings: 2 });
    expect(all).toBeGreaterThan(2);
    expect([...few.findings()]).toHaveLength(2);
    expect([...open(bytes, {}).findings()]).toHaveLength(all);
    // Both are read on: neither takes the limits of the one that was opened last.
    expect([...few.findings()]).toHaveLength(2);
  });

  it('hold in the second pass, too: what a tree and a filter read', () => {
    const bytes = golden('ptpchat_a');
    const [few, all] = [open(bytes, { fields: 3 }), open(bytes, {})];
    const told = (opened: ReturnType<typeof open>): string =>
      JSON.stringify(opened.tree(0).layers.at(-1), (_, v) => (typeof v === 'bigint' ? `${v}` : v));
    expect(told(few)).toContain('over the limit fields of 3');
    expect(told(all)).not.toContain('over the limit');
  });

  it('that are passed are told', () => {
    expect(analyseGolden('p2pke_b').passedLimits).toEqual([]);
    const all = analyseGolden('p2pke_b').counts.findings;
    const analysis = analyseGolden('p2pke_b', '', { ...defaultLimits, findings: 2 });
    expect(analysis.counts.findings).toBe(2);
    expect(analysis.passedLimits).toEqual([
      `${all - 2} more findings are over the limits findings of 2 or findingsPerMessage of 100.`,
    ]);
  });

  it('of conversations leave the others out, and say so', () => {
    const analysis = analyseGolden('ptpchat_d', '', { ...defaultLimits, conversations: 1 });
    expect(analysis.conversationCount).toBe(1);
    expect(analysis.passedLimits.join()).toMatch(/limit conversations of 1: what follows is in no conversation\.$/);
  });

  it('come from the settings, and what cannot be used of them is told', async () => {
    const settings = { modules: [], decodeAs: [], tree: { limits: { findings: 3, finding: 4, channelTrials: 5 } } };
    const { options, problems } = await readSettings(settings);
    expect(problems).toEqual(['Settings: There is no limit "finding"; did you mean "findings"?']);
    expect(options.limits).toEqual({ ...defaultLimits, findings: 3, channelTrials: 5 });
    expect((await readSettings({ ...settings, tree: {} })).options.limits).toEqual(defaultLimits);
  });

  it('of a node are those of a capture and its own', () => {
    const { limits, problems } = readNodeLimits({ handshakeSeconds: 600, frameLength: 1000, handshakeSecond: 1 }, protocols);
    expect(problems).toEqual(['There is no limit "handshakeSecond"; did you mean "handshakeSeconds"?']);
    expect(limits).toMatchObject({ handshakeSeconds: 600, frameLength: 1000, idleSeconds: 300 });
  });

  it.each([1, 2, 3, 9])('of %i each, and all at once, leave every recording readable', (most) => {
    const read = ({ bytes, keyLog }: (typeof recorded)[number], own: Readonly<Record<string, number>>): void => {
      const opened = openBytes(bytes, { keys: [keyLog], limits: own });
      if (!('problem' in opened)) for (const _ of opened.messages({ bytes: true }));
    };
    for (const each of recorded) {
      read(each, Object.fromEntries(limitNames.map((name) => [name, most])));
      for (const name of ['fields', 'depth'] as const) read(each, { [name]: most });
    }
    for (const [at, name] of limitNames.entries()) read(recorded[(at + most) % recorded.length]!, { [name]: most });
  });
});
