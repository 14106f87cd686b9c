/** Tables of a whole capture, of which the findings are for the editor's list of problems too; and what can be exported. */
import type { Show, SortOrder } from './views.ts';

/** A line of the table of findings: a rule, then its breaches. */
export type FindingLine =
  | {
      readonly kind: 'group';
      readonly rule: string;
      readonly severity: 'error' | 'warning' | 'note';
      readonly clause: string;
      /** In what the filter leaves, and in the whole capture. */
      readonly count: number;
      readonly of: number;
    }
  | {
      readonly kind: 'finding';
      readonly frame: number;
      readonly message: string;
      readonly text: string;
      readonly frames: readonly number[];
    };

/** A part of the table of findings: how many the filter leaves, and how many there are. */
export interface FindingPart extends TablePart<FindingLine> {
  readonly findings: { readonly count: number; readonly of: number };
}

/** A part of a table; not `ready` while the capture is being read. */
export interface TablePart<T> {
  readonly rows: readonly T[];
  readonly total: number;
  readonly generation: number;
  readonly ready: boolean;
}

/** What can be written of the list: messages as JSON lines or CSV, frames as a capture, with or without the keys that were given. */
export type ExportKind = 'json' | 'csv' | 'pcapng' | 'pcapng-with-secrets' | 'pcapng-decrypted';

/** Which rows of which list, as the page shows it. */
export interface ExportScope {
  readonly show: Show;
  readonly filter?: string;
  readonly columns: readonly string[];
  /** One row alone, of the list in this order; all rows go out in that of the capture. */
  readonly row?: number;
  readonly sort?: SortOrder;
  /** Comments of the user's own, by frame; they go into captures. */
  readonly comments: readonly (readonly [frame: number, text: string])[];
}
