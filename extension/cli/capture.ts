/** The capture and the keys that a command names. */
import { readFileSync, statSync } from 'node:fs';
import type { Analysis } from '../../dissector/analysis/index.ts';
import type { Limits } from '../../dissector/bytes/index.ts';
import { FilterRow } from '../../dissector/filter/index.ts';
import { keyLogText } from '../capture/keylogtext.ts';
import { CaptureKeys, type KeyLog } from '../capture/keys.ts';
import { notices, Pass } from '../capture/open.ts';
import { reasonOf } from '../capture/reason.ts';
import { exitStatus, UsageError } from './errors.ts';
import type { Tell } from './io.ts';
import type { Setup } from './setup.ts';
import type { Task } from './task.ts';

const STEP_FRAMES = 8192;
/** Messages between two looks at the clock. */
const LOOKED = 256;
/** Lines that are told of one key log. */
const KEY_LOG_PROBLEMS = 5;

/**
 * Reads key logs; what does not parse in them is told and the rest is used. Throws a UsageError where nothing parses: that is
 * another file than the one that was meant.
 */
export function readKeys(paths: readonly string[], { protocols, decodeOptions: { limits } }: Setup, tell: Tell): CaptureKeys {
  const keys = new CaptureKeys(protocols, limits);
  const { reports } = keys.replace(paths.map((path) => readKeyLog(path, limits)));
  reports.forEach(({ problems }) => void toldProblems(problems).forEach(tell));
  const useless = reports.findIndex(({ usable, problems }) => usable === 0 && problems.length > 0);
  if (useless >= 0) throw new UsageError(`The key log ${paths[useless]} holds no line that can be used.`, false);
  return keys;
}

function toldProblems(problems: readonly string[]): string[] {
  const told = problems.slice(0, KEY_LOG_PROBLEMS);
  return problems.length <= KEY_LOG_PROBLEMS ? told : [...told, `… and ${problems.length - KEY_LOG_PROBLEMS} more`];
}

/** Throws a UsageError with a sentence. */
export function readKeyLog(path: string, { keyLogSize }: Limits): KeyLog {
  const cannot = (reason: string): UsageError => new UsageError(`The key log ${path} cannot be read. ${reason}`, false);
  try {
    if (statSync(path).size > keyLogSize) throw cannot(`It is over the limit keyLogSize of ${keyLogSize} bytes.`);
    return { name: path, text: keyLogText(readFileSync(path)) };
  } catch (error) {
    throw error instanceof UsageError ? error : cannot(reasonOf(error));
  }
}

/** The whole first pass: messages have their final numbers only then, since a conversation may be recognised late. */
export async function analyse(
  task: Pick<Task, 'file' | 'keys' | 'setup' | 'tell' | 'left' | 'clocks' | 'incoming' | 'progress'>,
): Promise<Pass> {
  const { file, keys, setup, tell, progress } = task;
  const pass = new Pass(file, keys, setup.protocols, setup.decodeOptions);
  progress.begin('Reading', 'frames');
  try {
    while (pass.step(STEP_FRAMES)) {
      const { observed } = pass.analysis;
      const { position, frames } = file.reader;
      progress.at(frames.length === 0 ? 0 : (position / file.unpackedSize) * (observed / frames.length), observed);
      const turn = progress.turn();
      if (turn !== undefined) await turn;
    }
  } finally {
    progress.end();
  }
  for (const sentence of [...captureNotices(task), ...keys.problems]) tell(sentence);
  return pass;
}

/** What is to be said about the capture as a whole, once it is read: a sentence each. */
export function captureNotices({ file, clocks, ...task }: Pick<Task, 'file' | 'left' | 'clocks' | 'incoming'>): string[] {
  const left = leftOf(task);
  return [...(left === undefined ? [] : [left]), ...notices(file), ...clocks];
}

/** Why not everything that a pipe brought was taken. */
function leftOf({ left, incoming }: Pick<Task, 'left' | 'incoming'>): string | undefined {
  return left ?? incoming?.notice;
}

/** The messages that a command is about: all, or those that its filter matches. `prints`: lines of standard output come of them. */
export function* matching(
  analysis: Analysis,
  { setup: { filter }, progress }: Pick<Task, 'setup' | 'progress'>,
  prints: boolean,
): Generator<number> {
  progress.begin(prints ? 'Writing' : 'Going through', 'messages', prints);
  const row = new FilterRow(analysis);
  const { messageCount } = analysis;
  try {
    for (let n = 0; n < messageCount; n++) {
      if (n % LOOKED === 0) progress.at(n / messageCount, n);
      if (filter === undefined || filter.matches(row.at(analysis.message(n).frame, n))) yield n;
    }
  } finally {
    progress.end();
  }
}

/** The exit status that a capture by itself gives. */
export function readStatus({ file, ...task }: Pick<Task, 'file' | 'left' | 'incoming'>): number {
  const { reader, unpackProblem } = file;
  const isWhole = leftOf(task) === undefined && unpackProblem === undefined && reader.unlisted === 0;
  if (isWhole && !reader.stopped && !reader.truncated) return exitStatus.read;
  return reader.frames.length === 0 ? exitStatus.unreadable : exitStatus.part;
}
