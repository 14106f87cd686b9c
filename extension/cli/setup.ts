/** The protocols and wishes that a command names. */

import { protocols } from '../../dissector/protocols/index.ts';
import type { Protocol } from '../../dissector/session/index.ts';
import { readWishes, type Wishes } from '../../dissector/wishes.ts';
import type { Command } from './arguments.ts';
import { UsageError } from './errors.ts';

export interface Setup {
  readonly protocols: readonly Protocol[];
  readonly wishes: Wishes;
}

/** Throws a UsageError with what cannot be used: on a command line that is a mistake of whoever typed it. */
export async function readSetup({ choices, decodeAs }: Command): Promise<Setup> {
  const wishes = readWishes({ choices, decodeAs }, protocols);
  if (wishes.problems.length > 0) throw new UsageError(wishes.problems.join(' '), false);
  return { protocols, wishes };
}
