/** The captures that a command names, as one. */
import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { clockNotices, mergeCaptures } from '../../dissector/analysis/index.ts';
import type { Limits } from '../../dissector/bytes/index.ts';
import { compressionOf } from '../../dissector/capture/index.ts';
import { DiskFile } from '../capture/disk.ts';
import { UnreadableCapture } from '../capture/failures.ts';
import { merged, type OpenFile, openFile, type Unpacking } from '../capture/open.ts';
import { reasonOf } from '../capture/reason.ts';
import type { Command } from './arguments.ts';
import { UsageError } from './errors.ts';
import { Incoming } from './stdin.ts';
import type { Task } from './task.ts';

/** A capture that is open, and why not everything of a pipe was taken. */
interface OpenedFile {
  readonly file: OpenFile;
  readonly left: string | undefined;
  /** More of it may come. */
  readonly incoming?: Incoming;
}

/** Bytes in which a capture says what it is. */
const HEAD = 64;

/** Opens the files, or what a pipe brings; several are merged by time. The message of an UnreadableCapture names the file. */
export async function openCaptures(
  {
    name: command,
    captures,
    alignClocks: align,
    explain,
    tables,
  }: Pick<Command, 'captures' | 'alignClocks' | 'explain'> & Partial<Pick<Command, 'tables'>> & { readonly name: string },
  stdin: Readable,
  limits: Limits,
  unpacking?: Unpacking,
): Promise<Pick<Task, 'file' | 'left' | 'clocks' | 'incoming'>> {
  const [first] = captures;
  const asItComes = command === 'decode' && explain === undefined && tables === undefined;
  if (captures.length === 1) return { ...(await openOne(first, stdin, limits, unpacking, asItComes)), clocks: [] };
  const parts: { name: string; file: OpenFile }[] = [];
  const left: string[] = [];
  for (const [at, path] of captures.entries()) {
    const opened = await openOne(path, stdin, limits, unpacking);
    parts.push({ name: nameAmong(captures, at), file: opened.file });
    if (opened.left !== undefined) left.push(`${path}: ${opened.left}`);
  }
  const readers = parts.map(({ name, file: { reader } }) => ({ name, reader }));
  const together = mergeCaptures(readers, { align, limits });
  const clocks = clockNotices(readers, together, align, '--align-clocks corrects it');
  return { file: merged(parts, together.reader), left: left.length === 0 ? undefined : left.join(' '), clocks };
}

/** The last part of a path, or all of it where another capture has the same. */
function nameAmong(captures: readonly string[], at: number): string {
  const path = captures[at]!;
  const name = path === '-' ? 'standard input' : basename(path);
  return captures.some((other, n) => n !== at && basename(other) === name) ? path : name;
}

async function openOne(
  path: string,
  stdin: Readable,
  limits: Limits,
  unpacking: Unpacking | undefined,
  asItComes = false,
): Promise<OpenedFile> {
  try {
    const status = path === '-' ? undefined : statSync(path);
    // A pipe has a path too where a shell makes one: `peerscope decode <(zstdcat …)`.
    const piped = status === undefined || status.isFIFO() || status.isCharacterDevice() || status.isSocket();
    if (!piped) return { file: await openFile(new DiskFile(path), limits, unpacking), left: undefined };
    return await openPipe(new Incoming(status === undefined ? stdin : createReadStream(path), limits), limits, asItComes);
  } catch (error) {
    // It was interrupted.
    if (error instanceof UsageError) throw error;
    const reason = error instanceof UnreadableCapture ? error.message : reasonOf(error);
    throw new UnreadableCapture(`${path === '-' ? 'standard input' : path}: ${reason}`);
  }
}

/** What a pipe brings, as far as it has come where that is enough to read it. Throws an UnreadableCapture. */
export async function openPipe(incoming: Incoming, limits: Limits, asItComes: boolean): Promise<OpenedFile> {
  const { file } = incoming;
  while (!incoming.ended && file.size() < HEAD) await incoming.more();
  while (asItComes && !incoming.ended && compressionOf(file) === undefined) {
    try {
      return { file: await openFile(file, limits), left: undefined, incoming };
    } catch {
      // A head that is longer than what has come.
      await incoming.more();
    }
  }
  await incoming.end();
  return { file: await openFile(file, limits), left: incoming.notice };
}
