/** Every type of proto3, both ways: the examples of the encoding reference, unknown fields, maps, oneof, packed numbers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeProto,
  encodeProto,
  type FieldValues,
  fieldToJson,
  fieldToValues,
  type ProtoField,
  type ProtoMessage,
  type ProtoScalar,
  protoForm,
  protoMap,
} from '../../../dissector/codec/index.ts';
import { hex } from './roundtrip.ts';

const message = (...fields: ProtoField[]): ProtoMessage => ({ name: 'm', doc: '', fields });
const field = (type: ProtoField['type'], more: Partial<ProtoField> = {}): ProtoField => ({
  number: 1,
  name: 'a',
  type,
  doc: '',
  ...more,
});
const json = (layout: ProtoMessage, wire: string) => fieldToJson(decodeProto(layout, hex(wire)).field);
const again = (layout: ProtoMessage, wire: Uint8Array) =>
  encodeProto(layout, fieldToValues(decodeProto(layout, wire).field) as FieldValues);

describe('a scalar', () => {
  it.each([
    ['int32', '089601', 150],
    ['int32', '08ffffffffffffffffff01', -1],
    ['int64', '0880808080808080808001', '-9223372036854775808'],
    ['uint32', '08ffffffff0f', 0xffff_ffff],
    ['uint64', '08ffffffffffffffffff01', '18446744073709551615'],
    ['sint32', '0803', -2],
    ['sint64', '08ffffffffffffffffff01', '-9223372036854775808'],
    ['fixed32', '0d01000080', 0x8000_0001],
    ['fixed64', '090100000000000000', 1],
    ['sfixed32', '0dffffffff', -1],
    ['sfixed64', '09ffffffffffffffff', -1],
    ['float', '0d0000c03f', 1.5],
    ['double', '09000000000000f83f', 1.5],
    ['bool', '0801', true],
    ['string', '0a0774657374696e67', 'testing'],
    ['bytes', '0a02ff00', 'ff00'],
  ] as const)('%s %s is %s', (type, wire, value) => {
    const layout = message(field(type));
    expect(json(layout, wire)).toEqual({ a: value });
    expect(again(layout, hex(wire))).toEqual(hex(wire));
  });

  it.each([
    ['int32', 2 ** 31, /does not fit 32 bits/],
    ['uint32', -1, /does not fit 32 bits/],
    ['sint64', 1n << 63n, /does not fit 64 bits/],
    ['sfixed32', 2 ** 31, /does not fit 32 bits/],
    ['fixed64', -1, /does not fit 64 bits/],
    ['bool', 1, /expected true or false/],
    ['float', '1', /expected a number/],
    ['string', 7, /expected text/],
  ] as const)('%s refuses %s', (type, a, text) => expect(() => encodeProto(message(field(type)), { a })).toThrow(text));

  it('comes back from any value', () => {
    const values: Readonly<Partial<Record<ProtoScalar, fc.Arbitrary<unknown>>>> = {
      int32: fc.integer(),
      sint32: fc.integer(),
      sfixed32: fc.integer(),
      uint32: fc.nat(0xffff_ffff),
      int64: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
      sint64: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
      double: fc.double({ noNaN: true }),
      bool: fc.boolean(),
      string: fc.string({ unit: 'grapheme' }),
    };
    for (const [type, value] of Object.entries(values))
      fc.assert(
        fc.property(value, (a) => {
          const layout = message(field(type as ProtoScalar));
          const { a: back } = fieldToValues(decodeProto(layout, encodeProto(layout, { a } as FieldValues)).field) as FieldValues;
          expect(typeof a === 'bigint' ? BigInt(back as number) : back).toEqual(a);
        }),
      );
  });

  it('that is longer than it has to be, or not a number, comes back as it was', () => {
    const odd = [
      ['bool', '0802'],
      ['bool', '088000'],
      ['int32', '08ffffffff0f'],
      ['uint32', '0880808080808001'],
      ['uint64', '08ffffffffffffffffff7f'],
      ['float', '0d0100c07f'],
    ] as const;
    for (const [type, wire] of odd) expect(again(message(field(type)), hex(wire))).toEqual(hex(wire));
  });
});

it('a type that proto3 has not is refused', () =>
  expect(() => protoForm('m', message(field('strng' as never)))).toThrow('proto3 has no type "strng"'));

describe('an enumeration', () => {
  const layout = message(field({ enum: { 0: 'none', 2: 'two' } }));

  it('has words, and keeps numbers without one', () => {
    expect(decodeProto(layout, hex('0802')).field.children![0]).toMatchObject({ value: 2, text: 'two (2)' });
    expect(json(layout, '0805')).toEqual({ a: 5 });
    expect(encodeProto(layout, { a: 'two' })).toEqual(hex('0802'));
    expect(encodeProto(layout, { a: 5 })).toEqual(hex('0805'));
    expect(() => encodeProto(layout, { a: 'three' })).toThrow('expected an integer');
    expect(protoForm('m', layout).fields[0]).toMatchObject({ kind: { type: 'integer', bits: 32 }, values: { 2: 'two' } });
  });
});

describe('a repeated number', () => {
  // The example of the encoding reference.
  const packed = message(field('int32', { number: 6, repeated: true }));
  const wire = '3206038e029ea705';

  it('stands in one record, each value with its range', () => {
    expect(json(packed, wire)).toEqual({ a: [3, 270, 86942] });
    const list = decodeProto(packed, hex(wire)).field.children![0]!;
    expect(list.children!.map(({ start, end }) => [start, end])).toEqual([
      [2, 3],
      [3, 5],
      [5, 8],
    ]);
    expect(encodeProto(packed, { a: [3, 270, 86942] })).toEqual(hex(wire));
  });

  it('is read from records of its own, too, and from both', () => {
    expect(json(packed, `30013202020330${'04'}`)).toEqual({ a: [1, 2, 3, 4] });
    const apart = message(field('fixed32', { repeated: true, packed: false }));
    expect(encodeProto(apart, { a: [1, 2] })).toEqual(hex('0d01000000 0d02000000'));
    expect(again(apart, hex('0d01000000 0d02000000'))).toEqual(hex('0d01000000 0d02000000'));
  });

  it('that is cut keeps what was read', () => {
    const { field: tree, problem } = decodeProto(message(field('fixed32', { repeated: true })), hex('0a06 01000000 0200'));
    expect(problem?.kind).toBe('malformed');
    expect(fieldToJson(tree)).toEqual({ a: [1] });
  });

  it('is bounded in count', () => {
    const content = new Uint8Array(30_000);
    const { problem } = decodeProto(packed, Uint8Array.from([0x32, 0xb0, 0xea, 1, ...content]));
    expect(problem).toMatchObject({ kind: 'limit', limit: 'fields' });
  });
});

it('a message that stands twice has its lists one after the other', () => {
  const inner = message(field('string', { repeated: true }), field('uint32', { number: 2, name: 'b' }));
  expect(json(message(field(inner)), '0a050a01611001 0a050a01621002')).toEqual({ a: { a: ['a', 'b'], b: 2 } });
});

describe('a map', () => {
  const layout = message(protoMap(3, 'counts', 'string', 'uint32', 'Counts by name.'));

  it('is a list of keys and values', () => {
    const wire = '1a050a0161 1007'.replace(' ', '');
    expect(json(layout, wire)).toEqual({ counts: [{ key: 'a', value: 7 }] });
    expect(encodeProto(layout, { counts: [{ key: 'a', value: 7 }] })).toEqual(hex(wire));
    expect(protoForm('m', layout).fields[0]).toMatchObject({
      display: 'proto3 map<string, uint32>, field 3',
      kind: { type: 'list' },
    });
  });
});

describe('a oneof', () => {
  const body = { oneof: 'body' } as const;
  const inner: ProtoMessage = { name: 'inner', doc: '', fields: [field('uint32'), field('uint32', { number: 2, name: 'b' })] };
  const layout = message(
    field('uint32', { ...body, name: 'number' }),
    field('string', { ...body, number: 2, name: 'text' }),
    field(inner, { ...body, number: 3, name: 'inner' }),
  );

  it('has the last that stands there', () => {
    expect(json(layout, '0807 120161')).toEqual({ text: 'a' });
    expect(json(layout, '120161 0807')).toEqual({ number: 7 });
    expect(json(layout, '1a020801 1a021002')).toEqual({ inner: { a: 1, b: 2 } });
    expect(json(layout, '1a020801 0807 1a021002')).toEqual({ inner: { b: 2 } });
    expect(decodeProto(layout, hex('0807120161')).field.children).toHaveLength(2);
  });

  it('is written as it is told', () => expect(encodeProto(layout, { number: 7, text: 'a' })).toEqual(hex('0807120161')));
});

describe('unknown fields', () => {
  const layout = message(field('uint32'), field('string', { number: 5, name: 'b' }));

  it('are kept with the bytes that they had, in their places', () => {
    const wire = hex('0801 1a02ffff 2a0161 4d01000000 53 0801 54');
    const { values, problem } = protoForm('m', layout).decode(wire);
    expect(problem).toBeUndefined();
    expect(values).toMatchObject({ a: 1, b: 'a' });
    expect(encodeProto(layout, values)).toEqual(wire);
  });

  it('carry records that lie: 7 on five bytes', () =>
    expect(encodeProto(layout, { a: 1, unknown_fields: [hex('2a07 6161616161')] })).toEqual(hex('0801 2a07 6161616161')));
});

describe('any message', () => {
  const inner: ProtoMessage = message(field('sint32'), field('bytes', { number: 2, name: 'b' }));
  const layout = message(
    field('uint64', { repeated: true }),
    field('bool', { number: 2, name: 'b' }),
    field(inner, { number: 3, name: 'c', repeated: true }),
    protoMap(4, 'd', 'int32', inner, ''),
    field('double', { number: 5, name: 'e', oneof: 'x' }),
    field({ enum: { 1: 'one' } }, { number: 6, name: 'f', oneof: 'x' }),
  );
  const small = fc.record({ a: fc.integer(), b: fc.uint8Array({ maxLength: 5 }) }, { requiredKeys: [] });
  const values = fc.record(
    {
      a: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
      b: fc.boolean(),
      c: fc.array(small, { minLength: 1, maxLength: 3 }),
      d: fc.array(fc.record({ key: fc.integer(), value: small }), { minLength: 1, maxLength: 3 }),
      f: fc.integer(),
    },
    { requiredKeys: [] },
  );

  it('comes back as it was', () => {
    fc.assert(
      fc.property(values, (given) => {
        const wire = encodeProto(layout, given as FieldValues);
        expect(fieldToValues(decodeProto(layout, wire).field)).toEqual(given);
        expect(again(layout, wire)).toEqual(wire);
      }),
    );
  });

  it('of any bytes throws nothing, and says the same once it was encoded again', () => {
    const biased = fc.array(fc.oneof(fc.constantFrom(8, 10, 16, 26, 34, 41, 48, 1, 2, 0), fc.nat(255)), { maxLength: 40 });
    fc.assert(
      fc.property(biased, (raw) => {
        const { field: tree, problem } = decodeProto(layout, Uint8Array.from(raw));
        // A record of no numbers says nothing, and is not written.
        if (problem !== undefined || JSON.stringify(fieldToJson(tree)).includes('[]')) return;
        const said = fieldToValues(tree) as FieldValues;
        expect(fieldToValues(decodeProto(layout, encodeProto(layout, said)).field)).toEqual(said);
      }),
      { numRuns: 2000 },
    );
  });
});
