import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldValues } from '../../../dissector/codec/index.ts';
import { p2p } from '../../../dissector/protocols/p2p/index.ts';
import { fittedValues } from '../../../extension/node/givenvalues.ts';
import { valuesFromText, valuesToText } from '../../../extension/node/values.ts';

const leaf = fc.oneof(
  fc.uint8Array(),
  fc.integer(),
  fc.boolean(),
  fc.bigInt({ min: 1n << 60n, max: 1n << 70n }),
  fc.string().filter((text) => !/^(hex|int|text):/.test(text)),
);
const name = fc.string().filter((each) => each !== '__proto__');
const values = fc.dictionary(name, fc.oneof(leaf, fc.array(leaf), fc.dictionary(name, leaf)), { noNullPrototype: true });

describe('values as text', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(values, (given) => {
        expect(valuesFromText(valuesToText(given as FieldValues))).toEqual(given);
      }),
    );
  });

  it('write bytes of sockets as bytes', () => {
    expect(valuesToText({ cookie: Buffer.from([1, 255]) })).toBe('{\n  "cookie": "hex:01ff"\n}');
  });

  it.each([
    ['[]', 'The values of a message are a JSON object.'],
    ['{"a": "hex:0"}', '"hex:0" is not hex: two digits a byte.'],
    ['{', 'JSON'],
  ])('%s is none', (text, why) => expect(() => valuesFromText(text)).toThrow(why));

  it('reads text as its bytes', () => {
    expect(valuesFromText('{"a": "text:é", "b": "text:"}')).toEqual({ a: Uint8Array.of(0xc3, 0xa9), b: new Uint8Array(0) });
  });
});

describe('values that a person gives', () => {
  const fitting = (message: string, given: FieldValues) => fittedValues(p2p, message, given);

  it('become what the encoder takes', () => {
    expect(fitting('TUNNEL_DATA', { data: '', tunnel_id: '9007199254740993' })).toEqual({
      data: new Uint8Array(0),
      tunnel_id: '9007199254740993',
    });
    const { encode, decode } = p2p.messages!.find(({ name }) => name === 'TUNNEL_DATA')!;
    expect(decode(encode({ type: 12, data: Uint8Array.of(1), tunnel_id: '9007199254740993' })).values).toMatchObject({
      tunnel_id: 9007199254740993n,
    });
  });

  it.each<[FieldValues, string]>([
    [{ dta: '' }, 'TUNNEL_DATA has no field "dta": did you mean data?'],
    [{ data: 'abc' }, 'TUNNEL_DATA.data is bytes, "hex:0102" or "text:abc", not "abc"'],
    [{ tunnel_id: 1.5 }, 'TUNNEL_DATA.tunnel_id is an integer (i64), not 1.5'],
    [{ tunnel_id: Uint8Array.of(1) }, 'TUNNEL_DATA.tunnel_id is an integer (i64), not bytes'],
  ])('%j are refused', (given, why) => expect(fitting('TUNNEL_DATA', given)).toBe(why));
});
