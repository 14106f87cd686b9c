/**
 * A folder that is either absent or complete: it is filled under another name and gets its own in one rename. So an
 * interrupted start leaves nothing that looks finished, and two starts at a time do not meet.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export async function appear(target: string, fill: (staging: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return;
  const home = dirname(target);
  await mkdir(home, { recursive: true });
  await removeAbandoned(home);
  const staging = join(home, `staging-${process.pid}-${basename(target)}`);
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging);
  try {
    await fill(staging);
    await rename(staging, target).catch((error) => {
      // Another process finished first; its result is as good.
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Removes what processes that are gone left behind. */
async function removeAbandoned(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const pid = /^staging-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !alive(Number(pid))) await rm(join(home, name), { recursive: true, force: true });
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
