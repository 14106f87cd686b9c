/** What breakpoints of captures and of scripts have in common: conditions, hit counts, log messages. */

/** What a breakpoint may say beside its place. */
export interface BreakpointWish {
  /** It counts only where this holds: a display filter in captures, an expression of the language in scripts. */
  readonly condition?: string;
  /** `5` (the fifth time), `>= 3`, `% 10`. */
  readonly hitCondition?: string;
  /** What is written in the place of a stop; expressions stand in braces. */
  readonly logMessage?: string;
}

/** What becomes of a breakpoint that was asked for: `problem` says why it never stops anything. */
export interface SetBreakpoint {
  readonly id: number;
  readonly problem?: string;
}

/** A breakpoint with its condition ready to be asked; `C` is what a condition is. */
export interface Breakpoint<C> {
  readonly id: number;
  readonly condition: C | undefined;
  readonly counts: ((hits: number) => boolean) | undefined;
  readonly logMessage: string | undefined;
  hits: number;
}

/** Makes breakpoints, each with a number of its own. */
export class BreakpointMaker<C> {
  readonly #compile: (text: string) => C | string;
  #nextId = 1;

  /** `compile` gives a sentence for a text that is no condition. */
  constructor(compile: (text: string) => C | string) {
    this.#compile = compile;
  }

  /** Of a place where nothing can stop. */
  refused(problem: string): SetBreakpoint {
    return { id: this.#nextId++, problem };
  }

  /** `keep` takes the breakpoint, unless something about it is wrong. */
  make(
    { condition: text = '', hitCondition = '', logMessage }: BreakpointWish,
    keep: (made: Breakpoint<C>) => void,
  ): SetBreakpoint {
    const id = this.#nextId++;
    const condition = text.trim() === '' ? undefined : this.#compile(text);
    if (typeof condition === 'string') return { id, problem: condition };
    const counts = hitCondition.trim() === '' ? undefined : hitCounter(hitCondition);
    if (counts === 'wrong') return { id, problem: `"${hitCondition}" is no hit count like 5, >= 3 or % 10` };
    keep({ id, condition, counts, logMessage: logMessage === '' ? undefined : logMessage, hits: 0 });
    return { id };
  }
}

/** Of breakpoints those that stop here; hits are counted, and log messages handed to `log`. */
export function stopping<C, B extends Breakpoint<C>>(
  all: readonly B[],
  { isMet = () => true, holds, log }: { isMet?(each: B): boolean; holds(condition: C): boolean; log(message: string): void },
): B[] {
  return all.filter((each) => {
    if (!isMet(each) || (each.condition !== undefined && !holds(each.condition))) return false;
    each.hits++;
    if (each.counts?.(each.hits) === false) return false;
    if (each.logMessage === undefined) return true;
    log(each.logMessage);
    return false;
  });
}

/** What a hit count says of the number of a hit, which counts from 1. */
export function hitCounter(text: string): ((hits: number) => boolean) | 'wrong' {
  const [, operator = '==', digits] = /^\s*(==?|>=|<=|>|<|%)?\s*(\d{1,9})\s*$/.exec(text) ?? [];
  if (digits === undefined) return 'wrong';
  const count = Number(digits);
  switch (operator) {
    case '>=':
      return (hits) => hits >= count;
    case '<=':
      return (hits) => hits <= count;
    case '>':
      return (hits) => hits > count;
    case '<':
      return (hits) => hits < count;
    case '%':
      return count === 0 ? 'wrong' : (hits) => hits % count === 0;
    default:
      return (hits) => hits === count;
  }
}
