import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bits, byCase, bytes, compileStruct, fieldToJson, list, struct, uint } from '../../../dissector/codec/index.ts';

/** p2p's HELLO: sizes first, then what they measure; the layout that no library could say. */
const hello = compileStruct(
  struct('HELLO', 'Sizes first.', [
    uint(2, 'a_size', 'bytes of a'),
    uint(1, 'g_size', 'bytes of g'),
    bytes('a', { ref: 'a_size' }, 'key'),
    bytes('g', { ref: 'g_size' }, 'generator', 'little-endian-hex'),
  ]),
);

const entries = compileStruct(
  struct('data', 'A list of entries by type.', [
    uint(1, 'count', 'entries'),
    list(
      'channels',
      'count',
      'entries',
      struct('entry', 'one', [
        uint(1, 'type', 'kind'),
        byCase('type', { 0: [uint(2, 'length', 'bytes'), bytes('data', { ref: 'length' }, 'data')], 2: [] }),
      ]),
    ),
  ]),
);

const head = compileStruct(
  struct('head', 'Bits.', [
    bits(4, [
      { name: 'direction', width: 1, doc: '' },
      { name: 'counter', width: 31, doc: '' },
    ]),
  ]),
);

describe('struct layouts', () => {
  it('read sizes before what they measure', () => {
    const { field, end, problem } = hello(Uint8Array.of(0, 2, 3, 0xaa, 0xbb, 1, 2, 0, 9));
    expect(fieldToJson(field)).toEqual({ a_size: 2, g_size: 3, a: 'aabb', g: '201' });
    expect({ end, problem }).toEqual({ end: 8, problem: undefined });
  });

  it('keep what is there of a field that is cut short, without a gap', () => {
    const { field, end, problem } = hello(Uint8Array.of(0, 5, 1, 0xaa));
    expect(problem).toMatchObject({ kind: 'incomplete', path: 'HELLO.a', needed: 5, had: 1, claimedBy: 'a_size', at: 3 });
    expect(field.children!.map(({ name, start, end }) => [name, start, end])).toEqual([
      ['a_size', 0, 2],
      ['g_size', 2, 3],
      ['a', 3, 4],
    ]);
    expect({ end, fieldEnd: field.end }).toEqual({ end: 4, fieldEnd: 4 });
  });

  it('stop at a value without a layout and keep the entries before it', () => {
    const { field, problem } = entries(Uint8Array.of(3, 2, 0, 0, 1, 0xcc, 7, 1));
    expect(fieldToJson(field)).toEqual({ count: 3, channels: [{ type: 2 }, { type: 0, length: 1, data: 'cc' }, { type: 7 }] });
    expect(problem?.text).toMatch(/type 7/);
  });

  it('split a word into bits', () => {
    expect(fieldToJson(head(Uint8Array.of(0xff, 0xff, 0xff, 0xfe)).field)).toEqual({ direction: 1, counter: 0x7fff_fffe });
  });

  it('refuse a reference to nothing when they are built', () => {
    expect(() => compileStruct(struct('x', '', [bytes('data', { ref: 'length' }, '')]))).toThrow(/"length"/);
  });

  it('never throw, and never leave a gap', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (raw) => {
        for (const decode of [hello, entries]) {
          const { field, end } = decode(raw);
          let at = 0;
          for (const child of field.children!) {
            expect(child.start).toBe(at);
            at = child.end;
          }
          expect([at, field.end]).toEqual([end, end]);
        }
      }),
    );
  });
});
