/** Files that grow while a node or a relay runs. */
import { reasonOf } from '../capture/reason.ts';
import type { GrowingFile } from '../node/recording.ts';
import { UsageError } from './errors.ts';

/** Throws a UsageError when what was written so far is not on the disk. */
export function flushed(file: GrowingFile, left = ''): void {
  file.flush();
  if (file.failure !== undefined) throw new UsageError(`${file.path} cannot be written. ${reasonOf(file.failure)}${left}`, false);
}

/** Throws a UsageError when it cannot be written. */
export function opened(file: GrowingFile): void {
  try {
    file.open();
  } catch (error) {
    throw new UsageError(`${file.path} cannot be written. ${reasonOf(error)}`, false);
  }
  flushed(file);
}
