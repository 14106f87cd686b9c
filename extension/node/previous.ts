/** The recording of the run before: a new run of a node or a section takes its place, and a comparison may want both. */
import { existsSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { previousOf } from '../wire/recordings.ts';

/** Makes room for a new recording. A device, a pipe or a link is left where it is. Throws the system's error. */
export function keepPrevious(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) renameSync(path, previousOf(path));
}

export function hasPrevious(path: string): boolean {
  return existsSync(previousOf(path));
}

/** Both hold keys, and nothing shows them any more. */
export function removeRecordings(path: string): void {
  for (const each of [path, previousOf(path)]) rmSync(each, { force: true });
}
