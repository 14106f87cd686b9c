/** A range of time as the last part of the filter: what the graph over time puts there, finds again and takes away. */
import { combined } from '../list/asfilter.ts';

/** Seconds since the first frame, as decimals; from `from` up to but not including `to`. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
}

const conditions = /^(?:(.+) && )?frame\.time_relative >= (-?\d+(?:\.\d+)?) && frame\.time_relative < (-?\d+(?:\.\d+)?)$/s;

/** The rest of a filter and its range of time; a range that the user wrote elsewhere in it is part of the rest. */
export function rangeIn(filter: string): { readonly rest: string; readonly range?: TimeRange } {
  const [, before = '', from, to] = conditions.exec(filter) ?? [];
  if (from === undefined || to === undefined) return { rest: filter };
  const range = { from, to };
  // Where "and" binds to a part of the rest alone, the range is no condition on all of it.
  const rests = isEnclosed(before) ? [before.slice(1, -1), before] : [before];
  const rest = rests.find((one) => withRange(one, range) === filter);
  return rest === undefined ? { rest: filter } : { rest, range };
}

/** A filter without a range of time, narrowed to one. */
export function withRange(rest: string, { from, to }: TimeRange): string {
  return combined(rest, `frame.time_relative >= ${from} && frame.time_relative < ${to}`, 'and');
}

/** The first parenthesis is closed by the last one. */
function isEnclosed(text: string): boolean {
  if (!text.startsWith('(')) return false;
  const bare = text.replace(/"(?:\\.|[^"\\])*"/gs, (string) => ' '.repeat(string.length));
  let depth = 0;
  for (let at = 0; at < bare.length; at++) {
    if (bare[at] === '(') depth++;
    if (bare[at] === ')' && --depth === 0) return at === bare.length - 1;
  }
  return false;
}
