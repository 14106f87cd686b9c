/** The folder of tables: it is written beside its place, and takes it when it is whole. */
import { existsSync, lstatSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { reasonOf } from '../../capture/reason.ts';
import { UsageError } from '../errors.ts';

const TABLE = /\.(parquet|log)$/;

/** Throws a UsageError where something stands there that must not be replaced. */
export function checkPlace(out: string, force: boolean): void {
  if (!existsSync(out)) return;
  if (!lstatSync(out).isDirectory()) throw new UsageError(`${out} exists, and is no folder of tables.`, false);
  const files = filesIn(out);
  const other = files.find((path) => !TABLE.test(path));
  if (other !== undefined) throw new UsageError(`${out} is not replaced: it holds ${other}, which is no table.`, false);
  if (files.length > 0 && !force) throw new UsageError(`${out} exists. --force replaces it.`, false);
}

/**
 * Calls `write` with a new folder beside `out`, and puts that in the place of `out` if it is to be kept. Otherwise, and where `write`
 * throws, nothing of it stays.
 */
export async function writeBeside<Written extends { readonly keep: boolean }>(
  out: string,
  write: (folder: string) => Promise<Written>,
): Promise<Written> {
  const place = resolve(out);
  const folder = made(place, out);
  try {
    const written = await write(folder);
    if (written.keep) {
      takePlace(folder, place);
    }
    return written;
  } catch (error) {
    const isOfSystem = error instanceof Error && 'syscall' in error;
    throw isOfSystem ? new UsageError(`${out} cannot be written. ${reasonOf(error)}`, false) : error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What stands there goes once the new folder has its place: a failure in between loses neither. */
function takePlace(folder: string, place: string): void {
  const before = `${folder}-before`;
  const isReplaced = existsSync(place);
  if (isReplaced) renameSync(place, before);
  try {
    renameSync(folder, place);
  } catch (error) {
    if (isReplaced) renameSync(before, place);
    throw error;
  }
  rmSync(before, { recursive: true, force: true });
}

/** On the same disk, so that it can take the place by its name alone. */
function made(place: string, out: string): string {
  try {
    return mkdtempSync(join(dirname(place), `.${basename(place)}-`));
  } catch (error) {
    throw new UsageError(`${out} cannot be written. ${reasonOf(error)}`, false);
  }
}

/** All files below a folder, their paths relative to it, in order. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesIn(join(folder, entry.name)).map((path) => join(entry.name, path)) : [entry.name],
    );
}
