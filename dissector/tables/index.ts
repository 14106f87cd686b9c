/** Messages as tables: what a row holds, and how logs of Zeek write it. */
export type { Cell } from './cell.ts';
export * from './columns.ts';
export * from './rows.ts';
export * from './zeek.ts';
