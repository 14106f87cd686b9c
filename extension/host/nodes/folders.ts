import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** How long what a window has recorded outlives it. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** Removes the folders of processes that are gone, each named by its id, a day after they were written to last: they hold keys. */
export function sweepFolders(parent: string): void {
  for (const name of namesIn(parent)) {
    const folder = join(parent, name);
    try {
      if (/^\d+$/.test(name) && !isThere(Number(name)) && Date.now() - written(folder) > KEPT_MS)
        rmSync(folder, { recursive: true, force: true });
    } catch {
      // Of someone else, or open in another program: the next start tries again.
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** In milliseconds since 1970, the folder and what lies in it; 0 for what is gone. */
function written(folder: string): number {
  const all = [folder, ...namesIn(folder).map((name) => join(folder, name))];
  return Math.max(...all.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0));
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // One of another user is there too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
