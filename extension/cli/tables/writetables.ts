/** The tables of one capture, into a folder. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { type TableRow, TableRows } from '../../../dissector/tables/index.ts';
import { matching } from '../capture.ts';
import { UsageError } from '../errors.ts';
import type { Task } from '../task.ts';
import type { OpenTable, TableFile } from './tablefile.ts';
import type { TableOptions } from './tableoptions.ts';

/** The day of a row without a time, as Hive writes it. */
const NO_DAY = '__HIVE_DEFAULT_PARTITION__';
const NANOSECONDS_OF_MILLISECOND = 1_000_000n;
const DAY = 86_400_000n * NANOSECONDS_OF_MILLISECOND;

/** A folder that names a value, as Hive has it: `day=2026-11-21`; and the column that is left out for it. */
interface Part {
  readonly folder: string;
  readonly omitted: readonly string[];
}

/** Throws a UsageError for more files than the limit allows. */
export async function writeTables(
  task: Task,
  analysis: Analysis,
  { format, partition }: TableOptions,
  folder: string,
): Promise<void> {
  const capture = task.command.capture === '-' ? 'standard input' : task.command.capture;
  const { tableRows, tableBytes, tableFiles } = task.setup.decodeOptions.limits;
  const [open, end] = await opener(format);
  const files = new Map<string, TableFile>();
  let waiting = 0;
  const rows = new TableRows(analysis, capture);
  for (const n of matching(analysis, task, false)) {
    const turn = task.progress.turn();
    if (turn !== undefined) await turn;
    const row = rows.row(n);
    const { folder: part, omitted } = partOf(row, partition, capture);
    const path = join(folder, part, `${row.protocol.id}${end}`);
    let file = files.get(path);
    if (file === undefined) {
      if (files.size >= tableFiles)
        throw new UsageError(`${capture} needs more files than the limit tableFiles of ${tableFiles}.`, false);
      mkdirSync(join(folder, part), { recursive: true });
      file = open(row, { path, protocol: row.protocol.id, omitted, rows: tableRows, bytes: tableBytes });
      files.set(path, file);
    }
    const before = file.waiting;
    file.add(row);
    waiting += file.waiting - before;
    if (waiting >= tableBytes) waiting -= flushLargest([...files.values()]);
  }
  for (const file of files.values()) file.close();
}

/** What opens a file, and how its name ends. */
async function opener(format: TableOptions['format']): Promise<readonly [OpenTable, string]> {
  if (format === 'parquet') return [(await import('./parquetfile.ts')).openParquet, '.parquet'];
  return [(await import('./zeekfile.ts')).openZeek, '.log'];
}

function partOf({ protocol, time }: TableRow, partition: TableOptions['partition'], capture: string): Part {
  switch (partition) {
    case 'protocol':
      return { folder: `protocol=${protocol.id}`, omitted: ['protocol'] };
    case 'capture':
      return { folder: `capture=${encodeURIComponent(capture)}`, omitted: ['capture'] };
    case 'day':
      return { folder: `day=${time === null ? NO_DAY : dayOf(time)}`, omitted: [] };
    default:
      return { folder: '', omitted: [] };
  }
}

/** UTC. Days begin before their times, those before 1970, too: a division of bigints rounds to zero. */
function dayOf(time: bigint): string {
  const begun = time - (((time % DAY) + DAY) % DAY);
  return new Date(Number(begun / NANOSECONDS_OF_MILLISECOND)).toISOString().slice(0, 10);
}

/** What no longer waits, in bytes: small groups of many files together would pass the limit, too. */
function flushLargest(files: readonly TableFile[]): number {
  const largest = files.reduce((most, file) => (file.waiting > most.waiting ? file : most));
  const { waiting } = largest;
  largest.flush();
  return waiting;
}
