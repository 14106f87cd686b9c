/** Points in time: published ones, and every one both ways. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileStruct, describeStruct, encodeStruct, fieldToJson, struct, time } from '../../../dissector/codec/index.ts';
import { checkAgain, hex } from './roundtrip.ts';

type More = Parameters<typeof time>[3];
const of = (unit: Parameters<typeof time>[0], more?: More) => struct('x', '', [time(unit, 'at', '', more)]);

describe('a time', () => {
  it.each([
    ['s', {}, '499602d2', '2009-02-13T23:31:30Z'],
    ['s', { order: 'little' }, 'd2029649', '2009-02-13T23:31:30Z'],
    ['s', { size: 8 }, '00000000499602d2', '2009-02-13T23:31:30Z'],
    ['s', { epoch: '2000-01-01T00:00:00Z' }, '00000001', '2000-01-01T00:00:01Z'],
    ['ms', {}, '0000011f71fb0450', '2009-02-13T23:31:30.000Z'],
    ['us', {}, '0000000000000001', '1970-01-01T00:00:00.000001Z'],
    ['ns', {}, '000000003b9aca01', '1970-01-01T00:00:01.000000001Z'],
    ['ntp', {}, '83aa7e8000000000', '1970-01-01T00:00:00.0000000000Z'],
    ['ntp', {}, '0000000080000000', '2036-02-07T06:28:16.5000000000Z'],
    ['ntp', {}, '0000000000000000', '1900-01-01T00:00:00.0000000000Z'],
    // TAI was ten seconds ahead when the epoch began, and is 37 ahead from 2017 on.
    ['tai64n', { leapSeconds: 10 }, '400000000000000a00000000', '1970-01-01T00:00:00.000000000Z'],
    ['tai64n', {}, '40000000586846a500000001', '2017-01-01T00:00:00.000000001Z'],
  ] as const)('%s %o: %s is %s', (unit, more, wire, value) => {
    const layout = of(unit, more as More);
    expect(fieldToJson(compileStruct(layout)(hex(wire)).field)).toEqual({ at: value });
    expect(encodeStruct(layout, { at: value })).toEqual(hex(wire));
  });

  it('of any bytes comes back as it was', () => {
    for (const unit of ['s', 'ms', 'us', 'ns', 'ntp', 'tai64n'] as const) {
      const layout = of(unit);
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 12, maxLength: 12 }), (raw) => {
          expect(checkAgain(layout, raw)).toBe(true);
          if (unit === 'tai64n') raw.set([0x40, 0, 0, 0], 0);
          expect(checkAgain(layout, raw)).toBe(true);
        }),
      );
    }
  });

  it('that no date can say is hex, and its bytes are kept', () =>
    expect(fieldToJson(compileStruct(of('s', { size: 8 }))(hex('ffffffffffffffff')).field)).toEqual({ at: 'ffffffffffffffff' }));

  it('is given as its count, or with fewer digits', () => {
    expect(encodeStruct(of('ms'), { at: 1n })).toEqual(hex('0000000000000001'));
    expect(encodeStruct(of('ms'), { at: '1970-01-01T00:00:00.5Z' })).toEqual(hex('00000000000001f4'));
    expect(encodeStruct(of('s'), { at: 7 })).toEqual(hex('00000007'));
  });

  it.each([
    ['s', '1969-12-31T23:59:59Z', /does not fit/],
    ['s', '2106-02-07T06:28:16Z', /does not fit/],
    ['ntp', '1950-01-01T00:00:00Z', /1968 to 2104/],
    ['ntp', '2104-02-26T09:42:24Z', /1968 to 2104/],
    ['s', 'yesterday', /expected a time/],
    ['s', '2026-13-01T00:00:00Z', /expected a time/],
  ] as const)('%s refuses %s', (unit, at, text) => expect(() => encodeStruct(of(unit), { at })).toThrow(text));

  it('is a time for filters', () => {
    expect(describeStruct(of('ntp'))).toEqual([
      { name: 'at', kind: { type: 'time', length: 8 }, display: 'time (NTP, 8 bytes)', doc: '' },
    ]);
    expect(() => compileStruct(of('s', { epoch: 'never' }))).toThrow('the epoch of x.at');
  });
});
