import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Items } from '../../../dissector/codec/index.ts';
import { valuesFromText, valuesToText } from '../../../extension/node/values.ts';

const leaf = fc.oneof(
  fc.uint8Array(),
  fc.integer(),
  fc.boolean(),
  fc.bigInt({ min: 1n << 60n, max: 1n << 70n }),
  fc.string().filter((text) => !/^(hex|int):/.test(text)),
);
const name = fc.string().filter((each) => each !== '__proto__');
const values = fc.dictionary(name, fc.oneof(leaf, fc.array(leaf), fc.dictionary(name, leaf)), { noNullPrototype: true });

describe('values as text', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(values, (given) => {
        expect(valuesFromText(valuesToText(given as Items))).toEqual(given);
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
});
