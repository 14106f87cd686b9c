/** The capture and the keys that a command names. */
import { createReadStream, readFileSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { defaultLimits } from '../../dissector/bytes/index.ts';
import type { CaptureFile } from '../../dissector/capture/index.ts';
import { FilterRow } from '../../dissector/filter/index.ts';
import type { Analysis, Protocol } from '../../dissector/session/index.ts';
import { DiskFile } from '../capture/disk.ts';
import { CaptureKeys, type KeyLog } from '../capture/keys.ts';
import { notices, type OpenFile, openFile, Pass, UnreadableCapture } from '../capture/open.ts';
import { reasonOf } from '../capture/reason.ts';
import { UsageError } from './errors.ts';
import { receive } from './stdin.ts';
import type { Task } from './task.ts';

const STEP_FRAMES = 65_536;

/** Tells a sentence on standard error. */
export type Tell = (sentence: string) => void;

/** Opens a file, or what a pipe brings. */
export async function openCaptureFile(path: string, stdin: Readable, tell: Tell): Promise<OpenFile> {
  try {
    return await openFile(await sourceOf(path, stdin, tell));
  } catch (error) {
    throw error instanceof UnreadableCapture ? error : new UnreadableCapture(reasonOf(error));
  }
}

async function sourceOf(path: string, stdin: Readable, tell: Tell): Promise<CaptureFile> {
  const status = path === '-' ? undefined : statSync(path);
  // A pipe has a path too where a shell makes one: `peerscope decode <(zstdcat …)`.
  const piped = status === undefined || status.isFIFO() || status.isCharacterDevice() || status.isSocket();
  if (!piped) return new DiskFile(path);
  const { file, notice } = await receive(status === undefined ? stdin : createReadStream(path));
  if (notice !== undefined) tell(notice);
  return file;
}

/** Reads key logs; what does not parse in them is told and the rest is used. */
export function readKeys(paths: readonly string[], protocols: readonly Protocol[], tell: Tell): CaptureKeys {
  const keys = new CaptureKeys(protocols);
  const { problems } = keys.replace(paths.map(readKeyLog));
  for (const problem of problems) tell(problem);
  return keys;
}

function readKeyLog(path: string): KeyLog {
  const cannot = (reason: string): UsageError => new UsageError(`The key log ${path} cannot be read. ${reason}`, false);
  try {
    if (statSync(path).size > defaultLimits.keyLogSize)
      throw cannot(`It is over the limit keyLogSize of ${defaultLimits.keyLogSize} bytes.`);
    return { name: path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    throw error instanceof UsageError ? error : cannot(reasonOf(error));
  }
}

/** The whole first pass: messages have their final numbers only then, since a conversation may be recognised late. */
export function analyse({ file, keys, setup, tell }: Task): Pass {
  const pass = new Pass(file, keys, setup.protocols, setup.wishes);
  while (pass.step(STEP_FRAMES));
  for (const sentence of [...notices(file), ...keys.problems]) tell(sentence);
  return pass;
}

/** The messages that a command is about: all, or those that its filter matches. */
export function* matching(analysis: Analysis, { setup: { filter } }: Task): Generator<number> {
  const row = new FilterRow(analysis);
  for (let n = 0; n < analysis.messageCount; n++)
    if (filter === undefined || filter.matches(row.at(analysis.message(n).frame, n))) yield n;
}

/** A file of which nothing could be read, or of which the rest could not, was not read as a capture. */
export function wasRead({ reader, unpackProblem }: OpenFile): boolean {
  return !reader.stopped && (unpackProblem === undefined || unpackProblem.kind === 'incomplete');
}
