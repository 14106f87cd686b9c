/**
 * The shapes of values that come from another end, which TypeScript checked when that was built. Each throws a TypeError that
 * names the value.
 */
import type { SortOrder } from './views.ts';

/** More rows than a screen ever shows; whoever wants more asks again. */
const MAX_ROWS_PER_CALL = 10_000;
const LONGEST_FILTER = 10_000;

export function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw mismatch(name, 'an object', value);
}

export function integer(value: unknown, name: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  throw mismatch(name, `an integer from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}`, value);
}

export function text(value: unknown, name: string): void {
  if (typeof value !== 'string') throw mismatch(name, 'a string', value);
}

export function texts(value: unknown, name: string): void {
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'string')) throw mismatch(name, 'a list of strings', value);
}

export function oneOf<T extends string>(value: unknown, all: readonly T[], name: string): T {
  const found = all.find((one) => one === value);
  if (found === undefined) throw mismatch(name, all.join(', '), value);
  return found;
}

/** Which rows of a table are asked for; `prefix` stands before the names. */
export function part({ start, count }: Record<string, unknown>, prefix = ''): { start: number; count: number } {
  return { start: integer(start, `${prefix}start`, 0), count: integer(count, `${prefix}count`, 0, MAX_ROWS_PER_CALL) };
}

export function filterText(value: unknown, name: string): string {
  if (typeof value !== 'string' || value.length > LONGEST_FILTER)
    throw mismatch(name, `a text of at most ${LONGEST_FILTER} characters`, value);
  return value;
}

/** Absent, or a text. */
export function filter(value: unknown, name = 'filter'): { filter?: string } {
  return value === undefined ? {} : { filter: filterText(value, name) };
}

/** A column by its id, or the field that it shows. */
export function sort(value: unknown, name: string): { sort?: SortOrder } {
  if (value === undefined) return {};
  const { by, descending } = object(value, name);
  return { sort: { by: filterText(by, `${name}.by`), descending: descending === true } };
}

export function mismatch(name: string, expected: string, got: unknown): TypeError {
  return new TypeError(`"${name}" expected ${expected}, got ${typeof got === 'number' ? got : typeof got}`);
}
