/** The protocols and decodeOptions that a command names. */

import { type DecodeOptions, readDecodeOptions } from '../../dissector/analysis/decodeoptions.ts';
import { compileFilter, FieldCatalog, type Filter } from '../../dissector/filter/index.ts';
import { limitsOf, type Protocol, readLimits } from '../../dissector/protocol/index.ts';
import { loadProtocols } from '../capture/modules.ts';
import type { Command } from './arguments.ts';
import { UsageError } from './errors.ts';
import { watchHooks } from './hookwatchdog.ts';
import type { Tell } from './io.ts';

export interface Setup {
  readonly protocols: readonly Protocol[];
  readonly decodeOptions: DecodeOptions;
  readonly filter: Filter | undefined;
}

/**
 * Throws a UsageError with what cannot be used: on a command line that is a mistake of whoever typed it. `watch` is told after how many
 * seconds a hook of a module is taken for one that does not return.
 */
export async function readSetup(
  {
    choices,
    decodeAs,
    filter,
    limits,
    order,
    protocols: paths,
  }: Pick<Command, 'choices' | 'decodeAs' | 'filter' | 'limits' | 'order' | 'protocols'>,
  tell: Tell,
  watch: (hookSeconds: number) => void = watchHooks,
): Promise<Setup> {
  const loaded = await loadProtocols(paths, tell);
  if (loaded.problems.length > 0) throw new UsageError(loaded.problems.join(' '), false);
  const { protocols } = loaded;
  const { problems } = readLimits(limits, limitsOf(protocols));
  if (problems.length > 0) throw new UsageError(`--limit: ${problems.join(' ')}`, false);
  const decodeOptions = readDecodeOptions({ choices, decodeAs, limits, order }, protocols);
  if (decodeOptions.problems.length > 0) throw new UsageError(decodeOptions.problems.join(' '), false);
  watch(decodeOptions.limits.hookSeconds);
  return { protocols, decodeOptions, filter: filter === undefined ? undefined : readFilter(filter, protocols) };
}

/** What is to be said about a filter that can be used, a sentence each. */
export function filterHints({ filter }: Pick<Setup, 'filter'>): string[] {
  return (filter?.hints ?? []).map(({ text }) => `The filter: ${text}${text.endsWith('?') ? '' : '.'}`);
}

/** The problem of a filter is shown below its place in the text. Throws a UsageError. */
export function readFilter(text: string, protocols: readonly Protocol[], name = 'The filter'): Filter {
  const compiled = compileFilter(text, new FieldCatalog(protocols));
  if ('filter' in compiled) return compiled.filter;
  const { text: told, start, end } = compiled.problem;
  const mark = ' '.repeat(start) + '^'.repeat(Math.max(1, end - start));
  throw new UsageError(
    `${name} cannot be used: ${told}${told.endsWith('?') ? '' : '.'}\n  ${text.replace(/\s/g, ' ')}\n  ${mark}`,
    false,
  );
}
