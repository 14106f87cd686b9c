import { describe, expect, it } from 'vitest';
import { type Column, type ColumnType, zeekEnd, zeekHead, zeekLine } from '../../../dissector/tables/index.ts';

type Typed = Parameters<typeof zeekLine>[0][number];
const cell = (type: ColumnType, value: Typed['cell']): Typed => ({ type, cell: value });

/** As Zeek's own reader takes the escapes of a field back. */
function unescaped(field: string): string {
  const bytes = [...Buffer.from(field, 'utf8')];
  const out: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const isEscape = bytes[at] === 0x5c && bytes[at + 1] === 0x78;
    out.push(isEscape ? Number.parseInt(String.fromCharCode(bytes[at + 2]!, bytes[at + 3]!), 16) : bytes[at]!);
    if (isEscape) at += 3;
  }
  return Buffer.from(out).toString('utf8');
}

describe('a log of Zeek', () => {
  it('has the header that its readers ask for', () => {
    const columns: Column[] = [
      { name: 'time', type: 'time' },
      { name: 'rules', type: 'texts' },
      { name: 'count', type: 'unsigned' },
    ];
    expect(zeekHead('p2pke', columns, 1_795_251_826_750_787_038n)).toEqual([
      '#separator \\x09',
      '#set_separator\t,',
      '#empty_field\t(empty)',
      '#unset_field\t-',
      '#path\tp2pke',
      '#open\t2026-11-21-09-03-46',
      '#fields\tts\trules\tcount',
      '#types\ttime\tvector[string]\tcount',
    ]);
    expect(zeekEnd(null)).toBe('#close\t1970-01-01-00-00-00');
  });

  it('writes nothing as -, empty as (empty), and texts that look so otherwise', () => {
    const row = [cell('text', null), cell('text', ''), cell('text', '-'), cell('text', '(empty)'), cell('texts', [])];
    expect(zeekLine(row)).toBe('-\t(empty)\t\\x2d\t\\x28empty)\t(empty)');
    expect(zeekLine([cell('texts', ['a,b', '-', '', 'c'])])).toBe('a\\x2cb,\\x2d,(empty),c');
  });

  it('writes numbers in full, and what is no number as unset', () => {
    const most = 2n ** 64n - 1n;
    expect(zeekLine([cell('unsigned', most), cell('integer', -(2n ** 63n))])).toBe(`${most}\t-9223372036854775808`);
    expect(zeekLine([cell('time', -1n), cell('time', 1_000_000_001n)])).toBe('-0.000000001\t1.000000001');
    expect(zeekLine([cell('number', Number.NaN), cell('boolean', true), cell('boolean', false)])).toBe('-\tT\tF');
  });

  it.each(['a\tb', 'a\nb\r', '\0', '\\x09', '\u2028\u202e', 'grün 𝄞', '\u001b[31m', '#close\t'])(
    'brings %j back from one field',
    (value) => {
      const line = zeekLine([cell('text', value)]);
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(unescaped(line)).toBe(value);
    },
  );
});
