import { describe, expect, it } from 'vitest';
import type { Captured, KeyRing, Protocol } from '../../../dissector/index.ts';
import { guarded, ProtocolFailure } from '../../../extension/capture/guard.ts';

const fails = (): never => {
  throw new Error('not today');
};
const bad: Protocol = {
  ...{ id: 'mine', title: 'Mine', document: 'mine', names: ['one'], keys: [], rules: [] },
  ...{ recognise: fails, observe: fails, dissect: fails, explain: fails, part: fails, compute: fails },
};

describe('a guarded protocol', () => {
  const message = {} as Captured;
  it.each<[string, (protocol: Protocol) => unknown]>([
    ['explain', (protocol) => protocol.explain!(message, {} as KeyRing)],
    ['part', (protocol) => protocol.part!(message)],
    ['compute', (protocol) => protocol.compute!(message, {} as KeyRing)],
  ])('that fails in %s is told by name', (hook, call) => {
    expect(() => call(guarded(bad))).toThrow(ProtocolFailure);
    expect(() => call(guarded(bad))).toThrow(`The protocol mine failed in "${hook}": not today`);
  });

  it('has no hook that it did not have', () => {
    const { explain: _, part: __, compute: ___, ...least } = bad;
    expect(Object.keys(guarded(least)).toSorted()).toEqual(Object.keys(least).toSorted());
  });
});
