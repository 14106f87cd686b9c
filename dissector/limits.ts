import { type LimitName, type Limits, limitNames, mostOf } from './bytes/index.ts';
import { nearest } from './codec/index.ts';

/** Limits as a person writes them, in settings or on a command line: `{ "findings": 500000 }`. What cannot be used is told, the rest is used. */
export function readLimits(written: unknown): { readonly limits: Partial<Limits>; readonly problems: readonly string[] } {
  const limits: Partial<Record<LimitName, number>> = {};
  const problems: string[] = [];
  if (typeof written !== 'object' || written === null || Array.isArray(written))
    return { limits, problems: ['Limits are numbers by their names.'] };
  for (const [name, value] of Object.entries(written)) {
    const known = limitNames.find((limit) => limit === name);
    if (known === undefined) problems.push(unknown(name));
    else if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0)
      problems.push(`The limit ${name} is a whole number above 0.`);
    else if (value > mostOf(known)) problems.push(`The limit ${name} is ${mostOf(known)} at most.`);
    else limits[known] = value;
  }
  return { limits, problems };
}

function unknown(name: string): string {
  const meant = nearest(name, limitNames);
  return `There is no limit "${name}"${meant === undefined ? '.' : `; did you mean "${meant}"?`}`;
}
