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
import { exitStatus, UsageError } from './errors.ts';
import { receive } from './stdin.ts';
import type { Task } from './task.ts';

const STEP_FRAMES = 65_536;
/** Lines that are told of one key log. */
const KEY_LOG_PROBLEMS = 5;

/** Tells a sentence on standard error. */
export type Tell = (sentence: string) => void;

/** A capture that is open, and why not everything of a pipe was taken. */
export interface OpenedFile {
  readonly file: OpenFile;
  readonly left: string | undefined;
}

/** Opens a file, or what a pipe brings. */
export async function openCaptureFile(path: string, stdin: Readable): Promise<OpenedFile> {
  try {
    const { file, notice } = await sourceOf(path, stdin);
    return { file: await openFile(file), left: notice };
  } catch (error) {
    throw error instanceof UnreadableCapture ? error : new UnreadableCapture(reasonOf(error));
  }
}

async function sourceOf(path: string, stdin: Readable): Promise<{ readonly file: CaptureFile; readonly notice?: string }> {
  const status = path === '-' ? undefined : statSync(path);
  // A pipe has a path too where a shell makes one: `peerscope decode <(zstdcat …)`.
  const piped = status === undefined || status.isFIFO() || status.isCharacterDevice() || status.isSocket();
  if (!piped) return { file: new DiskFile(path) };
  return receive(status === undefined ? stdin : createReadStream(path));
}

/**
 * Reads key logs; what does not parse in them is told and the rest is used. Throws a UsageError where nothing parses: that is
 * another file than the one that was meant.
 */
export function readKeys(paths: readonly string[], protocols: readonly Protocol[], tell: Tell): CaptureKeys {
  const keys = new CaptureKeys(protocols);
  const { reports } = keys.replace(paths.map(readKeyLog));
  reports.forEach(({ problems }) => void toldProblems(problems).forEach(tell));
  const useless = reports.findIndex(({ usable, problems }) => usable === 0 && problems.length > 0);
  if (useless >= 0) throw new UsageError(`The key log ${paths[useless]} holds no line that can be used.`, false);
  return keys;
}

function toldProblems(problems: readonly string[]): string[] {
  const told = problems.slice(0, KEY_LOG_PROBLEMS);
  return problems.length <= KEY_LOG_PROBLEMS ? told : [...told, `… and ${problems.length - KEY_LOG_PROBLEMS} more`];
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
export function analyse(task: Task): Pass {
  const { file, keys, setup, tell } = task;
  const pass = new Pass(file, keys, setup.protocols, setup.wishes);
  while (pass.step(STEP_FRAMES));
  for (const sentence of [...captureNotices(task), ...keys.problems]) tell(sentence);
  return pass;
}

/** What is to be said about the capture as a whole, once it is read: a sentence each. */
export function captureNotices({ file, left }: Pick<Task, 'file' | 'left'>): string[] {
  return [...(left === undefined ? [] : [left]), ...notices(file)];
}

/** The messages that a command is about: all, or those that its filter matches. */
export function* matching(analysis: Analysis, { setup: { filter } }: Task): Generator<number> {
  const row = new FilterRow(analysis);
  for (let n = 0; n < analysis.messageCount; n++)
    if (filter === undefined || filter.matches(row.at(analysis.message(n).frame, n))) yield n;
}

/** The exit status that a capture by itself gives. */
export function readStatus({ file, left }: Pick<Task, 'file' | 'left'>): number {
  const { reader, unpackProblem } = file;
  const isWhole = left === undefined && unpackProblem === undefined && reader.unlisted === 0;
  if (isWhole && !reader.stopped && !reader.truncated) return exitStatus.read;
  return reader.frames.length === 0 ? exitStatus.unreadable : exitStatus.part;
}
