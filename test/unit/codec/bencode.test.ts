import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultLimits, type Field } from '../../../dissector/bytes/index.ts';
import {
  bencode,
  bencodeForm,
  bytes,
  decodeBencode,
  type Encodable,
  encodeBencode,
  fieldToJson,
  fieldToValues,
  struct,
  uint,
} from '../../../dissector/codec/index.ts';

const wire = (text: string): Uint8Array => new TextEncoder().encode(text);
const { any, dict, entry, int, list, packed, packedOne, text } = bencode;

describe('bencode', () => {
  // The examples of BEP 3.
  it.each([
    ['4:spam', text, 'spam'],
    ['i3e', int, 3],
    ['i-3e', int, -3],
    ['l4:spam4:eggse', list(text), ['spam', 'eggs']],
    ['d3:cow3:moo4:spam4:eggse', dict([entry('cow', '', text), entry('spam', '', text)]), { cow: 'moo', spam: 'eggs' }],
    ['d4:spaml1:a1:bee', dict([entry('spam', '', list(text))]), { spam: ['a', 'b'] }],
    ['i18446744073709551616e', int, '18446744073709551616'],
    ['de', dict([]), {}],
    ['le', list(int), []],
  ])('%s is read, and written again', (given, type, expected) => {
    const { field, end, problem } = decodeBencode('value', type, wire(given));
    expect(fieldToJson(field)).toEqual(expected);
    expect({ end, problem }).toEqual({ end: given.length, problem: undefined });
    expect(encodeBencode(type, fieldToValues(field))).toEqual(wire(given));
  });

  it.each([
    ['', 'incomplete'],
    ['4:spa', 'incomplete'],
    ['d1:a', 'incomplete'],
    ['l', 'incomplete'],
    ['i3', 'incomplete'],
    ['ie', 'malformed'],
    ['i3.5e', 'malformed'],
    ['x', 'malformed'],
    ['d1:aee', 'malformed'],
    ['di1ei2ee', 'malformed'],
    ['-1:a', 'malformed'],
    ['9999999999999:a', 'malformed'],
    [`i${'9'.repeat(100)}e`, 'malformed'],
    ['i1ei2e', 'malformed'],
  ])('%s is not: %s', (given, kind) => {
    expect(decodeBencode('value', any, wire(given)).problem?.kind).toBe(kind);
  });

  it('has structs in byte strings, and says what is left of one', () => {
    const peer = struct('peer', '', [bytes('ip', 4, '', 'address'), uint(2, 'port', '')]);
    const nodes = Uint8Array.from([...wire('8:'), 127, 0, 0, 1, 0x1a, 0xe1, 9, 9]);
    const { field } = decodeBencode('nodes', packed(peer), nodes);
    expect(field.children![0]).toMatchObject({ start: 2, end: 8, children: [{ value: '127.0.0.1' }, { value: 6881 }] });
    expect(field.children![1]).toMatchObject({ name: 'undecoded', start: 8, end: 10 });
    expect(field.problem?.text).toBe('2 bytes are no peer');
    const one = { ip: '10.0.0.1', port: 1 };
    expect(encodeBencode(packed(peer), [one, one])).toHaveLength(15);
    const written = encodeBencode(packedOne(peer), one);
    expect(fieldToValues(decodeBencode('peer', packedOne(peer), written).field)).toEqual(one);
    expect(() => encodeBencode(packedOne(peer), { ip: 'nowhere', port: 1 })).toThrow('expected an IP address');
    expect(() => encodeBencode(packedOne(peer), [1])).toThrow('expected fields by name');
  });

  it('is limited in depth and fields', () => {
    expect(decodeBencode('value', any, wire('l'.repeat(100_000))).problem).toMatchObject({ kind: 'limit', limit: 'depth' });
    const limits = { ...defaultLimits, fields: 10 };
    const many = wire(`l${'i1e'.repeat(100)}e`);
    expect(decodeBencode('value', any, many, 0, 0, many.length, limits).problem).toMatchObject({
      kind: 'limit',
      limit: 'fields',
    });
  });

  it('keeps names that objects have', () => {
    const { field } = decodeBencode('value', any, wire('d9:__proto__1:a11:constructor1:be'));
    expect(field.children!.map(({ name }) => name)).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(fieldToJson(field) as object)).toEqual(['__proto__', 'constructor']);
  });

  const value: fc.Arbitrary<Encodable> = fc.letrec<{ value: Encodable }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((n) => (Number.isSafeInteger(Number(n)) ? Number(n) : n)),
      fc.uint8Array({ maxLength: 20 }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;

  it('comes back as it was encoded, whatever it is', () => {
    fc.assert(
      fc.property(value, (given) => {
        const written = encodeBencode(any, given);
        const { field, problem } = decodeBencode('value', any, written);
        expect(problem).toBeUndefined();
        expect(encodeBencode(any, fieldToValues(field))).toEqual(written);
      }),
    );
  });

  it('never throws, and its ranges lie inside', () => {
    const walk = (field: Field, most: number): void => {
      expect(field.start >= 0 && field.start <= field.end && field.end <= most).toBe(true);
      for (const child of field.children ?? []) walk(child, most);
    };
    const form = bencodeForm(
      'message',
      '',
      dict([entry('a', '', dict([])), entry('b', '', list(packed(struct('s', '', [uint(2, 'x', '')]))))]),
    );
    const alphabet = fc.constantFrom(...wire('dlie0123:ab-'));
    fc.assert(
      fc.property(fc.array(fc.oneof(alphabet, fc.nat(255)), { maxLength: 60 }), (given) => {
        const all = Uint8Array.from(given);
        const { problem } = form.decode(all);
        walk(form.tree!(all), all.length);
        if (problem === undefined) expect(form.encode(form.decode(all).values)).toEqual(all);
      }),
      { numRuns: 2000 },
    );
  });

  it('that is not canonical is a problem of the message', () => {
    const form = bencodeForm('message', '', dict([]));
    expect(form.decode(wire('d1:ai1e1:bi2ee')).problem).toBeUndefined();
    for (const given of ['d1:bi2e1:ai1ee', 'd1:ai01ee', 'd1:ai-0ee', 'd1:ai1e1:ai1ee', 'd01:ai1ee'])
      expect(form.decode(wire(given)).problem?.text).toContain('canonical');
  });
});
