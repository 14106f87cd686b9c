import { addressText, macText, toHex, type Value } from '../bytes/index.ts';
import type { FilterField } from './filterfield.ts';
import { dateText, durationText } from './times.ts';

const LONGEST = 120;

/** A value of a field in a few words; of one that is there or not a check mark. */
export function valueText({ type, values }: Pick<FilterField, 'type' | 'values'>, value: Value): string {
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
