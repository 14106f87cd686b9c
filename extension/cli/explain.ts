/** `decode --explain`: why a message is not decrypted, or how it was. */
import { explanation, explanationLines } from '../../dissector/analysis/explanation.ts';
import type { Analysis } from '../../dissector/analysis/index.ts';
import type { Explained } from './arguments.ts';
import { exitStatus, UsageError } from './errors.ts';
import type { Task } from './task.ts';
import { plural } from './text.ts';

/** Throws a UsageError when there is no such message. */
export async function explain(analysis: Analysis, what: Explained, { command, out }: Task): Promise<number> {
  const numbers = 'n' in what ? [numbered(analysis, what.n, command.capture)] : messagesOf(analysis, what.frame, command.capture);
  for (const n of numbers) {
    const told = explanation(analysis, n);
    const { protocol, name } = analysis.message(n);
    const lines = command.json ? [JSON.stringify(told)] : explanationLines(told, `${protocol.id} ${name}`);
    for (const line of lines) await out.line(line);
  }
  return exitStatus.read;
}

function numbered({ messageCount }: Analysis, n: number, capture: string): number {
  if (n < messageCount) return n;
  const there = messageCount === 0 ? 'none' : `${plural(messageCount, 'message')}, 0 to ${messageCount - 1}`;
  throw new UsageError(`There is no message ${n}: ${capture} has ${there}.`, false);
}

/** Those that a frame completes; where it completes none, those that it is a part of. */
function messagesOf(analysis: Analysis, frame: number, capture: string): number[] {
  const count = analysis.reader.frames.length;
  if (frame < 1 || frame > count)
    throw new UsageError(`There is no frame ${frame}: ${capture} has ${plural(count, 'frame')}.`, false);
  const all = Array.from({ length: analysis.messageCount }, (_, n) => n);
  const completed = all.filter((n) => analysis.message(n).frame === frame);
  const found = completed.length > 0 ? completed : all.filter((n) => analysis.message(n).frames.includes(frame));
  if (found.length === 0) throw new UsageError(`Frame ${frame} is part of no message.`, false);
  return found;
}
