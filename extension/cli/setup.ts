/** The protocols and wishes that a command names. */
import type { Protocol } from '../../dissector/session/index.ts';
import { readWishes, type Wishes } from '../../dissector/wishes.ts';
import { loadProtocols } from '../capture/modules.ts';
import type { Command } from './arguments.ts';
import { UsageError } from './errors.ts';

export interface Setup {
  readonly protocols: readonly Protocol[];
  readonly wishes: Wishes;
}

/** Throws a UsageError with what cannot be used: on a command line that is a mistake of whoever typed it. */
export async function readSetup({ choices, decodeAs, protocols: paths }: Command): Promise<Setup> {
  const loaded = await loadProtocols(paths);
  if (loaded.problems.length > 0) throw new UsageError(loaded.problems.join(' '), false);
  const { protocols } = loaded;
  const wishes = readWishes({ choices, decodeAs }, protocols);
  if (wishes.problems.length > 0) throw new UsageError(wishes.problems.join(' '), false);
  return { protocols, wishes };
}
