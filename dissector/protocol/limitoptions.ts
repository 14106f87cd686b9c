import { captureLimits, type LimitTable } from '../bytes/index.ts';
import { nearest } from '../codec/index.ts';
import type { Protocol } from './protocol.ts';

/** Every limit of a capture in which these protocols are looked for: those that all share, then those of each protocol. */
export function limitsOf(protocols: readonly Protocol[]): LimitTable {
  return Object.assign({}, captureLimits, ...protocols.map(({ limits = {} }) => limits));
}

/**
 * Limits as a person writes them, in settings or on a command line: `{ "findings": 500000 }`, each one of `table`. What cannot be used
 * is told in a sentence, the rest is used.
 */
export function readLimits(
  written: unknown,
  table: LimitTable = captureLimits,
): { readonly limits: Readonly<Record<string, number>>; readonly problems: readonly string[] } {
  const limits: Record<string, number> = {};
  const problems: string[] = [];
  const isRecord = typeof written === 'object' && written !== null && !Array.isArray(written);
  if (!isRecord) problems.push('Limits are numbers by their names.');
  for (const [name, value] of Object.entries(isRecord ? written : {})) {
    const known = Object.hasOwn(table, name) ? table[name] : undefined;
    const { most = Number.MAX_SAFE_INTEGER } = known ?? {};
    if (known === undefined) problems.push(unknown(name, Object.keys(table)));
    else if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0)
      problems.push(`The limit ${name} is a whole number above 0.`);
    else if (value > most) problems.push(`The limit ${name} is ${most} at most.`);
    else limits[name] = value;
  }
  return { limits, problems };
}

function unknown(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return `There is no limit "${name}"${meant === undefined ? '.' : `; did you mean "${meant}"?`}`;
}
