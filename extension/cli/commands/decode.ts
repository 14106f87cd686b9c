import { messageLine } from '../../../dissector/analysis/jsonline.ts';
import { analyse, matching } from '../capture.ts';
import { decodingNotices } from '../decodingnotices.ts';
import { writeDecrypted } from '../decrypted.ts';
import { exitStatus } from '../errors.ts';
import { explain } from '../explain.ts';
import { follow, QUIET_MS } from '../following.ts';
import { ReadableMessages } from '../readable.ts';
import type { Incoming } from '../stdin.ts';
import { printZeek } from '../tables/printzeek.ts';
import { writeTables } from '../tables/writetables.ts';
import type { Task } from '../task.ts';

/** A line a message, or the explanation of one. */
export async function decode(task: Task): Promise<number> {
  const { command, out, tell, incoming } = task;
  if (incoming !== undefined && command.tables === undefined && command.decrypted === undefined && !(await allAtOnce(incoming)))
    return follow(task, incoming);
  const { analysis } = await analyse(task);
  for (const sentence of decodingNotices(analysis)) tell(sentence);
  if (command.tables !== undefined) {
    if (task.folder === undefined) return printZeek(task, analysis);
    await writeTables(task, analysis, command.tables, task.folder);
    return exitStatus.read;
  }
  if (command.explain !== undefined) return explain(analysis, command.explain, task);
  if (command.decrypted !== undefined) return writeDecrypted(task, analysis, command.decrypted);
  const readable = command.json ? undefined : new ReadableMessages(analysis, command.bytes, task.setup.filter !== undefined);
  for (const n of matching(analysis, task, true)) {
    if (out.closed) break;
    const lines = readable === undefined ? [JSON.stringify(messageLine(analysis, n, command.bytes))] : readable.message(n);
    for (const line of lines) {
      const flushed = out.line(line);
      // To wait for nothing takes its time, too, a million times.
      if (flushed !== undefined) await flushed;
    }
  }
  for (const line of readable?.end() ?? []) await out.line(line);
  return exitStatus.read;
}

/** Whether a pipe brings its capture without a rest, as one that a file is poured into does: then it is decoded as the file would be. */
async function allAtOnce(incoming: Incoming): Promise<boolean> {
  while (!incoming.ended) if (!(await incoming.more(QUIET_MS))) return false;
  return true;
}
