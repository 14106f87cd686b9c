import { describe, expect, it } from 'vitest';
import { type Captured, type KeyKind, KeyRing, type Protocol } from '../../../dissector/index.ts';
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

  it.each<[unknown, string]>([
    [() => BigInt('secret'), 'a.keys:1: MINE_KEY: its protocol failed to read it'],
    [() => undefined, 'a.keys:1: MINE_KEY: its protocol gave no index for it'],
    [() => 'it is too short', 'a.keys:1: MINE_KEY: it is too short'],
  ])('that fails to read a key tells the line, never what it holds: %#', (parse, told) => {
    const key = { label: 'MINE_KEY', form: '', doc: '', parse } as KeyKind;
    const ring = new KeyRing(guarded({ ...bad, keys: [key] }).keys);
    expect(ring.add('a.keys', 'MINE_KEY secret')).toEqual({ added: 0, usable: 0, problems: [told] });
  });

  it('has no hook that it did not have', () => {
    const { explain: _, part: __, compute: ___, ...least } = bad;
    expect(Object.keys(guarded(least)).toSorted()).toEqual(Object.keys(least).toSorted());
  });
});
