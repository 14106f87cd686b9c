/** Files that grow while a node or a relay runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeRefusal } from '../../dissector/testnode/index.ts';
import { reasonOf } from '../capture/reason.ts';
import type { GrowingFile } from '../node/recording.ts';
import { SocketFailure } from '../node/sockets/socketsentences.ts';
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

/**
 * Runs with a recording at a path: where nobody wants one (undefined) it lies in a folder of its own, which is gone afterwards. Throws a UsageError
 * for what a node or a socket refuses.
 */
export async function withRecording(wanted: string | undefined, run: (path: string) => Promise<number>): Promise<number> {
  const folder = wanted === undefined ? mkdtempSync(join(tmpdir(), 'peerscope-recording-')) : undefined;
  try {
    return await run(wanted ?? join(folder!, 'recording.pcapng'));
  } catch (error) {
    throw error instanceof SocketFailure || error instanceof NodeRefusal ? new UsageError(error.message, false) : error;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}
