/** One file of a table. */
import type { Column, TableRow } from '../../../dissector/tables/index.ts';

export interface TableFile {
  /** Bytes of rows that wait in memory. */
  readonly waiting: number;
  add(row: TableRow): void;
  /** Writes what waits. */
  flush(): void;
  /** Writes the rest, and what ends the file. */
  close(): void;
}

export interface TableFileOptions {
  readonly path: string;
  readonly protocol: string;
  /** Columns that the name of a folder says already. */
  readonly omitted: readonly string[];
  /** Limits tableRows and tableBytes. */
  readonly rows: number;
  readonly bytes: number;
}

/** Makes a file for the table that a row belongs to. */
export type OpenTable = (first: TableRow, options: TableFileOptions) => TableFile;

/** The columns of a file with their places in a row. */
export function keptColumns(
  { columns }: TableRow,
  omitted: readonly string[],
): { readonly at: number; readonly column: Column }[] {
  const all: readonly Column[] = [...columns.common, ...columns.fields];
  return all.map((column, at) => ({ at, column })).filter(({ column }) => !omitted.includes(column.name));
}
