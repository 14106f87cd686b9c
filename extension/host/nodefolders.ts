import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Removes the folders of processes that are gone, each named by its id: an editor that was killed leaves recordings with keys. */
export function sweepFolders(parent: string): void {
  for (const name of namesIn(parent)) {
    if (/^\d+$/.test(name) && !isThere(Number(name))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // One of another user is there too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
