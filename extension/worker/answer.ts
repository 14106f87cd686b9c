/** How the worker answers what a view asks. */
import type { Calls } from '../wire/rpc.ts';
import type { Capture } from './capture.ts';
import type { Lists } from './lists.ts';

/** What answers are made from. */
export interface Opened {
  readonly capture: Capture;
  readonly lists: Lists;
}

/** An answer to each question of `Q`. */
export type Answers<Q extends Calls> = {
  readonly [M in keyof Q]: {
    /** Reads the parameters that a page sent; throws a TypeError for others than these. */
    readonly read: (given: Record<string, unknown>) => Q[M]['params'];
    readonly answer: (params: Q[M]['params']) => Q[M]['result'];
  };
};
