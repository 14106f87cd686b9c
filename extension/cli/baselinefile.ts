/** Baselines as files. */
import { closeSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import type { Limits } from '../../dissector/bytes/index.ts';
import {
  type BaselineHead,
  type BaselineSide,
  baselineBytes,
  type DiffSide,
  isBaselineHead,
  readBaseline,
} from '../../dissector/diff/index.ts';
import { reasonOf } from '../capture/reason.ts';
import { UsageError } from './errors.ts';

/** Bytes in which the first line of a baseline says what it is. */
const HEAD_BYTES = 64;

/** Throws a UsageError with a sentence. */
export function readBaselineFile(path: string, limits: Limits): BaselineSide {
  const cannot = (reason: string): UsageError => new UsageError(`The baseline ${path} cannot be read. ${reason}`, false);
  let bytes: Uint8Array;
  try {
    // A file that is too large is not brought into memory.
    const { size } = statSync(path);
    if (size > limits.baselineSize) throw cannot(`It is over the limit baselineSize of ${limits.baselineSize} bytes.`);
    bytes = readFileSync(path);
  } catch (error) {
    throw error instanceof UsageError ? error : cannot(reasonOf(error));
  }
  const read = readBaseline(bytes, limits);
  if ('problem' in read) throw cannot(read.problem);
  return read;
}

/** Takes the place of an earlier baseline, and of no other file. Throws a UsageError with a sentence. */
export function writeBaselineFile(path: string, side: DiffSide, head: BaselineHead, limits: Limits): void {
  const made = baselineBytes(side, head, limits);
  if ('problem' in made) throw new UsageError(made.problem, false);
  try {
    // A device or a pipe has no beginning to look at.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() && !isBaselineHead(beginningOf(path)))
      throw new UsageError(`${path} exists, and is no baseline. Choose another name.`, false);
    writeFileSync(path, made.bytes);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${path} cannot be written. ${reasonOf(error)}`, false);
  }
}

function beginningOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(HEAD_BYTES);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
