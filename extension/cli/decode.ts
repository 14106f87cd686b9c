import { analyse } from './capture.ts';
import { exitStatus } from './errors.ts';
import { messageLine } from './jsonline.ts';
import { ReadableMessages } from './readable.ts';
import type { Task } from './task.ts';

/** A line a message. */
export async function decode({ command, file, keys, out, tell }: Task): Promise<number> {
  const { analysis } = analyse(file, keys, tell);
  const readable = command.json ? undefined : new ReadableMessages(analysis, command.bytes);
  for (let n = 0; n < analysis.messageCount && !out.closed; n++) {
    const lines = readable === undefined ? [messageLine(analysis, n, command.bytes)] : readable.message(n);
    for (const line of lines) await out.line(line);
  }
  for (const line of readable?.summary() ?? []) await out.line(line);
  return exitStatus.read;
}
