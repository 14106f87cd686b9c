import type { Difference } from '../../../dissector/script/index.ts';

/** What came instead of a value that was expected, in its place. */
export type Mended = NonNullable<Difference['mended']>;

export interface SectionFailure {
  /** Where in the script it failed, as an offset, and why. */
  readonly at: number;
  readonly text: string;
  readonly mended?: Mended;
}
