import type { Pass } from '../../capture/open.ts';
import { analyse } from '../capture.ts';
import { addCounted, nothingCounted } from '../counted.ts';
import { decodingNotices } from '../decodingnotices.ts';
import { writeDecrypted } from '../decrypted.ts';
import { exitStatus } from '../errors.ts';
import { explain } from '../explain.ts';
import { follow, QUIET_MS } from '../following.ts';
import { lineThreads, Printed } from '../printing/printed.ts';
import { ReadableMessages } from '../readable.ts';
import type { Incoming } from '../stdin.ts';
import { printZeek } from '../tables/printzeek.ts';
import { writeTables } from '../tables/writetables.ts';
import type { Task } from '../task.ts';

/** A line a message, or the explanation of one. */
export async function decode(task: Task): Promise<number> {
  const { command, incoming } = task;
  const { tables, explain: explained, decrypted } = command;
  if (incoming !== undefined && tables === undefined && decrypted === undefined && !(await allAtOnce(incoming)))
    return follow(task, incoming);
  const isPrinted = task.folder === undefined && explained === undefined && decrypted === undefined;
  const threads = isPrinted ? lineThreads(task) : undefined;
  try {
    const pass = await analyse(task);
    const { analysis } = pass;
    for (const sentence of decodingNotices(analysis)) task.tell(sentence);
    if (tables !== undefined && task.folder !== undefined) {
      await writeTables(task, analysis, tables, task.folder);
      return exitStatus.read;
    }
    if (explained !== undefined) return explain(analysis, explained, task);
    if (decrypted !== undefined) return writeDecrypted(task, analysis, decrypted);
    const printed = new Printed(task, pass, threads);
    if (tables !== undefined) return await printZeek(task, analysis, printed);
    if (command.json) await printed.print({ kind: 'json' });
    else await printText(task, pass, printed);
    return exitStatus.read;
  } finally {
    threads?.end();
  }
}

async function printText({ command, out, setup }: Task, { analysis }: Pass, printed: Printed): Promise<void> {
  const counted = nothingCounted();
  await printed.print({ kind: 'text' }, (part) => addCounted(counted, part.counted));
  const readable = new ReadableMessages(analysis, command.bytes, setup.filter !== undefined);
  readable.goTo(analysis.messageCount);
  readable.end(out.lines, counted);
  await out.written();
}

/** Whether a pipe brings its capture without a rest, as one that a file is poured into does: then it is decoded as the file would be. */
async function allAtOnce(incoming: Incoming): Promise<boolean> {
  while (!incoming.ended) if (!(await incoming.more(QUIET_MS))) return false;
  return true;
}
