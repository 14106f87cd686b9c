/** The graph over time: marks of its axis, edges of its buckets, and the range that it puts into the filter. */
import { describe, expect, it } from 'vitest';
import { compileFilter, FieldCatalog } from '../../../dissector/filter/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { edge } from '../../../extension/worker/timebuckets.ts';
import { edgeText, marks, sizeText, timeOfDay, widthText } from '../../../media/inspector/views/timeaxis.ts';
import { rangeIn, withRange } from '../../../media/inspector/views/timerange.ts';

const nothing = { packets: [], bytes: [], error: [], warning: [], note: [] };
const catalog = new FieldCatalog(protocols);

describe('the marks of the axis', () => {
  const texts = (from: number, to: number, most = 6) => marks(from, to, most).map(({ text }) => text);
  it.each([
    [0, 0.00004, ['0', '10 µs', '20 µs', '30 µs', '40 µs']],
    [0, 0.9, ['0', '200 ms', '400 ms', '600 ms', '800 ms']],
    [0, 3.4, ['0', '1 s', '2 s', '3 s']],
    [0, 40, ['0', '10 s', '20 s', '30 s', '40 s']],
    [0, 280, ['0', '1 min', '2 min', '3 min', '4 min']],
    [0, 5_000, ['0', '20 min', '40 min', '60 min', '80 min']],
    [0, 90_000, ['0', '6 h', '12 h', '18 h', '24 h']],
    [0, 86_400 * 40, ['0', '10 d', '20 d', '30 d', '40 d']],
    [-2.5, 4, ['-2 s', '0', '2 s', '4 s']],
    [1.5, 1.9, ['1.5 s', '1.6 s', '1.7 s', '1.8 s', '1.9 s']],
  ])('from %s to %s s', (from, to, expected) => expect(texts(from, to)).toEqual(expected));

  it('are no more than there is room for, and stand in the range', () => {
    for (let span = 1e-6; span < 1e12; span *= 3.7)
      for (const most of [1, 2, 5, 12]) {
        const all = marks(0.3 * span, 1.3 * span, most);
        expect(all.length).toBeLessThanOrEqual(most + 1);
        for (const { at } of all) expect(at > 0.299 * span && at < 1.301 * span).toBe(true);
      }
    expect(marks(1, 1, 5)).toEqual([]);
    expect(marks(0, 1, 0)).toEqual([]);
  });
});

describe('the edges of buckets', () => {
  it('are decimals that stand for the edges that were counted with', () => {
    for (const exponent of [-6, -3, -1, 0, 2])
      for (const per of [1, 2, 5] as const)
        for (const index of [-7, 0, 3, 29, 57, 110, 4_321]) {
          const text = edgeText({ ...nothing, first: index, per, exponent }, 1);
          expect(text).toMatch(/^-?\d+(\.\d*[1-9])?$/);
          expect(Number(text)).toBe(edge((index + 1) * per, exponent));
        }
  });

  it('are as far apart as is said', () => {
    const width = (per: 1 | 2 | 5, exponent: number) => widthText({ ...nothing, first: 0, per, exponent });
    expect([width(2, -2), width(5, -1), width(1, 0), width(5, 1), width(2, -5), width(1, -6)]).toEqual([
      ...['20 ms', '500 ms', '1 s', '50 s', '20 µs', '1 µs'],
    ]);
  });
});

it('tells sizes and times of day', () => {
  expect([0, 999, 1_000, 12_345, 6_543_210, 7e10].map(sizeText)).toEqual(['0 B', '999 B', '1 kB', '12.3 kB', '6.54 MB', '70 GB']);
  expect(timeOfDay({ seconds: 86_399, nanos: 500_000_000 }, 0.75)).toBe('00:00:00.250 UTC');
  expect(timeOfDay({ seconds: 1e15, nanos: 0 }, 1)).toBe('');
});

describe('the range of time in the filter', () => {
  const range = { from: '1.2', to: '3.4' };
  it.each([
    '',
    'udp',
    'udp || tcp',
    '(udp || tcp)',
    '(udp) || (tcp)',
    'p2p.message == "(" || udp',
    '!(udp) && tcp',
    'udp or tcp',
  ])('beside %j is a filter, and is found again', (rest) => {
    const filter = withRange(rest, range);
    expect(compileFilter(filter, catalog)).toHaveProperty('filter');
    const found = rangeIn(filter);
    expect(found.range).toEqual(range);
    expect(withRange(found.rest, range)).toBe(filter);
    if (found.rest !== '') expect(compileFilter(found.rest, catalog)).toHaveProperty('filter');
    expect(withRange(found.rest, { from: '-5', to: '0.000001' })).toContain('>= -5 && frame.time_relative < 0.000001');
  });

  it('is part of the rest where the user wrote it otherwise', () => {
    for (const filter of [
      ...['', 'udp', 'frame.time_relative >= 1', 'frame.time_relative >= 1.2 && frame.time_relative < 3.4 && udp'],
      ...['udp || tcp && frame.time_relative >= 1.2 && frame.time_relative < 3.4'],
      ...['(udp) || (tcp) && frame.time_relative >= 1.2 && frame.time_relative < 3.4'],
    ])
      expect(rangeIn(filter)).toEqual({ rest: filter });
  });
});
