import { describe, expect, it } from 'vitest';
import { Budget, defaultLimits, Kept } from '../../../dissector/bytes/index.ts';

const budgetOf = (limits: Readonly<Record<string, number>>): Budget => new Budget({ ...defaultLimits, ...limits });
const nothing = (): number => 0;

describe('the budget of a capture', () => {
  it('takes what is asked for up to the limit, and refuses what is larger than what is left', () => {
    const budget = budgetOf({ privateOperations: 10 });
    expect(budget.spend('privateOperations', 6)).toBe(true);
    expect(budget.spend('privateOperations', 5)).toBe(false);
    expect(budget.spend('privateOperations', 4)).toBe(true);
    expect([budget.left('privateOperations'), budget.isPassed('privateOperations')]).toEqual([0, true]);
    expect(budget.sentences).toEqual([
      'Not everything was computed with the private keys (not done once): the limit privateOperations of 10 is passed.',
    ]);
  });

  it('is another one for the keys of the capture', () => {
    const budget = budgetOf({ captureTrialBytes: 20_000, trialBytes: 20_000 });
    for (let i = 0; i < 10; i++) budget.mayTry('capture', 1_000);
    expect(budget.mayTry('capture', 1_000)).toBe(false);
    expect(budget.mayTry('user', 1_000)).toBe(true);
  });

  it('does not count what a key opens', () => {
    const budget = budgetOf({ trialBytes: 6_000 });
    for (let i = 0; i < 10; i++) {
      expect(budget.mayTry('user', 1_000)).toBe(true);
      budget.opened('user', 1_000);
    }
  });

  it('makes a result once, keeps one that is undefined, and is given back by a person', () => {
    const budget = budgetOf({ privateOperations: 1 });
    let made = 0;
    const make = (): undefined => void made++;
    const ask = (id: string) => budget.once(id, 'privateOperations', 1, make, nothing);
    expect([ask('a'), ask('a'), ask('b'), made]).toEqual([{ value: undefined }, { value: undefined }, undefined, 1]);
    budget.renew();
    expect([ask('b'), ask('a'), made]).toEqual([{ value: undefined }, undefined, 2]);
    expect(budget.milliseconds).toBe(20);
  });
});

describe('kept results', () => {
  it('go where there is no room for them, what was used longest ago first', () => {
    const kept = new Kept(1_000);
    for (const id of ['a', 'b', 'c']) kept.set(id, id, 100);
    kept.get('a');
    kept.set('d', 'd', 100);
    expect(['a', 'b', 'c', 'd'].map((id) => kept.get(id))).toEqual(['a', undefined, 'c', 'd']);
    kept.set('e', 'e', 2_000);
    expect([kept.get('e'), kept.get('a')]).toEqual([undefined, 'a']);
  });
});
