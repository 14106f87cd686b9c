/** The files of a folder, whatever they are named: only trying shows which are captures. */
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Paths of the files in `folder` and the folders in it, or of it alone where it is a file; sorted. */
export function filesIn(folder: string): string[] {
  if (statSync(folder).isFile()) return [folder];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => (relative(folder, a) < relative(folder, b) ? -1 : 1));
}
