/** A section that was run, with the line (1-based) at which it failed. */
export interface Ran {
  readonly file: string;
  readonly title: string;
  readonly seconds: number;
  readonly failure?: { readonly line: number; readonly text: string };
  /** The capture that was written of it. */
  readonly recording?: string;
}
