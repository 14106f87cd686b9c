import { describe, expect, it } from 'vitest';
import { absolute, count, hueOf, placeText, sinceStart } from '../../../media/base/texts.ts';
import { remembered } from '../../../media/inspector/list/remembered.ts';

const at = (seconds: number, nanos: number) => ({ seconds, nanos });

describe('times', () => {
  it('are counted from the start in microseconds', () => {
    expect(sinceStart(at(10, 5), at(10, 5))).toBe('0.000000');
    expect(sinceStart(at(12, 1_000), at(10, 999_999_000))).toBe('1.000002');
    expect(sinceStart(at(1_700_000_000, 0), at(0, 0))).toBe('1700000000.000000');
  });

  it('may lie before the start', () => {
    expect(sinceStart(at(9, 500_000_000), at(10, 0))).toBe('-0.500000');
  });

  it('are told in full in UTC', () => {
    expect(absolute(at(1_700_000_000, 123_456))).toBe('2023-11-14T22:13:20.000123456Z');
    expect(absolute(at(1e15, 0))).toBe('1000000000000000.000000000 s since 1970');
  });
});

describe('numbers', () => {
  it('agree with their noun', () => {
    expect(count(1, 'frame')).toBe('1 frame');
    expect(count(1_234_567, 'frame')).toBe('1,234,567 frames');
    expect(count(2, 'encrypted', 'encrypted')).toBe('2 encrypted');
  });
});

describe('the place among matches', () => {
  it('is that of the chosen one, or their number', () => {
    expect([placeText(-1, 0), placeText(-1, 1), placeText(-1, 1200), placeText(2, 5)]).toEqual([
      'Not found',
      '1 match',
      '1,200 matches',
      '3 of 5',
    ]);
    expect([placeText(0, 1000, 1000), placeText(-1, 1000, 1000)]).toEqual(['1 of 1,000 or more', '1,000 or more matches']);
  });
});

describe('the colour of a protocol', () => {
  it('is always the same one', () => {
    expect(hueOf('libp2p', 5)).toBe(hueOf('libp2p', 5));
    expect(hueOf('', 5)).toBe(0);
  });
});

describe('what the page remembers', () => {
  it('is read as far as it fits', () => {
    const fresh = {
      ...{
        at: 0,
        view: '',
        show: 'withoutBareSegments',
        filter: '',
        history: [],
        columns: [],
        widths: {},
        time: 'start',
        marks: [],
        comments: [],
      },
      folded: ['ladder', 'steps'],
      ...{ order: [], graph: true, endpoints: false, inspecting: false, listHeight: 50, treeWidth: 42, treeHeight: 55 },
    };
    expect(remembered(undefined)).toEqual(fresh);
    expect(remembered('x')).toEqual(fresh);
    expect(
      remembered({ widths: { source: 3, x: '9' }, time: 'noon', reference: { frame: 1 }, marks: [-1, 'a'], folded: 'keys' }),
    ).toEqual(fresh);
    expect(remembered({ show: 'some', row: -1, frame: 2, listHeight: Number.NaN, treeWidth: '3' })).toEqual(fresh);
    const all = {
      at: 1_700_000_000_000,
      view: 'findings',
      show: 'messages',
      filter: 'p2p',
      history: ['p2p', 'udp'],
      row: 3,
      frame: 9,
      sort: { by: 'ip.ttl', descending: true },
      columns: ['ip.ttl'],
      order: ['info', 'time'],
      widths: { source: 90 },
      time: 'reference',
      reference: { frame: 2, seconds: 5, nanos: 7 },
      marks: [2, 9],
      comments: [[4, 'odd']],
      graph: false,
      endpoints: false,
      inspecting: true,
      folded: [],
      listHeight: 30,
      treeWidth: 70,
      treeHeight: 40,
    };
    expect(remembered(all)).toEqual(all);
  });
});
