import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, compileStruct, encodeStruct, fieldToJson, struct, structForm, varint } from '../../../dissector/codec/index.ts';

const layout = struct('message', 'A length and what it measures.', [
  varint('size', 'Bytes of the body.'),
  bytes('body', { ref: 'size' }, 'The body.'),
]);
const decode = compileStruct(layout);
const alone = struct('number', 'A number.', [varint('value', 'It.')]);

describe('a varint in a struct', () => {
  // The example of the Protocol Buffers encoding reference, and the ends of the range.
  it.each([
    ['9601', 150],
    ['00', 0],
    ['7f', 127],
    ['8001', 128],
    ['ffffffffffffff0f', Number.MAX_SAFE_INTEGER],
    ['ffffffffffffffffff01', '18446744073709551615'],
  ])('%s is %s', (hex, value) => {
    const wire = new Uint8Array(Buffer.from(hex, 'hex'));
    expect(fieldToJson(compileStruct(alone)(wire).field)).toEqual({ value });
    expect(encodeStruct(alone, { value: BigInt(value) })).toEqual(wire);
  });

  it('tells how long what follows is, and is filled in where it is left out', () => {
    const wire = encodeStruct(layout, { body: new Uint8Array(300).fill(1) });
    expect([...wire.subarray(0, 2)]).toEqual([0xac, 2]);
    expect(decode(wire)).toMatchObject({
      end: 302,
      field: {
        children: [
          { start: 0, end: 2 },
          { start: 2, end: 302 },
        ],
      },
    });
  });

  it('may lie', () => {
    expect([...encodeStruct(layout, { size: 7, body: Uint8Array.of(1, 2) })]).toEqual([7, 1, 2]);
  });

  it('that ends in the middle is incomplete, one of more than 64 bits malformed', () => {
    expect(decode(Uint8Array.of(0x80, 0x80)).problem).toMatchObject({ kind: 'incomplete', path: 'message.size' });
    expect(decode(new Uint8Array(11).fill(0x80)).problem).toMatchObject({ kind: 'malformed' });
    expect(decode(Uint8Array.from([...new Array(9).fill(0xff), 2])).problem).toMatchObject({ kind: 'malformed' });
    expect(() => encodeStruct(alone, { value: 1n << 64n })).toThrow('does not fit 64 bits');
    expect(() => encodeStruct(alone, { value: -1 })).toThrow('does not fit 64 bits');
  });

  it('comes back as it was encoded, whatever it is', () => {
    const form = structForm('number', alone);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (value) => {
        const wire = form.encode({ value });
        expect(BigInt(form.decode(wire).values.value as bigint)).toBe(value);
      }),
    );
  });
});
