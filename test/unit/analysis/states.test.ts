import { describe, expect, it } from 'vitest';
import { lastStates } from '../../../dissector/analysis/index.ts';
import { analyseGolden, goldenKeys } from '../../golden/open.ts';

const states = (name: string, keys = '') => [...lastStates(analyseGolden(name, keys)).values()].map(({ state }) => state);

describe('the state in which a capture leaves a conversation', () => {
  it('is that of its newest session', () => {
    expect(states('p2pke_a', goldenKeys('p2pke_a'))).toEqual(['complete']);
    expect(states('p2p_a', goldenKeys('p2p_a'))).toEqual(['closed']);
    expect(states('botd_a')).toEqual(['open']);
  });

  it('is as far as can be known without keys', () => {
    expect(states('p2p_a')).toEqual(['fin']);
  });

  it('has words', () => {
    const [first] = lastStates(analyseGolden('botd_a')).values();
    expect(first?.doc).toBe('is encrypted');
  });
});
