/** What a row holds in a column of the user's own: the values of a field, as text. */
import { addressText, macText, toHex, type Value } from '../../dissector/bytes/index.ts';
import { dateText, durationText, type FilterField, type FilterRow } from '../../dissector/filter/index.ts';

const MOST_VALUES = 8;
const LONGEST = 120;

/** Empty where the row has none; a field that is there or not gives a check mark. */
export function cellText(field: FilterField | undefined, row: FilterRow): string {
  if (field === undefined) return '';
  const values = field.read(row);
  const texts = values.slice(0, MOST_VALUES).map((value) => valueText(field, value));
  return `${texts.join(', ')}${values.length > MOST_VALUES ? ', …' : ''}`;
}

function valueText({ type, values }: FilterField, value: Value): string {
  if (type === 'presence') return '✓';
  const isExact = typeof value === 'number' || typeof value === 'bigint';
  if (isExact && type === 'time') return durationText(value);
  if (isExact && type === 'date') return dateText(value) ?? durationText(value);
  if (value instanceof Uint8Array && type === 'mac') return macText(value, 0, value.length);
  if (value instanceof Uint8Array) return type === 'address' ? addressText(value, 0, value.length) : cut(toHex(value));
  if (typeof value === 'number') return values?.[value] ?? (Number.isInteger(value) ? String(value) : value.toFixed(6));
  return cut(String(value));
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
