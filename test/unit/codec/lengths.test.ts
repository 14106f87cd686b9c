/** Lengths that do not count exactly the bytes of their field, and structs that have a length. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bits,
  bounded,
  byCase,
  bytes,
  compileStruct,
  encodeStruct,
  fieldToJson,
  type Length,
  list,
  prefixed,
  type StructItem,
  struct,
  tlv,
  uint,
  when,
} from '../../../dissector/codec/index.ts';
import { checkAgain, hex } from './roundtrip.ts';

const frame = (length: Length): StructItem =>
  struct('frame', '', [uint(1, 'length', ''), uint(1, 'type', ''), bytes('body', length, '')]);
const json = (layout: StructItem, wire: Uint8Array) => fieldToJson(compileStruct(layout)(wire).field);

describe('a length', () => {
  it.each([
    ['that counts the type, too', { ref: 'length', less: 1 }, 4],
    ['that counts all of the message', { ref: 'length', less: 2 }, 5],
    ['that counts less', { ref: 'length', plus: 1 }, 2],
    ['of the field alone', { ref: 'length' }, 3],
  ] as const)('%s is read and filled in', (_, length, value) => {
    const layout = frame(length);
    const wire = encodeStruct(layout, { type: 9, body: hex('aabbcc') });
    expect([...wire]).toEqual([value, 9, 0xaa, 0xbb, 0xcc]);
    expect(json(layout, wire)).toEqual({ length: value, type: 9, body: 'aabbcc' });
    expect(checkAgain(layout, wire)).toBe(true);
  });

  it('may lie: 7 on five bytes', () => {
    for (const length of [{ ref: 'length' }, { ref: 'length', less: 1 }])
      expect([...encodeStruct(frame(length), { length: 7, type: 0, body: new Uint8Array(5) })]).toEqual([7, 0, 0, 0, 0, 0, 0]);
  });

  it('may count words, in bits too', () => {
    const layout = struct('header', '', [
      bits(1, [
        { name: 'version', width: 4, doc: '' },
        { name: 'words', width: 4, doc: '' },
      ]),
      bytes('options', { ref: 'words', times: 4, less: 1 }, ''),
    ]);
    expect([...encodeStruct(layout, { version: 4, options: hex('010203') })]).toEqual([0x41, 1, 2, 3]);
    expect(() => encodeStruct(layout, { version: 4, options: hex('0102') })).toThrow('no value of "words" stands for 2');
    expect(json(layout, hex('42 01020304050607'))).toEqual({ version: 4, words: 2, options: '01020304050607' });
  });

  it('may measure what stands in a struct inside of its own', () => {
    const inner = struct('inner', '', [uint(1, 'a', ''), bytes('data', { ref: 'length' }, '')]);
    const layout = struct('outer', '', [uint(1, 'length', ''), inner]);
    expect([...encodeStruct(layout, { inner: { a: 9, data: hex('aabb') } })]).toEqual([2, 9, 0xaa, 0xbb]);
    expect(json(layout, hex('02 09 aabb'))).toEqual({ length: 2, inner: { a: 9, data: 'aabb' } });
  });

  it('that is less than what it has to count is malformed', () => {
    const { field, problem, end } = compileStruct(frame({ ref: 'length', less: 2 }))(hex('01 09 aa'));
    expect(problem).toMatchObject({ kind: 'malformed', text: 'frame.body has -1 bytes, as "length" says', path: 'frame.body' });
    expect([field.children!.length, end]).toEqual([2, 2]);
  });

  it('may stand in a case, and in items that depend on a value', () => {
    const layout = struct('message', '', [
      uint(1, 'type', ''),
      byCase('type', { 1: [uint(1, 'size', ''), bytes('data', { ref: 'size', less: 1 }, '')] }, [bytes('rest', 'rest', '')]),
      when('type', [1, 2], [...prefixed('name', 'u8', '', 'utf8')]),
    ]);
    expect([...encodeStruct(layout, { type: 1, data: hex('ff'), name: 'a' })]).toEqual([1, 2, 0xff, 1, 97]);
    expect([...encodeStruct(layout, { type: 7, rest: hex('ff') })]).toEqual([7, 0xff]);
    expect(json(layout, hex('01 02 ff 01 61'))).toEqual({ type: 1, size: 2, data: 'ff', name_length: 1, name: 'a' });
    expect(json(layout, hex('07 02 ff'))).toEqual({ type: 7, rest: '02ff' });
  });
});

describe('a bounded struct', () => {
  const layout = struct('message', '', [
    uint(1, 'length', ''),
    bounded('inner', { ref: 'length', less: 1 }, '', [uint(2, 'a', ''), ...prefixed('b', 'u8', '')]),
    uint(1, 'after', ''),
  ]);

  it('has a length that is filled in, and keeps what its items leave', () => {
    expect([...encodeStruct(layout, { inner: { a: 1, b: hex('ff') }, after: 9 })]).toEqual([5, 0, 1, 1, 0xff, 9]);
    const wire = hex('08 0001 01ff 616263 09');
    expect(json(layout, wire)).toEqual({ length: 8, inner: { a: 1, b_length: 1, b: 'ff', trailing: '616263' }, after: 9 });
    expect(checkAgain(layout, wire)).toBe(true);
  });

  it('reads nothing beyond it, and says that no byte can mend it', () => {
    const { problem, end } = compileStruct(layout)(hex('04 0001 05 09090909'));
    expect(problem).toMatchObject({ kind: 'malformed', path: 'message.inner.b' });
    expect(end).toBe(4);
  });

  it('that is cut short shows what is there, and is incomplete', () => {
    const { field, problem } = compileStruct(layout)(hex('09 0001 01ff'));
    expect(problem).toMatchObject({ kind: 'incomplete', path: 'message.inner', needed: 8, had: 4, claimedBy: 'length' });
    expect(fieldToJson(field)).toEqual({ length: 9, inner: { a: 1, b_length: 1, b: 'ff' } });
  });

  it('may be given as its bytes', () => expect([...encodeStruct(layout, { inner: hex('00'), after: 9 })]).toEqual([2, 0, 9]));

  it('has a name that its items leave free', () =>
    expect(() => compileStruct(struct('x', '', [bounded('y', 1, '', [uint(1, 'trailing', '')])]))).toThrow('x.y.trailing'));
});

describe('entries of tag, length and value', () => {
  const layout = struct('options', '', [
    tlv('options', 'Options.', {
      tag: uint(1, 'tag', 'Tag.', { names: { 1: 'mtu' } }),
      length: uint(1, 'length', 'Bytes of the value.'),
      known: { 1: struct('mtu', 'MTU.', [uint(2, 'mtu', 'Bytes.')]), 2: struct('end', 'End.', []) },
    }),
  ]);

  it('keep tags that are not known, and bytes that a known one does not have', () => {
    const wire = hex('01 02 05dc  09 03 aabbcc  02 00  01 03 05dcff');
    expect(json(layout, wire)).toEqual({
      options: [
        { tag: 1, length: 2, mtu: { mtu: 1500 } },
        { tag: 9, length: 3, value: 'aabbcc' },
        { tag: 2, length: 0, end: {} },
        { tag: 1, length: 3, mtu: { mtu: 1500, trailing: 'ff' } },
      ],
    });
    expect(checkAgain(layout, wire)).toBe(true);
  });

  it('have lengths that are filled in, and may lie', () => {
    const entries = [
      { tag: 1, mtu: { mtu: 1 } },
      { tag: 8, length: 7, value: new Uint8Array(5) },
    ];
    expect([...encodeStruct(layout, { options: entries })]).toEqual([1, 2, 0, 1, 8, 7, 0, 0, 0, 0, 0]);
  });

  it('never throw, and come back as they were', () => {
    let whole = 0;
    const entry = fc.tuple(fc.nat(3), fc.uint8Array({ maxLength: 5 })).map(([tag, value]) => [tag, value.length, ...value]);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (raw) => void checkAgain(layout, raw)));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
        if (checkAgain(layout, Uint8Array.from(entries.flat()))) whole++;
      }),
    );
    expect(whole).toBeGreaterThan(5);
  });
});

describe('a list', () => {
  const entry = struct('entry', '', [uint(1, 'n', ''), bytes('data', { ref: 'n' }, '')]);

  it.each([
    ['of a number', list('all', 2, '', uint(1, 'one', '')), '0102', [1, 2]],
    ['up to the end', list('all', 'rest', '', uint(2, 'one', '')), '00010002', [1, 2]],
    [
      'up to bytes that end it',
      list('all', { until: [0] }, '', entry),
      '01aa 02bbcc 00',
      [
        { n: 1, data: 'aa' },
        { n: 2, data: 'bbcc' },
      ],
    ],
    [
      'of lists',
      list('all', 'rest', '', list('pair', 2, '', uint(1, 'one', ''))),
      '01020304',
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ] as const)('%s', (_, item, wire, all) => {
    const layout = struct('x', '', [item]);
    expect(json(layout, hex(wire))).toEqual({ all });
    expect(checkAgain(layout, hex(wire))).toBe(true);
  });

  it('counts with what its integer has too much', () => {
    const layout = struct('x', '', [uint(1, 'n', ''), list('all', { ref: 'n', less: 1 }, '', uint(1, 'one', ''))]);
    expect([...encodeStruct(layout, { all: [7, 8] })]).toEqual([3, 7, 8]);
    expect(compileStruct(layout)(hex('00')).problem).toMatchObject({ kind: 'malformed' });
  });

  it('that does not end is incomplete, one without bytes malformed, one that is too long over its limit', () => {
    const ended = compileStruct(struct('x', '', [list('all', { until: [0, 0] }, '', uint(1, 'one', ''))]));
    expect(ended(hex('0102')).problem).toMatchObject({ kind: 'incomplete', path: 'x.all' });
    const empty = compileStruct(struct('x', '', [list('all', 'rest', '', struct('none', '', []))]));
    expect(empty(hex('01')).problem).toMatchObject({ kind: 'malformed', text: 'an element of x.all has no bytes' });
    const counted = compileStruct(struct('x', '', [uint(4, 'n', ''), list('all', 'n', '', struct('none', '', []))]));
    expect(counted(hex('ffffffff')).problem).toMatchObject({ kind: 'limit', limit: 'fields' });
  });
});
