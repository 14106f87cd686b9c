import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bits,
  byCase,
  bytes,
  compileStruct,
  decodeProto,
  encodeProto,
  encodeStruct,
  type FieldValues,
  fieldToValues,
  float,
  list,
  struct,
  uint,
} from '../../../dissector/codec/index.ts';
import { payloads } from '../../../dissector/protocols/p2pke/messages.ts';
import { analyseGolden, goldenKeys } from '../../golden/open.ts';

const layout = struct('all', '', [
  bits(2, [
    { name: 'top', width: 3, doc: '' },
    { name: 'low', width: 13, doc: '' },
  ]),
  uint(4, 'little', '', { order: 'little' }),
  uint(8, 'wide', '', { signed: true }),
  uint(2, 'a_size', ''),
  uint(1, 'g_size', ''),
  bytes('a', { ref: 'a_size' }, '', 'utf8'),
  bytes('g', { ref: 'g_size' }, '', 'little-endian-hex'),
  uint(1, 'count', ''),
  list(
    'entries',
    'count',
    '',
    struct('entry', '', [
      uint(1, 'type', ''),
      byCase('type', { 0: [uint(2, 'length', ''), bytes('data', { ref: 'length' }, '')], 1: [] }),
    ]),
  ),
  bytes('rest', 'rest', ''),
]);
const decode = compileStruct(layout);

const entry = fc.oneof(
  fc.uint8Array({ maxLength: 20 }).map((data) => ({ type: 0, data })),
  fc.constant({ type: 1 }),
);
const message = fc.record({
  top: fc.nat(7),
  low: fc.nat(8191),
  little: fc.nat(0xffff_ffff),
  wide: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
  a: fc.string({ unit: 'grapheme', maxLength: 30 }),
  g: fc.nat().map((value) => value.toString(16)),
  entries: fc.array(entry, { maxLength: 10 }),
  rest: fc.uint8Array({ maxLength: 10 }),
});

describe('encodeStruct', () => {
  it('is undone by decode, and decode by it', () => {
    fc.assert(
      fc.property(message, (values) => {
        const encoded = encodeStruct(layout, values as unknown as FieldValues);
        const { field, problem, end } = decode(encoded);
        expect([problem, end]).toEqual([undefined, encoded.length]);
        const decoded = fieldToValues(field) as FieldValues;
        expect(decoded).toMatchObject(values);
        expect(encodeStruct(layout, decoded)).toEqual(encoded);
      }),
    );
  });

  it('keeps integers whose sizes are integers of any width, zeros included', () => {
    const counted = struct('counted', '', [
      uint(1, 'n', ''),
      bytes('size', { ref: 'n' }, '', 'little-endian-hex'),
      bytes('data', { ref: 'size' }, ''),
      float(4, 'latitude', ''),
    ]);
    const read = compileStruct(counted);
    const filled = encodeStruct(counted, { data: new Uint8Array(258), latitude: 51.5 });
    expect([...filled.subarray(0, 3)]).toEqual([2, 2, 1]);
    for (const message of [filled, Uint8Array.of(3, 1, 0, 0, 9, 0x42, 0x4e, 0, 0), Uint8Array.of(0, 0, 0, 0, 0)]) {
      const { field, problem, end } = read(message);
      expect([problem, end]).toEqual([undefined, message.length]);
      expect(encodeStruct(counted, fieldToValues(field) as FieldValues)).toEqual(Uint8Array.from(message));
    }
  });

  it('keeps text that is not UTF-8', () => {
    const said = struct('said', '', [uint(1, 'size', ''), bytes('reason', { ref: 'size' }, '', 'utf8')]);
    const message = Uint8Array.of(2, 0xff, 0x41);
    expect(encodeStruct(said, fieldToValues(compileStruct(said)(message).field) as FieldValues)).toEqual(message);
  });

  it('lies when it is told to', () => {
    const small = struct('small', '', [uint(1, 'size', ''), bytes('data', { ref: 'size' }, '')]);
    expect(encodeStruct(small, { data: Uint8Array.of(1, 2) })).toEqual(Uint8Array.of(2, 1, 2));
    expect(encodeStruct(small, { size: 200, data: Uint8Array.of(1, 2) })).toEqual(Uint8Array.of(200, 1, 2));
  });

  it.each([
    ['an integer that does not fit', { size: 256, data: new Uint8Array(0) }],
    ['a value of the wrong kind', { data: 'text' }],
    ['a value that is missing', {}],
  ])('refuses %s', (_, values) => {
    const small = struct('small', '', [uint(1, 'size', ''), bytes('data', { ref: 'size' }, '')]);
    expect(() => encodeStruct(small, values as FieldValues)).toThrow(/small\./);
  });
});

describe('encodeProto', () => {
  it('gives back the payload of every captured handshake message', () => {
    let seen = 0;
    for (const capture of ['p2pke_a', 'p2pke_b']) {
      const analysis = analyseGolden(capture, goldenKeys(capture));
      for (let n = 0; n < analysis.messageCount; n++) {
        const { name, state } = analysis.message(n);
        const payload = payloads[name as keyof typeof payloads];
        if (payload === undefined || state !== 'decoded') continue;
        const whole = analysis.dissect(n).dissection.whole.subarray(name === 'InitDone' ? 4 : 36);
        expect(encodeProto(payload, fieldToValues(decodeProto(payload, whole).field) as FieldValues)).toEqual(
          Uint8Array.from(whole),
        );
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(10);
  });
});
