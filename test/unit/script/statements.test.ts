import { describe, expect, it } from 'vitest';
import { type FieldNode, firstDifference, nowhere, parseScript, type Scope, valuesOf } from '../../../dissector/script/index.ts';

const only = (text: string) => {
  const { statements, problems } = parseScript(text);
  expect(problems).toEqual([]);
  return statements[0]!;
};

describe('statements', () => {
  it.each([
    ['### a title ', { kind: 'section', title: 'a title' }],
    [
      'node b = p2pke listen [::1]:7000 as responder',
      { kind: 'node', direction: 'listen', manual: false, address: { text: '[::1]:7000' }, role: { text: 'responder' } },
    ],
    ['node b = p2p dial a manual', { kind: 'node', direction: 'dial', manual: true, address: { text: 'a' }, role: undefined }],
    ['node r = p2p relay [::1]:0 to a', { kind: 'node', forward: { text: 'a' }, terminated: false }],
    [
      'node r = p2p relay [::1]:0 to a terminated keys "some keys.log"',
      { kind: 'node', terminated: true, keys: { text: 'some keys.log' } },
    ],
    ['node r = p2p relay [::1]:0 to a terminated', { kind: 'node', forward: { text: 'a' }, terminated: true }],
    ['send a data', { kind: 'send', message: { text: 'data' }, fields: [] }],
    ['expect a hello as h within 1.5s', { kind: 'expect', as: { text: 'h' }, within: 1500 }],
    ['expect a hello { } as h within 1s', { kind: 'expect', as: { text: 'h' }, within: 1000, fields: [] }],
    ['expect a hello within 1s { }', { kind: 'expect', within: 1000, fields: [] }],
    ['expect a hello', { kind: 'expect', as: undefined, within: 2000 }],
    ['expect a nothing for 500ms', { kind: 'silence', time: 500 }],
    ['expect a close within 3s', { kind: 'close', within: 3000 }],
    ['wait 20ms', { kind: 'wait', time: 20 }],
    ['p2p KEEP_ALIVE', { kind: 'packet' }],
    ['@payload = 01 02', { kind: 'define', name: { text: 'payload' }, value: { kind: 'bytes', value: Uint8Array.of(1, 2) } }],
    ['fault a drop', { kind: 'fault', node: { text: 'a' }, fault: { text: 'drop' }, amount: undefined, message: undefined }],
    [
      'fault a flip=3 data nth 2',
      { kind: 'fault', fault: { text: 'flip' }, amount: { text: '3' }, message: { text: 'data' }, nth: { text: '2' } },
    ],
    ['fault a duplicate probability 0.1', { kind: 'fault', message: undefined, probability: { text: '0.1' } }],
  ])('%s', (text, statement) => expect(only(text)).toMatchObject(statement));

  it('keep a comment and a section apart', () => {
    expect(parseScript('# one\n### two\n## three\n').statements).toMatchObject([{ kind: 'section', title: 'two' }]);
  });
});

describe('values that refer to others', () => {
  const scope: Scope = {
    ...nowhere,
    answer: (path) => (path.join('.') === 'retry.cookie' ? Uint8Array.of(9) : undefined),
    valid: (path) => (path.join('.') === 'a.sig' ? Uint8Array.of(0, 0, 0, 0) : undefined),
  };
  const fields = (text: string): readonly FieldNode[] => (only(`send x y ${text}`) as { fields: readonly FieldNode[] }).fields;

  it('are those of answers and of the node itself', () => {
    expect(valuesOf(fields('{ cookie: retry.cookie }'), scope)).toEqual({ cookie: Uint8Array.of(9) });
    expect(valuesOf(fields('{ a: { sig: valid } }'), scope)).toEqual({ a: { sig: new Uint8Array(4) } });
    expect(valuesOf(fields('{ a: { sig: flip(valid, 2) } }'), scope)).toEqual({ a: { sig: Uint8Array.of(1, 0, 1, 0) } });
    expect(valuesOf(fields('{ a: { sig: truncate(valid, 1) } }'), scope)).toEqual({ a: { sig: Uint8Array.of(0) } });
  });

  it.each([
    ['{ b: retry.nothing }', 'there is nothing named retry.nothing'],
    ['{ b: valid }', 'the node has nothing valid for b'],
    ['{ b: any }', '"any" stands in expectations alone'],
  ])('%s leads nowhere', (text, why) => expect(() => valuesOf(fields(text), scope)).toThrow(why));

  it('are compared field by field, in what was said', () => {
    const came = { n: 5n, list: [{ id: 1 }, { id: 2 }], sig: Uint8Array.of(1), deep: { text: 'x' } };
    const difference = (text: string) => firstDifference(fields(text), came, scope);
    expect(difference('{ n: 5, list: [{ id: 1 }, any], sig: hex(01), deep: { text: "x" } }')).toBeUndefined();
    expect(difference('{ n: 6 }')).toMatchObject({ path: 'n', said: '6', came: '"5"', mended: { text: '5' } });
    expect(difference('{ list: [{ id: 1 }] }')).toMatchObject({ path: 'list', said: 'a list of 1' });
    expect(difference('{ list: [any, { id: 3 }] }')).toMatchObject({
      path: 'list[1].id',
      said: '3',
      came: '2',
      mended: { text: '2' },
    });
    expect(difference('{ sig: retry.cookie }')).toMatchObject({
      path: 'sig',
      said: 'hex(09)',
      came: 'hex(01)',
      mended: { text: 'hex(01)' },
    });
    expect(difference('{ other: any }')).toEqual({ path: 'other', said: 'any value', came: undefined });
  });
});
