/** Captures into the files of one folder: each by itself, several at the same time. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { UnreadableCapture } from '../../capture/failures.ts';
import type { Command } from '../arguments.ts';
import { readKeys } from '../capture.ts';
import { exitStatus, UsageError } from '../errors.ts';
import type { Io, Tell } from '../io.ts';
import type { Output } from '../output.ts';
import type { Progress } from '../progress.ts';
import { filterHints, readSetup } from '../setup.ts';
import { checkPlace, filesIn, writeBeside } from './outfolder.ts';
import { Processes } from './processes.ts';
import type { TableOptions } from './tableoptions.ts';

/** A command whose tables go to a folder. */
type ToFolder = Command & { readonly tables: TableOptions & { readonly out: string } };
type Surroundings = Io & { readonly progress: Progress };
/** Decodes one capture into a folder; its exit status. */
type Perform = (command: Command, folder: string, tell: Tell) => Promise<number>;

/** Folder of what single captures have written, within that of all. */
const PARTS = '.parts';
const DIGITS = 4;

/** Prints the paths of the files. Throws a UsageError where the folder cannot be written. */
export async function writeCaptures(
  command: ToFolder,
  io: Surroundings,
  out: Output,
  tell: Tell,
  perform: Perform,
): Promise<number> {
  const { tables, captures } = command;
  checkPlace(tables.out, tables.force);
  const written = await writeBeside(tables.out, async (folder) => {
    const isOne = captures.length === 1;
    const value = isOne ? await perform(command, folder, tell) : await writeSeveral(command, folder, io, tell, perform);
    await io.progress.settled();
    if (isOne) return { value, keep: true };
    // Nothing is put in the place of tables that stand there where no capture could be read.
    return { value, keep: value === exitStatus.read || filesIn(folder).length > 0 };
  });
  if (written.keep) for (const path of filesIn(tables.out)) await out.line(join(tables.out, path));
  return written.value;
}

async function writeSeveral(command: ToFolder, folder: string, io: Surroundings, tell: Tell, perform: Perform): Promise<number> {
  const told = new Set<string>();
  // What is wrong with the call is told once, before any capture is read.
  await checkCall(command, (sentence) => {
    told.add(sentence);
    tell(sentence);
  });
  const tellNew = (sentence: string): void => {
    if (!told.has(sentence)) tell(sentence);
  };
  const { captures } = command;
  const parts = captures.map((_, at) => join(folder, PARTS, String(at + 1).padStart(DIGITS, '0')));
  parts.forEach((part) => void mkdirSync(dirname(part), { recursive: true }));
  const statuses: readonly number[] =
    io.self === undefined || captures.includes('-')
      ? await oneByOne(command, parts, io, tellNew, perform)
      : await new Processes(io.self, command.tables, io).run(captures, parts, tellNew);
  // A capture that failed has left no folder.
  for (const [at, part] of parts.entries()) if (existsSync(part)) takeOver(part, folder, at);
  rmSync(join(folder, PARTS), { recursive: true, force: true });
  return statusOf(statuses);
}

async function checkCall(command: Command, tell: Tell): Promise<void> {
  const setup = await readSetup(command, tell);
  filterHints(setup).forEach(tell);
  readKeys(command.keys, setup, tell);
}

async function oneByOne(
  command: ToFolder,
  parts: readonly string[],
  { progress }: Surroundings,
  tell: Tell,
  perform: Perform,
): Promise<number[]> {
  const statuses: number[] = [];
  for (const [at, capture] of command.captures.entries()) {
    mkdirSync(parts[at]!);
    try {
      statuses.push(await perform({ ...command, captures: [capture], capture }, parts[at]!, tell));
    } catch (error) {
      if (progress.isInterrupted || !(error instanceof UnreadableCapture || error instanceof UsageError)) throw error;
      tell(error.message);
      rmSync(parts[at]!, { recursive: true, force: true });
      statuses.push(error instanceof UsageError ? exitStatus.usage : exitStatus.unreadable);
    }
  }
  return statuses;
}

/** `p2pke.parquet` of the second capture becomes `p2pke.0002.parquet`. */
function takeOver(part: string, folder: string, at: number): void {
  for (const path of filesIn(part)) {
    const end = extname(path);
    const to = join(folder, `${path.slice(0, -end.length)}.${String(at + 1).padStart(DIGITS, '0')}${end}`);
    mkdirSync(dirname(to), { recursive: true });
    renameSync(join(part, path), to);
  }
}

/** Of all captures: the gravest fault of one; in part where some could be read and others not. */
function statusOf(statuses: readonly number[]): number {
  for (const fault of [exitStatus.fault, exitStatus.usage]) if (statuses.includes(fault)) return fault;
  if (statuses.every((status) => status === exitStatus.unreadable)) return exitStatus.unreadable;
  return statuses.every((status) => status === exitStatus.read) ? exitStatus.read : exitStatus.part;
}
