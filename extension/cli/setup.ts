/** The protocols and wishes that a command names. */
import { compileFilter, FieldCatalog, type Filter } from '../../dissector/filter/index.ts';
import type { Protocol } from '../../dissector/session/index.ts';
import { readWishes, type Wishes } from '../../dissector/wishes.ts';
import { loadProtocols } from '../capture/modules.ts';
import type { Command } from './arguments.ts';
import { UsageError } from './errors.ts';

export interface Setup {
  readonly protocols: readonly Protocol[];
  readonly wishes: Wishes;
  readonly filter: Filter | undefined;
}

/** Throws a UsageError with what cannot be used: on a command line that is a mistake of whoever typed it. */
export async function readSetup({ choices, decodeAs, filter, protocols: paths }: Command): Promise<Setup> {
  const loaded = await loadProtocols(paths);
  if (loaded.problems.length > 0) throw new UsageError(loaded.problems.join(' '), false);
  const { protocols } = loaded;
  const wishes = readWishes({ choices, decodeAs }, protocols);
  if (wishes.problems.length > 0) throw new UsageError(wishes.problems.join(' '), false);
  return { protocols, wishes, filter: filter === undefined ? undefined : readFilter(filter, protocols) };
}

/** The problem of a filter is shown below its place in the text. */
function readFilter(text: string, protocols: readonly Protocol[]): Filter {
  const compiled = compileFilter(text, new FieldCatalog(protocols));
  if ('filter' in compiled) return compiled.filter;
  const { text: told, start, end } = compiled.problem;
  const mark = ' '.repeat(start) + '^'.repeat(Math.max(1, end - start));
  throw new UsageError(
    `The filter cannot be used: ${told}${told.endsWith('?') ? '' : '.'}\n  ${text.replace(/\s/g, ' ')}\n  ${mark}`,
    false,
  );
}
