/** Tables as logs of Zeek: TSV with its header (Zeek, Log::WRITER_ASCII). */
import type { Cell } from './cell.ts';
import type { Column, ColumnType } from './columns.ts';

const types: Readonly<Record<ColumnType, string>> = {
  time: 'time',
  text: 'string',
  texts: 'vector[string]',
  integer: 'int',
  unsigned: 'count',
  number: 'double',
  boolean: 'bool',
};
const UNSET = '-';
const EMPTY = '(empty)';
const NANOSECONDS = 1_000_000_000n;
const DECIMALS = 9;
const encoder = new TextEncoder();

/** The lines before the rows. `opened` is a time of the capture, so that a capture gives the same bytes each time. */
export function zeekHead(path: string, columns: readonly Column[], opened: bigint | null): string[] {
  return [
    '#separator \\x09',
    '#set_separator\t,',
    `#empty_field\t${EMPTY}`,
    `#unset_field\t${UNSET}`,
    `#path\t${path}`,
    `#open\t${stamp(opened)}`,
    ['#fields', ...columns.map(({ name }) => escaped(name === 'time' ? 'ts' : name))].join('\t'),
    ['#types', ...columns.map(({ type }) => types[type])].join('\t'),
  ];
}

/** The line behind them. */
export function zeekEnd(closed: bigint | null): string {
  return `#close\t${stamp(closed)}`;
}

/** A row: its cells with the types of their columns. */
export function zeekLine(cells: readonly { readonly cell: Cell; readonly type: ColumnType }[]): string {
  return cells.map(({ cell, type }) => cellText(cell, type)).join('\t');
}

function cellText(cell: Cell, type: ColumnType): string {
  if (cell === null) return UNSET;
  if (typeof cell === 'object') return cell.length === 0 ? EMPTY : cell.map((each) => text(each, ',')).join(',');
  if (typeof cell === 'boolean') return cell ? 'T' : 'F';
  if (typeof cell === 'bigint') return type === 'time' ? seconds(cell) : String(cell);
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : UNSET;
  return text(cell);
}

/** A text that means unset or empty to a reader gets its first character escaped. */
function text(value: string, separator = ''): string {
  if (value === '') return EMPTY;
  if (value === UNSET || value === EMPTY) return escapedBytes(value[0]!) + value.slice(1);
  const line = escaped(value);
  return separator === '' ? line : line.replaceAll(separator, escapedBytes(separator));
}

/** What would end a field or a line or steer a terminal, and the backslash, as the bytes of its UTF-8: `\x09`. */
function escaped(value: string): string {
  return value.replace(/[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapedBytes);
}

function escapedBytes(character: string): string {
  return Array.from(encoder.encode(character), (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

function seconds(nanoseconds: bigint): string {
  const digits = (nanoseconds < 0n ? -nanoseconds : nanoseconds).toString().padStart(DECIMALS + 1, '0');
  return `${nanoseconds < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`;
}

/** `2026-11-21-18-23-46`, UTC. */
function stamp(nanoseconds: bigint | null): string {
  const milliseconds = Number((nanoseconds ?? 0n) / (NANOSECONDS / 1000n));
  return new Date(milliseconds).toISOString().replace(/\..*$/, '').replace(/[T:]/g, '-');
}
