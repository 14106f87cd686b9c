import { describe, expect, it } from 'vitest';
import type { Row } from '../../../extension/wire/inspector.ts';
import { columnsOf, timeText, titleOf, tracks } from '../../../media/inspector/list/columns.ts';

const row: Row = {
  ...{ row: 1, frame: 7, seconds: 1_700_000_000, nanos: 250_000_999, source: 'a', destination: 'b', protocol: 'p2p' },
  ...{ message: 'HELLO', info: '', state: 'decoded', encrypted: false, gap: 1_500_999 },
};
const start = { seconds: 1_699_999_999, nanos: 750_000_000 };

describe('columns', () => {
  it('take fields before Info', () => {
    const ids = columnsOf(['ip.ttl', 'answer_time']).map(({ id, own }) => [id, own]);
    expect(ids.slice(-3)).toEqual([
      ['ip.ttl', 0],
      ['answer_time', 1],
      ['info', undefined],
    ]);
  });

  it('are as wide as the user says', () => {
    const columns = columnsOf([]);
    expect(tracks(columns, 'start', { source: 90 }).split(' ')).toContain('90px');
    expect(tracks(columns, 'absolute', {})).toContain('31ch');
    expect(tracks(columns, 'absolute', { time: 80 })).toContain('80px');
  });
});

describe('the column of times', () => {
  it.each([
    ['start', '0.500000'],
    ['previous', '0.001500'],
    ['absolute', '2023-11-14T22:13:20.250000999Z'],
  ] as const)('shows %s', (format, text) => expect(timeText(row, format, start, undefined)).toBe(text));

  it('counts from a reference, before it too', () => {
    const reference = { frame: 9, seconds: 1_700_000_001, nanos: 0 };
    expect(timeText(row, 'reference', start, reference)).toBe('-0.750000');
    expect(timeText({ ...row, frame: 9 }, 'reference', start, reference)).toBe('*REF*');
    expect(timeText(row, 'reference', start, undefined)).toBe('0.500000');
  });

  it('is empty where there is nothing to count from', () => {
    const { gap: _, ...first } = row;
    expect(timeText(first, 'previous', start, undefined)).toBe('');
    expect(timeText(row, 'start', undefined, undefined)).toBe('');
    expect(titleOf(columnsOf([])[1]!, 'previous')).not.toBe(titleOf(columnsOf([])[1]!, 'start'));
  });
});
