/** CBOR: appendix A of RFC 8949, both ways; layouts, and what is no CBOR. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHalf, toHalf } from '../../../dissector/codec/half.ts';
import {
  cbor,
  cborForm,
  decodeCbor,
  type Encodable,
  encodeCbor,
  fieldToJson,
  fieldToValues,
} from '../../../dissector/codec/index.ts';
import { checkRanges, hex } from './roundtrip.ts';

const read = (wire: string): Encodable => {
  const { field, problem, end } = decodeCbor('value', cbor.any, hex(wire));
  expect([problem, end]).toEqual([undefined, hex(wire).length]);
  checkRanges(field);
  return fieldToValues(field);
};
const numbers = Array.from({ length: 25 }, (_, i) => i + 1);
const list25 = '98190102030405060708090a0b0c0d0e0f101112131415161718181819';

/** In preferred serialization. */
const preferred: readonly (readonly [string, Encodable])[] = [
  ['00', 0],
  ['01', 1],
  ['0a', 10],
  ['17', 23],
  ['1818', 24],
  ['1819', 25],
  ['1864', 100],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1bffffffffffffffff', 18446744073709551615n],
  ['c249010000000000000000', 18446744073709551616n],
  ['3bffffffffffffffff', -18446744073709551616n],
  ['c349010000000000000000', -18446744073709551617n],
  ['20', -1],
  ['29', -10],
  ['3863', -100],
  ['3903e7', -1000],
  ['f90000', { float: 0 }],
  ['f98000', -0],
  ['f93c00', { float: 1 }],
  ['fb3ff199999999999a', 1.1],
  ['f93e00', 1.5],
  ['f97bff', { float: 65504 }],
  ['fa47c35000', { float: 100_000 }],
  ['fa7f7fffff', 3.4028234663852886e38],
  ['fb7e37e43c8800759c', 1.0e300],
  ['f90001', 2 ** -24],
  ['f90400', 0.00006103515625],
  ['f9c400', { float: -4 }],
  ['fbc010666666666666', -4.1],
  ['f97c00', Number.POSITIVE_INFINITY],
  ['f97e00', Number.NaN],
  ['f9fc00', Number.NEGATIVE_INFINITY],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['f7', { simple: 23 }],
  ['f0', { simple: 16 }],
  ['f8ff', { simple: 255 }],
  ['c074323031332d30332d32315432303a30343a30305a', { tag: 0, value: '2013-03-21T20:04:00Z' }],
  ['c11a514b67b0', { tag: 1, value: 1_363_896_240 }],
  ['c1fb41d452d9ec200000', { tag: 1, value: 1_363_896_240.5 }],
  ['d74401020304', { tag: 23, value: hex('01020304') }],
  ['d818456449455446', { tag: 24, value: hex('6449455446') }],
  ['d82076687474703a2f2f7777772e6578616d706c652e636f6d', { tag: 32, value: 'http://www.example.com' }],
  ['40', hex('')],
  ['4401020304', hex('01020304')],
  ['60', ''],
  ['6161', 'a'],
  ['6449455446', 'IETF'],
  ['62225c', '"\\'],
  ['62c3bc', '\u00fc'],
  ['63e6b0b4', '\u6c34'],
  ['64f0908591', '\ud800\udd51'],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  [list25, numbers],
  ['a0', {}],
  ['a201020304', { '#1': 2, '#3': 4 }],
  ['a26161016162820203', { a: 1, b: [2, 3] }],
  ['826161a161626163', ['a', { b: 'c' }]],
  ['a56161614161626142616361436164614461656145', { a: 'A', b: 'B', c: 'C', d: 'D', e: 'E' }],
];

/** Of indefinite length: decoded as the others, and encoded with a length. */
const indefinite: readonly (readonly [string, Encodable])[] = [
  ['5f42010243030405ff', hex('0102030405')],
  ['7f657374726561646d696e67ff', 'streaming'],
  ['9fff', []],
  ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
  ['9f01820203820405ff', [1, [2, 3], [4, 5]]],
  ['83018202039f0405ff', [1, [2, 3], [4, 5]]],
  ['83019f0203ff820405', [1, [2, 3], [4, 5]]],
  ['9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff', numbers],
  ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ['826161bf61626163ff', ['a', { b: 'c' }]],
  ['bf6346756ef563416d7421ff', { Fun: true, Amt: -2 }],
];

describe('appendix A of RFC 8949', () => {
  it.each(preferred)('%s, both ways', (wire, value) => {
    expect(read(wire)).toEqual(value);
    expect(encodeCbor(cbor.any, value)).toEqual(hex(wire));
  });

  it.each(indefinite)('%s, of indefinite length', (wire, value) => expect(read(wire)).toEqual(value));
  it.each([
    ['fa7f800000', Number.POSITIVE_INFINITY],
    ['fb7ff8000000000000', Number.NaN],
  ])('%s, in more bytes than it needs', (wire, value) => expect(read(wire)).toEqual(value));
});

describe('a map', () => {
  it.each([
    [
      'with a key twice',
      'a2616101616102',
      [
        { key: 'a', value: 1 },
        { key: 'a', value: 2 },
      ],
    ],
    [
      'with keys of other kinds',
      'a2f50140f6',
      [
        { key: true, value: 1 },
        { key: hex(''), value: null },
      ],
    ],
    ['with digits as text', 'a1613101', [{ key: '1', value: 1 }]],
    ['with text that looks as the name of an integer', 'a162233101', [{ key: '#1', value: 1 }]],
    [
      'that looks as a tag',
      'a2637461670165' + '76616c756502',
      [
        { key: 'tag', value: 1 },
        { key: 'value', value: 2 },
      ],
    ],
  ] as const)('%s has its entries', (_, wire, entries) => {
    expect(read(wire)).toEqual({ entries });
    expect(encodeCbor(cbor.any, read(wire))).toEqual(hex(wire));
  });

  it('whose key is "__proto__" has a field of that name', () => {
    const wire = 'a1695f5f70726f746f5f5f01';
    expect(Object.keys(read(wire) as object)).toEqual(['__proto__']);
    expect(encodeCbor(cbor.any, read(wire))).toEqual(hex(wire));
  });
});

describe('cborForm', () => {
  const form = cborForm(
    'key',
    'A COSE key.',
    cbor.map([
      cbor.entry('kty', 'The kind of key.', cbor.int, 1),
      cbor.entry('x', 'The public key.', cbor.bytes(4), -2),
      cbor.entry('weight', 'A weight.', cbor.float),
      cbor.entry('peers', 'Peers.', cbor.list(cbor.map([cbor.entry('host', 'Host.', cbor.text, 'h')]))),
    ]),
  );
  const wire = hex('a5 0101 2144aabbccdd 66776569676874f93c00 65706565727381a16168616f 0907');
  const values = { kty: 1, x: hex('aabbccdd'), weight: 1, peers: [{ host: 'o' }], '#9': 7 };

  it('names keys as its layout does, integers too', () => {
    expect(form.decode(wire)).toEqual({ values });
    expect(form.encode(values)).toEqual(wire);
    expect(fieldToJson(form.tree!(wire))).toMatchObject({ kty: 1, x: 'aabbccdd', '#9': 7 });
    expect(form.fields.map(({ name, kind }) => [name, kind.type])).toEqual([
      ['kty', 'integer'],
      ['x', 'bytes'],
      ['weight', 'float'],
      ['peers', 'list'],
    ]);
    expect(form.fields[1]!.display).toBe('bytes (4), key -2');
  });

  it('keeps an integer where a float was to be', () => {
    const odd = hex('a16677656967687401');
    expect(form.encode(form.decode(odd).values)).toEqual(odd);
  });

  it('says what is not in preferred serialization, and what is no map', () => {
    expect(form.decode(hex('bf0101ff')).problem?.text).toContain('preferred serialization');
    expect(form.decode(hex('a1011801')).problem?.text).toContain('preferred serialization');
    for (const other of ['80', 'f93c00', '01']) expect(form.decode(hex(other)).problem?.text).toBe('key is no map');
  });

  it.each([
    ['a tag that is none', { '#1': { tag: -1, value: 1 } }],
    ['an entry without a value', { '#1': { entries: [{ key: 1 }] } }],
    ['a float that is text', { '#1': { float: 'a' } }],
  ])('refuses %s', (_, given) => expect(() => form.encode(given as never)).toThrow(/^key\.#1/));
});

describe('what is no CBOR', () => {
  // RFC 8949 appendix F.1.
  it.each([
    '18',
    '19',
    '1a',
    '1b',
    '1901',
    '1a0102',
    '1b01020304050607',
    '38',
    '58',
    '78',
    '98',
    '9a01ff00',
    'b8',
    'd8',
    'f8',
    'f900',
    'fa0000',
    'fb000000',
    '41',
    '61',
    '5affffffff00',
    '5bffffffffffffffff010203',
    '7affffffff00',
    '7b7fffffffffffffff010203',
    '81',
    '818181818181818181',
    '8200',
    'a1',
    'a20102',
    'a100',
    'a2000000',
    'c0',
    '5f4100',
    '7f6100',
    '9f',
    '9f0102',
    'bf',
    'bf01020102',
    '819f',
    '9f8000',
    '9f9f9f9f9fffffffff',
    '1c',
    '1d',
    '1e',
    '3c',
    '5c',
    '7d',
    '9e',
    'bc',
    'dc',
    'fc',
    'fd',
    'f800',
    'f801',
    'f818',
    'f81f',
    '5f00ff',
    '5f21ff',
    '5f6100ff',
    '5f80ff',
    '5fa0ff',
    '5fc000ff',
    '5fe0ff',
    '7f4100ff',
    '5f5f4100ffff',
    '7f7f6100ffff',
    'ff',
    '81ff',
    '8200ff',
    'a1ff',
    'a1ff00',
    'a100ff',
    'a20000ff',
    '9f81ff',
    'bf00ff',
    'bf000000ff',
    '1f',
    '3f',
    'df',
  ])('%s has a problem', (wire) => expect(decodeCbor('value', cbor.any, hex(wire)).problem).toBeDefined());

  it('takes no time for an integer of a megabyte', () => {
    const wire = encodeCbor(cbor.any, { tag: 2, value: new Uint8Array(1 << 20).fill(1) });
    expect(encodeCbor(cbor.any, fieldToValues(decodeCbor('v', cbor.any, wire).field))).toEqual(wire);
  });

  it('ends nesting and counts at their limits', () => {
    expect(decodeCbor('v', cbor.any, new Uint8Array(100).fill(0x81)).problem).toMatchObject({ kind: 'limit', limit: 'depth' });
    expect(decodeCbor('v', cbor.any, new Uint8Array(100).fill(0xc1)).problem).toMatchObject({ kind: 'limit', limit: 'depth' });
    const many = new Uint8Array(30_003);
    many.set(hex('997530'));
    expect(decodeCbor('v', cbor.any, many).problem).toMatchObject({ kind: 'limit', limit: 'fields' });
    expect(decodeCbor('v', cbor.any, new Uint8Array(30_000).fill(0x40).fill(0x5f, 0, 1)).problem).toMatchObject({
      kind: 'limit',
    });
    expect(decodeCbor('v', cbor.any, hex('9bffffffffffffffff')).problem).toMatchObject({ kind: 'incomplete' });
  });
});

describe('any value', () => {
  const leaf = fc.oneof(
    fc.integer(),
    fc.bigInt({ min: 1n << 60n, max: 1n << 80n }),
    fc.double().filter((value) => !Number.isSafeInteger(value)),
    fc.boolean(),
    fc.constant(null),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array(),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('value')),
      fc.dictionary(
        fc.string({ minLength: 4 }).filter((key) => !/^[\d#]|^float$|^simple$|^entries$/.test(key)),
        tie('value'),
      ),
    ),
  }));

  it('comes back as it was', () => {
    fc.assert(
      fc.property(value, (given) => {
        const wire = encodeCbor(cbor.any, given as Encodable);
        const { field, problem } = decodeCbor('value', cbor.any, wire);
        expect(problem).toBeUndefined();
        expect(encodeCbor(cbor.any, fieldToValues(field))).toEqual(wire);
        expect(JSON.stringify(fieldToJson(field))).toBe(JSON.stringify(fieldToJson(decodeCbor('value', cbor.any, wire).field)));
      }),
    );
  });

  it('of any bytes throws nothing, and is stable once it was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (raw) => {
        const { field, problem, end } = decodeCbor('value', cbor.any, raw);
        expect(end).toBeLessThanOrEqual(raw.length);
        if (problem !== undefined) return;
        const wire = encodeCbor(cbor.any, fieldToValues(field));
        expect(encodeCbor(cbor.any, fieldToValues(decodeCbor('value', cbor.any, wire).field))).toEqual(wire);
      }),
      { numRuns: 3000 },
    );
  });
});

it('a half has the value that it stands for, all 65536 of them', () => {
  for (let bits = 0; bits < 65_536; bits++) {
    const value = fromHalf(bits);
    if (!Number.isNaN(value) && toHalf(value) !== bits) expect(toHalf(value), String(bits)).toBe(bits);
  }
  for (const value of [1.1, 65_505, 2 ** -25, 1e300, 65_520]) expect(toHalf(value)).toBeUndefined();
});
