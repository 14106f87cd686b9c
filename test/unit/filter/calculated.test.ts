/** Arithmetic, masks, functions, slices, layers, sets and dates; `tshark.test.ts` compares many more of them with tshark. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calculateAll } from '../../../dissector/filter/arithmetic.ts';
import { pickLayers, slice } from '../../../dissector/filter/ranges.ts';
import type { ArithmeticOperator } from '../../../dissector/filter/syntax.ts';
import { dateOf, dateText, durationOf, durationText } from '../../../dissector/filter/times.ts';
import { analyse } from '../../golden/open.ts';
import { layered } from './layered.ts';
import { matching, refused } from './matching.ts';

const analysis = analyse(layered());
const frames = (text: string) => matching(analysis, text);
const all = Array.from({ length: 16 }, (_, i) => i + 1);

describe('a filter', () => {
  it.each<[string, number[]]>([
    // A mask binds less than a sum, a sum less than a product.
    ['frame.number * 2 + 1 == 9', [4]],
    ['frame.number * {2 + 1} == 9', [3]],
    ['frame.number + 1 & 3 == 0', [3, 7, 11, 15]],
    ['frame.number & 3 + 1 == 4', [4, 5, 6, 7, 12, 13, 14, 15]],
    ['frame.number -1 == 2', [3]],
    ['frame.number - 1 - 1 == 2', [4]],
    ['-frame.number == -3', [3]],
    ['frame.number/5 == 2', [10, 11, 12, 13, 14]],
    ['frame.number%5 == 0', [5, 10, 15]],
    ['frame.number / 0 == 1', []],
    ['frame.number % 0 == 0', []],
    ['frame.number bitwise_and 8', [8, 9, 10, 11, 12, 13, 14, 15]],
    ['frame.number == 1 + 2', [3]],
    ['1 + frame.number == 3', [2]],
    ['frame.number in {1 + 2, 15..99}', [3, 15, 16]],
    ['frame.number in {tcp.len}', []],
    ['frame.number * 9223372036854775807 > 0', [1, 2]],
    ['udp.dstport >= udp.srcport + 1 && frame.number < 3', [1, 2]],
    ['frame.number < tcp.srcport < 100', [9, 13]],
    ['tcp.flags & 0x02', [8, 9]],
    ['tcp.flags & {0x10 + 0x02} == 18', [9]],
    ['ip[0:2] & ff:00 == 45:00 && vlan', [7]],
    ['ip.src & 255.0.0.0 == 10.0.0.0', [2, 3, 4, 6]],
    ['frame.time_delta + 1 > 1.2 && frame.number < 4', [2, 3]],
  ])('calculates %s', (text, expected) => expect(frames(text)).toEqual(expected));

  it.each<[string, number[]]>([
    ['max(udp.srcport, udp.dstport) == 9001', [5]],
    ['min(udp.port) == 1', [7]],
    ['max(frame.number, 14) == 14', all.slice(0, 14)],
    ['max(ip.src, ip.dst) == 10.0.0.9', []],
    ['min(ip.src, ip.dst) == 10.0.0.1', [2, 3, 4, 6]],
    ['abs(tcp.srcport - tcp.dstport) == 4920', [8, 9, 10, 11, 12, 13, 14, 15]],
    ['abs(frame.time_relative - 2) < 0.3', [8, 9, 10]],
    ['len(udp) == 8 && len(ip#1) == 20 && len(udp.payload) == 5', [1]],
    ['string(frame.number) matches "^1?5$"', [5, 15]],
    ['string(ip.src) == "10.0.0.1"', [2, 3, 4, 6]],
    ['string(eth.dst) contains "02:00"', all],
    ['count(frame.comment) == 2', [5]],
    ['upper(frame.interface_name) == "TUN7" && frame.number < 6', [2, 5]],
  ])('takes the function in %s', (text, expected) => expect(frames(text)).toEqual(expected));

  it.each<[string, number[]]>([
    ['udp[0:2] == 1b:58', [1, 2, 3, 4, 6]],
    ['udp[0,2-3] == 1b:1b:59', [1, 2, 3, 4, 6]],
    ['frame[-4:] == "ping"', [16]],
    ['frame[-4--3] == "pi"', [16]],
    ['frame[:2][1] == 0', all],
    ['frame[12:2] == 86:dd', [5, 6]],
    ['ip[9] == 4', [2]],
    ['tcp.payload[:2] == "fi"', [10, 12]],
    ['ip.src[0] == 0a', [2, 3, 4, 6]],
    ['frame[0,5000] == 02', all],
    ['frame[5000]', []],
    ['udp contains "plain"', [1]],
    ['frame.comment[0:2] == "IP"', [5]],
  ])('cuts %s', (text, expected) => expect(frames(text)).toEqual(expected));

  it.each<[string, number[]]>([
    ['ip.src#1 == 10.0.0.1', [6]],
    ['ip.src#2 == 10.0.0.1', [2, 3, 4]],
    ['ip.src#-1 == 10.0.0.1', [2, 3, 4, 6]],
    ['ip.src#[1-2] == 10.0.0.1', [2, 3, 4, 6]],
    ['ip.src#[2:] == 10.0.0.1', [2, 3, 4]],
    ['ip.src#3', []],
    ['eth#2', [3]],
    ['udp.port#2 == 7000', [3]],
    ['ip#2[12:4] == 0a:00:00:01', [2, 3, 4]],
    ['frame#1 && frame.number == 1', [1]],
  ])('picks the layer in %s', (text, expected) => expect(frames(text)).toEqual(expected));

  it.each<[string, number[]]>([
    ['ip.addr in {10.0.0.1 .. 10.0.0.8}', [2, 3, 4, 6]],
    ['ip.addr in {10.0.0.0/24, 2001:db8::1}', [2, 3, 4, 5, 6]],
    ['frame.time in {"2023-11-14T22:13:21Z" .. "2023-11-14T22:13:22Z"}', [5, 6, 7, 8]],
    ['frame.time == "2023-11-14T23:13:20.250000001+01:00"', [2]],
    ['frame.time < "Nov 14, 2023 22:13:21 UTC"', [1, 2, 3, 4]],
    ['frame.time_delta in {0.2 .. 0.25, 1}', []],
    ['frame.time_delta == 0.250000001', all.slice(1)],
    ['frame.time_delta == 0', [1]],
  ])('looks into the set or at the time in %s', (text, expected) => expect(frames(text)).toEqual(expected));

  it.each<[string, number[]]>([
    ['udp.payload == "plain"', [1]],
    ['tcp.len == 5', [10, 12]],
    ['tcp.payload', [10, 11, 12, 13, 14]],
    ['frame.interface_name == "eth0"', [1, 4, 7, 10, 13, 16]],
    ['!frame.interface_name', [3, 6, 9, 12, 15]],
    ['frame.comment == "a tunnel"', [3]],
    ['ip.version == 6', [5, 6]],
    ['tcp.flags.push', [10, 11, 12, 14]],
    ['tcp.flags.reset || tcp.flags.ae', []],
  ])('knows the field in %s', (text, expected) => expect(frames(text)).toEqual(expected));
});

describe('what is refused', () => {
  it.each([
    ['frame.number-1 == 2', '"frame.number-1" is no field; did you mean frame.number - 1?', 'frame.number-1'],
    ['(frame.number + 1) * 2 == 4', 'parentheses group conditions; for "*" group with { and }', '*'],
    ['frame.number + "a" == 4', 'frame.number is compared with an integer, not "a"', '"a"'],
    ['ip.src + 1 == 10.0.0.2', 'ip.src is no number for "+"', '+'],
    ['frame.time_delta * 2 > 1', 'frame.time_delta is no number for "*"', '*'],
    ['udp & 1', 'udp has no bits for a mask; did you mean &&?', '&'],
    ['maxx(udp.port) == 1', '"maxx" is no function; did you mean max()?', 'maxx'],
    ['udp not __proto__', 'expected && or || before "not"', 'not'],
    ['__proto__(udp) == 1', '"__proto__" is no function', '__proto__'],
    ['udp (tcp)', '"udp" is no function', 'udp'],
    ['max(1, 2) == 2', 'max needs a field', 'max(1, 2)'],
    [
      'max(udp.port, ip.src) == 2',
      'max takes fields of one type: udp.port is integer, ip.src is address',
      'max(udp.port, ip.src)',
    ],
    ['abs(udp.port, tcp.port) == 2', 'abs takes one field', 'abs(udp.port, tcp.port)'],
    ['abs(ip.src) == 2', 'ip.src is no number for abs', 'abs(ip.src)'],
    ['string(frame.time) == "a"', 'frame.time: only numbers and addresses are made text', 'string(frame.time)'],
    ['count(ip)', 'count alone is no condition: compare what it gives', 'count(ip)'],
    ['5 == frame.number', 'the left side of a comparison is a field', '5'],
    ['ip.src#x', 'expected the number of a layer: #1, #-1 for the last, #[1-2]', 'x'],
    ['frame.numbr#1 == 2', '"frame.numbr" is no field; did you mean frame.number?', 'frame.numbr#1'],
    ['frame.len == ip.ln + 14', 'frame.len is compared with an integer, not "ip.ln"', 'ip.ln'],
    ['frame[0:0]', 'expected a slice: [2], [0:4] (offset and length), [0-3], [4:] or several with commas between', ']'],
    ['frame[1--1]', 'expected a slice: [2], [0:4] (offset and length), [0-3], [4:] or several with commas between', ']'],
    ['frame.time > "2026-02-30"', /^frame\.time is compared with a date like /, '"2026-02-30"'],
    [
      'frame.time_delta > frame.number',
      'frame.time_delta is time, frame.number is integer: they are not compared',
      'frame.number',
    ],
    ['frame.time_delta in {frame.number}', /they are not compared$/, 'frame.number'],
  ] as [string, string | RegExp, string][])('%s: told at its place', (text, told, place) => {
    const [why, where] = refused(text);
    expect(where).toBe(place);
    if (typeof told === 'string') expect(why).toBe(told);
    else expect(why).toMatch(told);
  });
});

describe('a filter that is too large', () => {
  it.each([
    ['a sum', `frame.number == ${'1 + '.repeat(1001)}1`, 'the filter has more than 1000 operators'],
    ['a list of slices', `frame[${'0,'.repeat(1001)}0]`, 'the filter has more than 1000 operators'],
    ['conditions', `${'p2p || '.repeat(5000)}p2p`, 'the filter has more than 1000 operators'],
    ['braces', `frame.number == ${'{'.repeat(200)}1${'}'.repeat(200)}`, 'the filter is nested too deeply'],
    ['functions', `${'abs('.repeat(200)}ip.ttl${')'.repeat(200)} == 1`, 'the filter is nested too deeply'],
  ])('is refused: %s', (_, text, told) => expect(refused(text)[0]).toBe(told));
});

describe('arithmetic', () => {
  const operator = fc.constantFrom<ArithmeticOperator>('+', '-', '*', '/', '%', '&');
  const number = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }));

  it('of whole numbers is exact, within 64 bits', () => {
    fc.assert(
      fc.property(operator, number, number, (sign, a, b) => {
        const [x, y] = [BigInt(a), BigInt(b)];
        const isDivision = sign === '/' || sign === '%';
        const exact = { '+': x + y, '-': x - y, '*': x * y, '&': x & y, '/': 0n, '%': 0n }[sign];
        const expected = !isDivision ? exact : y === 0n ? undefined : sign === '/' ? x / y : x % y;
        const isHeld = expected !== undefined && expected >= -(2n ** 63n) && expected < 2n ** 64n;
        const [found] = calculateAll(sign, 'integer', [a], [b]);
        expect(found === undefined ? undefined : BigInt(found as number)).toBe(isHeld ? expected : undefined);
        expect(Object.is(found, -0)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('of thousands of values on each side has no result', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => i);
    expect(calculateAll('+', 'integer', many, many)).toEqual([]);
    expect(calculateAll('+', 'integer', many, [1])).toHaveLength(20_000);
  });
});

describe('ranges', () => {
  it('put together what they cut, up to the first that goes too far', () => {
    const bytes = Uint8Array.of(0, 1, 2, 3);
    expect(
      slice(bytes, [
        { from: 3, length: 1 },
        { from: 0, length: 2 },
      ]),
    ).toEqual(Uint8Array.of(3, 0, 1));
    expect(slice(bytes, [{ from: -2 }, { from: 9, length: 1 }, { from: 0 }])).toEqual(Uint8Array.of(2, 3));
    expect(slice(bytes, [{ from: -9 }])).toBeUndefined();
  });

  it('name layers once', () => {
    const layers = ['a', 'b', 'c'];
    expect(pickLayers(layers, [{ from: 2 }, { from: 3, length: 1 }])).toEqual(['b', 'c']);
    expect(pickLayers(layers, [{ from: -1, length: 1 }])).toEqual(['c']);
    expect(pickLayers(layers, [{ from: 0, length: 2 }])).toEqual(['a']);
  });
});

describe('times', () => {
  it('are read as they are written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 19n }), (nanos) => {
        expect(durationOf(durationText(nanos))).toBe(nanos);
      }),
    );
    // Local time is told twice when clocks are put back: UTC is not.
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 19n }), (nanos) => {
        const shift = BigInt(new Date(Number(nanos / 1_000_000n)).getTimezoneOffset());
        if (shift === 0n) expect(dateOf(dateText(nanos)!)).toBe(nanos);
      }),
    );
  });

  it.each([
    ['1970-01-01T00:00:00Z', 0n],
    ['1970-01-01 00:00 UTC', 0n],
    ['1970-01-01T00:00:01.5-00:30', 1_801_500_000_000n],
    ['1969-12-31T23:59:59.999999999Z', -1n],
    ['Jan 1, 1970 00:00:00 UTC', 0n],
    ['2024-02-29T00Z', 1_709_164_800_000_000_000n],
    ['2023-02-29', undefined],
    ['2023-13-01', undefined],
    ['2023-01-01 24:00', undefined],
    ['Foo 1, 1970 00:00:00', undefined],
    ['1700000000', undefined],
    ['', undefined],
  ])('%s is a date, or none', (text, nanos) => expect(dateOf(text)).toBe(nanos));
});
