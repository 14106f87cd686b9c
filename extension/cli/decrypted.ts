/** `decode --decrypted FILE`. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Analysis } from '../../dissector/analysis/index.ts';
import { OpenedBlocks } from '../../dissector/wireshark/index.ts';
import { reasonOf } from '../capture/reason.ts';
import { matching } from './capture.ts';
import { exitStatus, UsageError } from './errors.ts';
import type { Task } from './task.ts';

/** Writes what was decrypted, for the user alone (mode 0600). Throws a UsageError where it cannot be written. */
export async function writeDecrypted(task: Task, analysis: Analysis, path: string): Promise<number> {
  let written = 0;
  try {
    const file = openSync(path, 'w', 0o600);
    try {
      const blocks = new OpenedBlocks(analysis);
      for (const block of blocks.head) writeSync(file, block);
      for (const n of matching(analysis, task, false)) {
        const block = blocks.message(n);
        if (block === undefined) continue;
        writeSync(file, block);
        written++;
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new UsageError(`The file ${path} cannot be written. ${reasonOf(error)}`, false);
  }
  task.tell(`${written} decrypted message${written === 1 ? ' is' : 's are'} in ${path}, in clear.`);
  return exitStatus.read;
}
