/** Copies of a recording, with the keys in it or without. */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fchmodSync,
  fstatSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { reasonOf } from '../capture/reason.ts';
import { blocksOf, SECRETS_BLOCK } from './blocks.ts';

/** Throws an Error with a sentence. The copy with keys is for its owner alone. */
export function saveRecording(from: string, to: string, keys: boolean): void {
  const bytes = readWhole(from);
  if (keys) {
    ownerOnly(to, bytes);
    return;
  }
  const kept = [...blocksOf(bytes)].filter(({ type }) => type !== SECRETS_BLOCK);
  replace(to, Buffer.concat(kept.map((block) => block.bytes)), 0o666);
}

/** Throws an Error with a sentence. What others may read there is theirs no more before the first key is in it. */
export function ownerOnly(path: string, bytes: Uint8Array): void {
  replace(path, bytes, 0o600);
}

function readWhole(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`The recording ${path} cannot be read. ${reasonOf(error)}`);
  }
}

/** Written beside what is there and put in its place once it is whole: what finds no room takes nothing away. */
function replace(named: string, bytes: Uint8Array, mode: number): void {
  // Behind a link, the file that it points to is meant.
  const path = existsSync(named) ? realpathSync(named) : named;
  // A device or a pipe is no file that another one could stand for.
  const beside = isOther(path) ? path : join(dirname(path), `.${randomUUID()}.part`);
  try {
    const descriptor = openSync(beside, beside === path ? 'w' : 'wx', mode);
    try {
      write(descriptor, bytes, mode);
      if (beside !== path) renameSync(beside, path);
    } catch (error) {
      if (beside !== path) rmSync(beside, { force: true });
      throw error;
    }
  } catch (error) {
    throw new Error(`${named} cannot be written. ${reasonOf(error)}`);
  }
}

function isOther(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === false;
}

/** And closes it. */
function write(descriptor: number, bytes: Uint8Array, mode: number): void {
  try {
    if (mode === 0o600 && fstatSync(descriptor).isFile()) fchmodSync(descriptor, mode);
    writeFileSync(descriptor, bytes);
  } finally {
    closeSync(descriptor);
  }
}
