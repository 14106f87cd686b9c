import { describe, expect, it } from 'vitest';
import type { KeyKind, MessageView, Protocol } from '../../../dissector/index.ts';
import { type Conversation, type ConversationSample, KeyRing, type ObserverContext } from '../../../dissector/protocol/index.ts';
import { ProtocolFailure } from '../../../extension/capture/failures.ts';
import { failuresOf, guarded } from '../../../extension/capture/guard.ts';

const fails = (): never => {
  throw new Error('not today');
};
const bad: Protocol = {
  ...{ id: 'mine', title: 'Mine', document: 'mine', names: ['one'], keys: [], rules: [] },
  ...{ recognise: fails, observe: fails, dissect: fails, almost: fails, explain: fails, part: fails, compute: fails },
};

describe('a guarded protocol', () => {
  const message = {} as MessageView;
  it.each<[string, (protocol: Protocol) => unknown]>([
    ['explain', (protocol) => protocol.explain!(message, {} as KeyRing)],
    ['compute', (protocol) => protocol.compute!(message, {} as KeyRing)],
  ])('that fails in %s is told by name', (hook, call) => {
    expect(() => call(guarded(bad))).toThrow(ProtocolFailure);
    expect(() => call(guarded(bad))).toThrow(`The protocol mine failed in "${hook}": not today`);
  });

  it.each<[string, (protocol: Protocol) => unknown, unknown]>([
    ['recognise', (protocol) => protocol.recognise({} as ConversationSample), 0],
    ['almost', (protocol) => protocol.almost!({} as ConversationSample), undefined],
    ['part', (protocol) => protocol.part!(message), undefined],
    ['observe', (protocol) => protocol.observe({} as ObserverContext).conversation({} as Conversation), {}],
  ])('that fails in %s is as one without it, and is told once', (hook, call, nothing) => {
    const told: string[] = [];
    const protocol = guarded(bad, (sentence) => told.push(sentence));
    for (let round = 0; round < 2; round++) expect(call(protocol)).toEqual(nothing);
    expect(told).toEqual([`The protocol mine failed in "${hook}": not today`]);
    expect(failuresOf(protocol)).toEqual(told);
  });

  it('that gives no number for its confidence, or no observer, is told', () => {
    const told: string[] = [];
    const given = { ...bad, recognise: () => Number.NaN, observe: () => undefined } as unknown as Protocol;
    const protocol = guarded(given, (sentence) => told.push(sentence));
    expect(protocol.recognise({} as ConversationSample)).toBe(0);
    protocol.observe({} as ObserverContext).end();
    expect(told).toEqual([
      'The protocol mine failed in "recognise": it gave NaN and not a number from 0 to 100',
      'The protocol mine failed in "observe": it gave no observer',
    ]);
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
    const { almost: _, explain: __, part: ___, compute: ____, ...least } = bad;
    expect(Object.keys(guarded(least)).toSorted()).toEqual(Object.keys(least).toSorted());
  });
});
