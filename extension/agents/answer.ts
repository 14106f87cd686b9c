/** Answers in pages: no more than a named number of tokens, and a last line that says how to ask for the rest. */
import { agentLimits } from './limits.ts';
import { bounded, tokensOf } from './quoting.ts';

/** What an agent gets. */
export interface Answer {
  readonly text: string;
  /** It says why there is none. */
  readonly isError?: true;
}

/** Something that the caller can mend: its message is the answer. */
export class Refusal extends Error {}

export interface Paged {
  /** Sentences of ours, and what stands before the first item. */
  readonly head: readonly string[];
  /** A line each. */
  readonly items: Iterable<string>;
  /** The last line where items are left; `shown` of them are on this page. */
  readonly rest: (shown: number) => string;
  /** The last line where none is left. */
  readonly end: () => string;
}

/** Lines up to the limit `answerTokens`. Each page has an item at least, so that whoever goes on comes to an end. */
export function page({ head, items, rest, end }: Paged): string {
  const most = agentLimits.answerTokens - agentLimits.lastLineTokens;
  const lines: string[] = [];
  let tokens = 0;
  const add = (line: string): boolean => {
    const more = tokensOf(line) + 1;
    if (tokens + more > most) return false;
    tokens += more;
    lines.push(line);
    return true;
  };
  // What stands before the items leaves them half of the answer.
  const left = head.filter((line) => tokens + tokensOf(line) >= most / 2 || !add(line)).length;
  if (left > 0) add(`${left} lines of this part are left out.`);
  let shown = 0;
  for (const item of items) {
    if (!add(item)) {
      if (shown > 0) return [...lines, rest(shown)].join('\n');
      add(bounded(item, most - tokens - 20));
    }
    shown++;
  }
  return [...lines, end()].join('\n');
}
