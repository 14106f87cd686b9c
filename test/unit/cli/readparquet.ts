/** Reads Parquet files back, with another implementation than the one that wrote them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { filesIn } from '../../../extension/cli/tables/outfolder.ts';

// biome-ignore lint/suspicious/noExplicitAny: what a test looks at is said by the test
export type Row = Record<string, any>;

const fileOf = (path: string): ArrayBuffer => new Uint8Array(readFileSync(path)).buffer;

/** Times stay nanoseconds: a Date would lose them. */
export function readParquet(path: string): Promise<Row[]> {
  const parsers = { timestampFromNanoseconds: (value: bigint) => value } as never;
  return parquetReadObjects({ file: fileOf(path), parsers });
}

/** The rows of all files of a folder, in the order of their messages. */
export async function readTables(folder: string): Promise<Row[]> {
  const rows = (await Promise.all(filesIn(folder).map((path) => readParquet(join(folder, path))))).flat();
  return rows.sort((a, b) => Number(a.n - b.n));
}

export function metadataOf(path: string): FileMetaData {
  return parquetMetadata(fileOf(path));
}
