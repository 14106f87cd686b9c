/** Zig-zag integers, flags, conditional items, text, addresses, padding, checksums. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  align,
  bounded,
  byCase,
  bytes,
  checksum,
  compileStruct,
  describeStruct,
  encodeStruct,
  type FieldValues,
  fieldToJson,
  fieldToValues,
  flags,
  float,
  type Item,
  ipv4,
  ipv6,
  list,
  nulTerminated,
  padding,
  port,
  prefixed,
  struct,
  time,
  uint,
  varint,
  when,
  zigzag,
} from '../../../dissector/codec/index.ts';
import { checkAgain, hex } from './roundtrip.ts';

const of = (...items: readonly Item[]) => struct('x', '', items);
const json = (layout: ReturnType<typeof of>, wire: string) => fieldToJson(compileStruct(layout)(hex(wire)).field);
const problemOf = (layout: ReturnType<typeof of>, wire: string) => compileStruct(layout)(hex(wire)).problem;

describe('zig-zag', () => {
  const layout = of(zigzag('n', ''));
  // The table of the Protocol Buffers encoding reference, and the ends of the range.
  it.each([
    ['00', 0],
    ['01', -1],
    ['02', 1],
    ['03', -2],
    ['feffffff0f', 0x7fff_ffff],
    ['ffffffff0f', -0x8000_0000],
    ['ffffffffffffffffff01', '-9223372036854775808'],
    ['feffffffffffffffff01', '9223372036854775807'],
  ])('%s is %s', (wire, value) => {
    expect(json(layout, wire)).toEqual({ n: value });
    expect(encodeStruct(layout, { n: BigInt(value) })).toEqual(hex(wire));
  });

  it('has 64 bits', () => {
    for (const n of [1n << 63n, -(1n << 63n) - 1n]) expect(() => encodeStruct(layout, { n })).toThrow('does not fit 64 bits');
  });

  it('longer than it has to be comes back as it was', () => {
    for (const item of [varint('n', ''), zigzag('n', '')])
      for (const wire of ['8000', '8100', '80808080808080808000']) expect(checkAgain(of(item), hex(wire))).toBe(true);
  });
});

describe('flags', () => {
  const named = [
    { name: 'syn', bit: 0, doc: '' },
    { name: 'ack', bit: 3, doc: '' },
    { name: 'last', bit: 15, doc: '' },
  ];
  const big = of(flags(2, 'flags', '', named));
  const little = of(flags(2, 'flags', '', named, 'little'));

  it('are booleans, and bits without a name are kept', () => {
    expect(json(big, '8008')).toEqual({ flags: { syn: false, ack: true, last: true } });
    expect(json(little, '0980')).toEqual({ flags: { syn: true, ack: true, last: true } });
    expect(json(big, '0410')).toEqual({ flags: { syn: false, ack: false, last: false, other: 0x410 } });
    for (const layout of [big, little])
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 2, maxLength: 2 }), (raw) => void expect(checkAgain(layout, raw)).toBe(true)),
      );
  });

  it('point at their bit', () => {
    const bitsOf = (layout: typeof big) =>
      compileStruct(layout)(hex('0000')).field.children![0]!.children!.map(({ bits }) => bits?.from);
    expect([bitsOf(big), bitsOf(little)]).toEqual([
      [15, 12, 0],
      [7, 4, 8],
    ]);
  });

  it('are encoded from some of them, or from the whole integer', () => {
    expect(encodeStruct(big, { flags: { ack: true } })).toEqual(hex('0008'));
    expect(encodeStruct(big, { flags: 0xffff })).toEqual(hex('ffff'));
    expect(() => encodeStruct(big, { flags: { ack: 1 } })).toThrow('x.flags.ack: expected true or false');
  });

  it('have places of their own', () => {
    const twice = [...named, { name: 'again', bit: 3, doc: '' }];
    expect(() => compileStruct(of(flags(2, 'flags', '', twice)))).toThrow('x.flags.again cannot be bit 3');
    expect(() => compileStruct(of(flags(1, 'flags', '', named)))).toThrow('x.flags.last cannot be bit 15');
    expect(
      compileStruct(of(flags(4, 'flags', '', [{ name: 'top', bit: 31, doc: '' }])))(
        hex('80000001'),
      ).field.children![0]!.children!.map(({ value }) => value),
    ).toEqual([true, 1]);
  });

  it('say which items follow', () => {
    const layout = of(
      flags(1, 'flags', '', [{ name: 'has_mtu', bit: 0, doc: '' }]),
      when('has_mtu', true, [uint(2, 'mtu', '')]),
      when('flags', [2, 3], [uint(1, 'odd', '')]),
    );
    expect(json(layout, '01 05dc')).toEqual({ flags: { has_mtu: true }, mtu: 1500 });
    expect(json(layout, '03 05dc 09')).toEqual({ flags: { has_mtu: true, other: 2 }, mtu: 1500, odd: 9 });
    expect(encodeStruct(layout, { flags: { has_mtu: true }, mtu: 1 })).toEqual(hex('010001'));
    expect(encodeStruct(layout, { flags: 3, mtu: 1, odd: 7 })).toEqual(hex('03000107'));
    expect(describeStruct(layout).find(({ name }) => name === 'mtu')).toMatchObject({ when: 'has_mtu = 1' });
  });
});

describe('an integer of any width', () => {
  it.each([
    [3, 'fffffe', 0xff_fffe, -2],
    [5, '0100000001', 0x1_0000_0001, 0x1_0000_0001],
    [6, 'ffffffffffff', 2 ** 48 - 1, -1],
  ] as const)('of %i bytes', (size, wire, unsigned, signed) => {
    for (const [value, more] of [
      [unsigned, {}],
      [signed, { signed: true }],
    ] as const) {
      const layout = of(uint(size, 'n', '', more));
      expect(json(layout, wire)).toEqual({ n: value });
      expect(encodeStruct(layout, { n: value })).toEqual(hex(wire));
    }
    const [little, back] = [of(uint(size, 'n', '', { order: 'little' })), Buffer.from(hex(wire)).reverse().toString('hex')];
    expect(json(little, back)).toEqual({ n: unsigned });
  });
});

describe('a layout with a mistake is refused when it is built', () => {
  it.each([
    ['a checksum that there is not', checksum('crc33' as never, 'c', ''), 'no checksum "crc33"'],
    ['a hash that is not so long', checksum('sha256', 'c', '', { size: 33 }), 'x.c has 33 bytes'],
    ['a unit that there is not', time('h' as never, 't', ''), 'no unit that is called "h"'],
    ['a float of two bytes', float(2 as never, 'f', ''), 'a float 4 or 8'],
    ['a list of what is no field', list('l', 2, '', when('a', 1, []) as never), 'have no name'],
    ['a kind that there is not', { kind: 'unit' } as never, 'no kind of item "unit"'],
    ['a factor of nothing', bytes('b', { ref: 'a', times: 0 }, ''), '"times" of x.b'],
  ])('%s', (_, item, text) => expect(() => compileStruct(of(uint(1, 'a', ''), item))).toThrow(text));
});

describe('text', () => {
  it('ends with a NUL, which belongs to it', () => {
    const layout = of(nulTerminated('name', ''), uint(1, 'after', ''));
    expect(json(layout, '68690005')).toEqual({ name: 'hi', after: 5 });
    expect(compileStruct(layout)(hex('68690005')).field.children![0]).toMatchObject({ start: 0, end: 3 });
    expect(encodeStruct(layout, { name: 'hi', after: 5 })).toEqual(hex('68690005'));
    expect(problemOf(layout, '6869')).toMatchObject({ kind: 'incomplete', text: 'x.name ends without a NUL byte' });
    expect(() => encodeStruct(layout, { name: 'a\0b', after: 5 })).toThrow('NUL');
    for (const wire of ['0000', 'ff0005', '68c30005']) expect(checkAgain(layout, hex(wire))).toBe(true);
  });

  it('may lie: text without its NUL, given as bytes', () =>
    expect(encodeStruct(of(nulTerminated('name', '')), { name: hex('6869') })).toEqual(hex('6869')));

  it('is padded with NULs', () => {
    const layout = of(bytes('command', 6, '', 'nul-padded'));
    expect(json(layout, '766572000000')).toEqual({ command: 'ver' });
    expect(encodeStruct(layout, { command: 'ver' })).toEqual(hex('766572000000'));
    expect(() => encodeStruct(layout, { command: 'version' })).toThrow('expected 6 bytes, got 7');
    for (const wire of ['766572000001', '61'.repeat(6), 'ff0000000000']) expect(checkAgain(layout, hex(wire))).toBe(true);
  });

  it.each([
    ['u8', '03 616263'],
    ['u16', '0003 616263'],
    ['u32', '00000003 616263'],
    ['varint', '03 616263'],
  ] as const)('has its length before it, %s', (prefix, wire) => {
    const layout = of(...prefixed('host', prefix, '', 'utf8'));
    expect(json(layout, wire)).toEqual({ host_length: 3, host: 'abc' });
    expect(encodeStruct(layout, { host: 'abc' })).toEqual(hex(wire));
    expect(encodeStruct(layout, { host: 'abcde', host_length: 7 }).at(-6)).toBe(7);
  });
});

describe('addresses', () => {
  const layout = of(ipv4('v4', ''), ipv6('v6', ''), port('port', ''));
  const wire = 'c0000201 20010db8000000000000000000000001 1a0b';

  it('are text, and ports are numbers', () => {
    expect(json(layout, wire)).toEqual({ v4: '192.0.2.1', v6: '2001:db8::1', port: 6667 });
    expect(encodeStruct(layout, { v4: '192.0.2.1', v6: '2001:db8::1', port: 6667 })).toEqual(hex(wire));
    expect(() => encodeStruct(layout, { v4: '::1', v6: '::', port: 1 })).toThrow('expected 4 bytes');
    expect(describeStruct(layout).map(({ kind }) => kind.type)).toEqual(['address', 'address', 'integer']);
  });
});

describe('padding', () => {
  const inner = struct('inner', '', [uint(1, 'a', ''), align(4), uint(1, 'b', '')]);
  const layout = of(uint(1, 'head', ''), inner, padding(2));

  it('aligns to the start of its struct, and is filled in with zeros', () => {
    expect(encodeStruct(layout, { head: 9, inner: { a: 1, b: 2 } })).toEqual(hex('09 01000000 02 0000'));
    expect(encodeStruct(layout, { head: 9, inner: { a: 1, b: 2, padding: hex('ffffff') } })).toEqual(hex('09 01ffffff 02 0000'));
    for (const wire of ['09 01000000 02 0000', '09 01ff00ff 02 0001']) expect(checkAgain(layout, hex(wire))).toBe(true);
    expect(problemOf(layout, '09 01 00')).toMatchObject({ kind: 'incomplete', path: 'x.inner.padding', needed: 3, had: 1 });
  });

  it('is nothing where nothing is needed', () => {
    const even = of(uint(4, 'a', ''), align(4));
    expect(json(even, '00000001')).toEqual({ a: 1 });
    expect(() => compileStruct(of(align(0)))).toThrow('x.padding');
  });
});

describe('a checksum', () => {
  const framed = of(uint(1, 'type', ''), ...prefixed('body', 'u8', ''), checksum('crc32', 'crc', ''));
  const body = new TextEncoder().encode('1234567');

  it('covers what stands before it, is filled in, and has a verdict', () => {
    const wire = encodeStruct(framed, { type: 1, body });
    const { field } = compileStruct(framed)(wire);
    expect(field.children!.at(-1)!.check).toEqual({ state: 'valid', why: 'The crc32 of 9 bytes is the same.' });
    wire[3] ^= 1;
    expect(compileStruct(framed)(wire).field.children!.at(-1)!.check?.state).toBe('invalid');
  });

  it('may be wrong', () => {
    const wire = encodeStruct(framed, { type: 1, body, crc: 7 });
    expect([...wire.slice(-4)]).toEqual([0, 0, 0, 7]);
    expect(checkAgain(framed, wire)).toBe(true);
  });

  it('covers the items that it names, later ones too, itself as zeros', () => {
    // The header of RFC 791's layout that RFC 1071's algorithm is always shown with.
    const header = of(
      bytes('before', 10, ''),
      checksum('internet', 'checksum', '', { over: { from: 'before', to: 'after' } }),
      bytes('after', 8, ''),
    );
    const before = hex('45000073000040004011');
    const wire = encodeStruct(header, { before, after: hex('c0a80001c0a800c7') });
    expect(json(header, Buffer.from(wire).toString('hex'))).toMatchObject({ checksum: 0xb861 });
    expect(compileStruct(header)(wire).field.children![1]!.check?.state).toBe('valid');
  });

  it('of a hash is its first bytes', () => {
    // Bitcoin's verack: a message without a payload.
    const message = of(
      uint(4, 'length', '', { order: 'little' }),
      checksum('sha256d', 'checksum', '', { over: { from: 'payload', to: 'payload' } }),
      bytes('payload', { ref: 'length' }, ''),
    );
    const wire = encodeStruct(message, { payload: new Uint8Array(0) });
    expect(wire).toEqual(hex('00000000 5df6e0e2'));
    expect(compileStruct(message)(wire).field.children![1]!.check?.state).toBe('valid');
  });

  it('stands in each element of a list, and in a bounded struct', () => {
    const entry = struct('entry', '', [uint(1, 'n', ''), bytes('data', { ref: 'n' }, ''), checksum('adler32', 'sum', '')]);
    const layout = of(uint(1, 'size', ''), bounded('inner', { ref: 'size' }, '', [list('entries', 'rest', '', entry)]));
    const wire = encodeStruct(layout, { inner: { entries: [{ data: body }, { data: hex('00') }] } });
    const { field } = compileStruct(layout)(wire);
    const entries = field.children![1]!.children![0]!.children!;
    expect(entries.map(({ children }) => children!.at(-1)!.check?.state)).toEqual(['valid', 'valid']);
    expect(checkAgain(layout, wire)).toBe(true);
  });

  it('covers names that there are', () => {
    const layout = of(checksum('crc32', 'crc', '', { over: { from: 'body' } }));
    expect(() => compileStruct(layout)).toThrow('"x.crc" covers "body"');
  });
});

/** A layout with every kind of item. */
const everything = struct('all', '', [
  uint(1, 'type', ''),
  flags(1, 'flags', '', [{ name: 'more', bit: 0, doc: '' }]),
  zigzag('delta', ''),
  when('more', true, [nulTerminated('name', ''), float(4, 'level', '', 'little')]),
  align(2),
  uint(1, 'length', ''),
  bounded('inner', { ref: 'length', less: 1 }, '', [
    byCase(
      'type',
      { 0: [varint('count', ''), list('entries', 'count', '', struct('entry', '', [ipv4('ip', ''), port('port', '')]))] },
      [list('words', { until: [0] }, '', uint(2, 'word', ''))],
    ),
  ]),
  checksum('crc16-arc', 'crc', '', { over: { from: 'inner' } }),
  bytes('rest', 'rest', '', 'utf8'),
]);

describe('all of them together', () => {
  it('never throw, keep their ranges, and come back as they were', () => {
    let whole = 0;
    const biased = fc.array(fc.oneof(fc.nat(3), fc.nat(255)), { maxLength: 40 }).map((raw) => Uint8Array.from(raw));
    fc.assert(
      fc.property(biased, (raw) => {
        if (checkAgain(everything, raw)) whole++;
      }),
      { numRuns: 3000 },
    );
    expect(whole).toBeGreaterThan(0);
  });

  it('are decoded as they were encoded', () => {
    const word = fc.integer({ min: 256, max: 65_535 });
    const text = fc.string({ unit: 'grapheme', maxLength: 9 }).filter((each) => !each.includes('\0'));
    const entry = fc.record({ ip: fc.ipV4(), port: fc.nat(65_535) });
    const common = { delta: fc.integer(), rest: fc.string({ unit: 'grapheme', maxLength: 9 }) };
    const level = fc.float({ noNaN: true });
    const values = fc.oneof(
      fc.record({
        ...common,
        type: fc.constant(0),
        flags: fc.constant({ more: false }),
        inner: fc.record({ entries: fc.array(entry, { maxLength: 9 }) }),
      }),
      fc.record({
        ...common,
        type: fc.constant(1),
        flags: fc.constant({ more: true }),
        name: text,
        level,
        inner: fc.record({ words: fc.array(word, { maxLength: 9 }) }),
      }),
    );
    fc.assert(
      fc.property(values, (given) => {
        const wire = encodeStruct(everything, given as FieldValues);
        const { field, problem, end } = compileStruct(everything)(wire);
        expect([problem, end]).toEqual([undefined, wire.length]);
        expect(fieldToValues(field)).toMatchObject(given);
        expect(field.children!.find(({ name }) => name === 'crc')!.check?.state).toBe('valid');
        expect(checkAgain(everything, wire)).toBe(true);
      }),
    );
  });
});
