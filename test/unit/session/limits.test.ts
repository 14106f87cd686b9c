import { afterEach, describe, expect, it } from 'vitest';
import {
  defaultLimits,
  type LimitName,
  limitDoc,
  limitNames,
  openBytes,
  readLimits,
  useLimits,
} from '../../../dissector/index.ts';
import { readSettings } from '../../../extension/dissect/settings.ts';
import { recordings } from '../../fuzz/corpus.ts';
import { analyseGolden } from '../../golden/open.ts';

const recorded = recordings().filter(({ name }) => !name.includes(' as '));

afterEach(() => useLimits({}));

describe('limits', () => {
  it('each say what they bound, in a sentence', () => {
    for (const name of limitNames) expect(limitDoc(name), name).toMatch(/^\S.{8,}[.]$/s);
    expect(limitNames.length).toBeGreaterThan(40);
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

  it('hold from then on, and are what they were once they are given back', () => {
    const { findings } = defaultLimits;
    useLimits({ findings: 2 });
    expect(defaultLimits).toMatchObject({ findings: 2, depth: 64 });
    useLimits({});
    expect(defaultLimits.findings).toBe(findings);
  });

  it('that are passed are told', () => {
    expect(analyseGolden('p2pke_b').passedLimits).toEqual([]);
    const all = analyseGolden('p2pke_b').counts.findings;
    useLimits({ findings: 2 });
    const analysis = analyseGolden('p2pke_b');
    expect(analysis.counts.findings).toBe(2);
    expect(analysis.passedLimits).toEqual([
      `${all - 2} more findings are over the limits findings of 2 or findingsPerMessage of 100.`,
    ]);
  });

  it('of conversations leave the others out, and say so', () => {
    useLimits({ conversations: 1 });
    const analysis = analyseGolden('ptpchat_d');
    expect(analysis.conversationCount).toBe(1);
    expect(analysis.passedLimits.join()).toMatch(/limit conversations of 1: what follows is in no conversation\.$/);
  });

  it('come from the settings, and what cannot be used of them is told', async () => {
    const settings = { modules: [], decodeAs: [], tree: { limits: { findings: 3, finding: 4 } } };
    expect((await readSettings(settings)).problems).toEqual(['Settings: There is no limit "finding"; did you mean "findings"?']);
    expect(defaultLimits.findings).toBe(3);
    await readSettings({ ...settings, tree: {} });
    expect(defaultLimits.findings).toBe(100_000);
  });

  it.each([1, 2, 3, 9])('of %i each, and all at once, leave every recording readable', (most) => {
    const read = ({ bytes, keyLog }: (typeof recorded)[number], own: Partial<Record<LimitName, number>>): void => {
      useLimits(own);
      const opened = openBytes(bytes, { keys: [keyLog] });
      if (!('problem' in opened)) for (const _ of opened.messages({ bytes: true }));
    };
    for (const each of recorded) {
      read(each, Object.fromEntries(limitNames.map((name) => [name, most])));
      for (const name of ['fields', 'depth'] as const) read(each, { [name]: most });
    }
    for (const [at, name] of limitNames.entries()) read(recorded[(at + most) % recorded.length]!, { [name]: most });
  });
});
