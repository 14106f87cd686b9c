import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeProto, fieldToJson, type ProtoMessage } from '../../../dissector/codec/index.ts';

const claim: ProtoMessage = { name: 'claim', doc: '', fields: [{ number: 1, name: 'key', type: 'bytes', doc: '' }] };
const layout: ProtoMessage = {
  name: 'message',
  doc: '',
  fields: [
    { number: 1, name: 'suites', type: 'string', repeated: true, doc: '' },
    { number: 2, name: 'count', type: 'uint64', doc: '' },
    { number: 3, name: 'claim', type: claim, doc: '' },
  ],
};
const decode = (...raw: number[]) => decodeProto(layout, Uint8Array.from(raw));

describe('proto3', () => {
  it('collects repeated fields and nests messages', () => {
    const { field, problem } = decode(0x0a, 1, 0x61, 0x10, 0x96, 0x01, 0x1a, 3, 0x0a, 1, 0xff, 0x0a, 1, 0x62);
    expect(problem).toBeUndefined();
    expect(fieldToJson(field)).toEqual({ suites: ['a', 'b'], count: 150, claim: { key: 'ff' } });
  });

  it('keeps unknown fields in the tree and out of the JSON', () => {
    const { field } = decode(0x4d, 1, 0, 0, 0);
    expect(field.children!.map(({ name, value }) => [name, value])).toEqual([['field_9', 1]]);
    expect(fieldToJson(field)).toEqual({});
  });

  it.each([
    ['a length beyond the end', [0x0a, 5, 0x61], /claims 5 bytes, 1 are left/],
    ['a length of 2^32-1', [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], /4294967295/],
    ['a varint that ends', [0x10, 0x80], /ends in the middle/],
    ['a varint of eleven bytes', [0x10, ...Array(11).fill(0x80)], /longer than 10/],
    ['a group that does not end', [0x4b], /group 9 does not end/],
    ['a group that ends as another', [0x4b, 0x54], /group 9 ends as group 10/],
    ['wire type 6', [0x4e], /not used by proto3/],
    ['field number 0', [0x02, 0], /out of the range/],
  ])('names %s', (_, raw, text) => expect(decode(...raw).problem?.text).toMatch(text));

  it('skips unknown groups, and groups in them', () => {
    const { field, problem } = decode(0x4b, 0x53, 0x08, 1, 0x54, 0x0a, 1, 0x61, 0x4c, 0x10, 7);
    expect(problem).toBeUndefined();
    expect(fieldToJson(field)).toEqual({ count: 7 });
  });

  it('takes a known number with another wire type for an unknown field', () => {
    const { field, problem } = decode(0x08, 1, 0x10, 7);
    expect(problem).toBeUndefined();
    expect(field.children!.map(({ name }) => name)).toEqual(['field_1', 'count']);
    expect(fieldToJson(field)).toEqual({ count: 7 });
  });

  it('merges a message that stands twice', () => {
    expect(fieldToJson(decode(0x1a, 3, 0x0a, 1, 0xff, 0x1a, 0).field)).toEqual({ claim: { key: 'ff' } });
    expect(fieldToJson(decode(0x1a, 3, 0x0a, 1, 0xff, 0x1a, 3, 0x0a, 1, 0xee).field)).toEqual({ claim: { key: 'ee' } });
  });

  it('ends nesting at its limit', () => {
    const deep: ProtoMessage = { name: 'deep', doc: '', fields: [] };
    (deep as { fields: ProtoMessage['fields'] }).fields = [{ number: 1, name: 'inner', type: deep, doc: '' }];
    let raw = new Uint8Array(0);
    for (let i = 0; i < 100; i++)
      raw = Uint8Array.from([0x0a, ...(raw.length < 128 ? [raw.length] : [(raw.length & 0x7f) | 0x80, raw.length >> 7]), ...raw]);
    expect(decodeProto(deep, raw).problem).toMatchObject({ kind: 'limit', limit: 'depth' });
  });

  it('never throws and never reads past the end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (raw) => {
        const { field, end } = decodeProto(layout, raw);
        let at = 0;
        for (const child of field.children!) {
          expect(child.start).toBe(at);
          at = child.end;
        }
        expect(at).toBe(end);
      }),
    );
  });
});
