/** What the call asks of tables. */
import { availableParallelism } from 'node:os';
import { UsageError } from '../errors.ts';
import type { Given } from '../options.ts';

const partitions = ['protocol', 'capture', 'day'] as const;
const MOST_JOBS = 1_000;

export interface TableOptions {
  readonly format: 'parquet' | 'zeek';
  /** The folder; a log of Zeek goes to standard output without one. */
  readonly out: string | undefined;
  readonly partition: (typeof partitions)[number] | undefined;
  /** Captures that are decoded at the same time. */
  readonly jobs: number;
  /** Tables that stand there are replaced. */
  readonly force: boolean;
  /** The other options, as the process of one capture is given them. */
  readonly others: readonly string[];
}

/** Undefined where no table is asked for. Throws a UsageError for options that contradict each other. */
export function parseTableOptions(given: Given): TableOptions | undefined {
  const parquet = given.one('parquet');
  const isZeek = given.one('format') === 'zeek';
  const folder = given.one('output');
  if (parquet === undefined && !isZeek) {
    const idle = ['partition', 'jobs', 'force', 'output'].find((name) => given.has(name));
    if (idle === undefined) return undefined;
    throw new UsageError(`--${idle} is of tables: it needs --parquet or --format zeek.`);
  }
  if (parquet !== undefined && (given.has('format') || folder !== undefined))
    throw new UsageError('--parquet writes one format, to the folder that it names: it takes no --format and no --output.');
  const other = ['json', 'bytes', 'explain', 'decrypted', 'watch'].find((name) => given.has(name));
  if (other !== undefined) throw new UsageError(`Tables are written instead of printed: they take no --${other}.`);
  const out = parquet ?? folder;
  const idle = ['partition', 'jobs', 'force'].find((name) => out === undefined && given.has(name));
  if (idle !== undefined) throw new UsageError(`--${idle} needs a folder for the logs: --output FOLDER.`);
  if (out !== undefined && given.has('align-clocks'))
    throw new UsageError('--align-clocks is of captures that are merged: each capture has tables of its own.');
  return {
    format: parquet === undefined ? 'zeek' : 'parquet',
    out,
    partition: parsePartition(given.one('partition')),
    jobs: parseJobs(given.one('jobs')),
    force: given.has('force'),
    others: given.without(['parquet', 'output', 'jobs', 'force']),
  };
}

function parsePartition(text: string | undefined): TableOptions['partition'] {
  const partition = partitions.find((each) => each === text);
  if (text !== undefined && partition === undefined) throw new UsageError(`"${text}" is no partition: ${partitions.join(', ')}.`);
  return partition;
}

function parseJobs(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  const jobs = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (jobs < 1 || jobs > MOST_JOBS) throw new UsageError(`--jobs takes a number from 1 to ${MOST_JOBS}: "${text}" is none.`);
  return jobs;
}
