/** What a thread that makes lines is told, and what it answers. */
import type { Account } from '../../../dissector/bytes/index.ts';
import type { HookWatch } from '../../capture/hookwatch.ts';
import type { KeyLog } from '../../capture/keys.ts';
import type { Pass } from '../../capture/open.ts';
import type { Command } from '../arguments.ts';
import type { Part } from './part.ts';
import type { Job } from './rowmakers.ts';

/** What it begins with: enough to read the capture as the first thread does. */
export interface ThreadStart {
  readonly command: Command;
  /** As the first thread has read them: a key log may be a pipe, which is read once. */
  readonly keyLogs: readonly KeyLog[];
}

export type ToThread =
  | { readonly kind: 'job'; readonly job: Job }
  /** `memory`: of a part that was printed. */
  | { readonly kind: 'range'; readonly first: number; readonly end: number; readonly memory: ArrayBuffer | undefined };

export type FromThread =
  /** The first pass is over. */
  | { readonly kind: 'ready'; readonly outcome: string }
  /** Which hooks of modules it runs, and where to see it. */
  | { readonly kind: 'hooks'; readonly watch: HookWatch }
  /** The answer to a range, in the order of these. */
  | { readonly kind: 'part'; readonly part: Part };

/** What came of a first pass. Where two differ, the file has changed, or a module does not do the same twice: their lines would differ, too. */
export function outcomeOf({ analysis, file: { reader } }: Pass): string {
  const { messageCount, conversationCount, counts, passedLimits, budget } = analysis;
  const account: Account = budget.account;
  return JSON.stringify({
    ...{ frames: reader.frames.length, position: reader.position, messageCount, conversationCount, counts, passedLimits },
    ...{ spent: [...account.spent], refused: account.refused },
  });
}
