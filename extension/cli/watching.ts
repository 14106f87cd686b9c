/** `--watch`: a command works again whenever a file that it reads changes. */
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { UnreadableCapture } from '../capture/failures.ts';
import { filesOf } from '../capture/moduleloader.ts';
import type { Command } from './arguments.ts';
import { exitStatus, UsageError } from './errors.ts';
import type { Io, Tell } from './io.ts';
import type { Output } from './output.ts';

/** Between two looks. Looking costs less than it takes to watch folders rightly on every system. */
const LOOK_MS = 200;

/** What a command reads: its captures, its key logs, its modules and what they import. */
export function filesOfCommand({ captures, keys, protocols }: Command): string[] {
  return [...captures, ...keys, ...protocols.flatMap((path) => filesOf(resolve(path)))];
}

/** Until it is interrupted; gives the exit status of the last time. What cannot be used is told, and may be mended. */
export async function again(
  work: () => Promise<number>,
  files: () => readonly string[],
  { io, out, tell }: { readonly io: Io; readonly out: Output; readonly tell: Tell },
): Promise<number> {
  let isOver = false;
  void io.interrupted().then(() => {
    isOver = true;
  });
  for (;;) {
    // As they were before anything was read: what changes meanwhile is a change, too.
    const before = new Map(files().map((path) => [path, stateOf(path)]));
    const status = await worked(work, tell);
    await out.flush();
    for (const path of files()) if (!before.has(path)) before.set(path, stateOf(path));
    let changed: string | undefined;
    while (changed === undefined && !isOver && !out.closed) {
      await pause(LOOK_MS);
      changed = [...before.keys()].find((path) => stateOf(path) !== before.get(path));
    }
    if (changed === undefined) return status;
    tell(`${basename(changed)} has changed.`);
  }
}

async function worked(work: () => Promise<number>, tell: Tell): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof UnreadableCapture)) throw error;
    tell(error.message);
    return error instanceof UsageError ? exitStatus.usage : exitStatus.unreadable;
  }
}

/** Another text when a file has changed; empty for one that is not there. */
function stateOf(path: string): string {
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined ? '' : `${status.mtimeMs} ${status.size} ${status.ino}`;
}
