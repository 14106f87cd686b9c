/** Commands that work on a capture: it is opened and read with its keys, and what a module failed in decides the status. */
import { failuresOf } from '../capture/guard.ts';
import type { Command } from './arguments.ts';
import { readKeys, readStatus } from './capture.ts';
import { check } from './commands/check.ts';
import { decode } from './commands/decode.ts';
import { frames } from './commands/frames.ts';
import { info } from './commands/info.ts';
import { exitStatus } from './errors.ts';
import type { Io, Tell } from './io.ts';
import { Notices } from './notices.ts';
import type { Output } from './output.ts';
import { Progress } from './progress.ts';
import { filterHints, readSetup } from './setup.ts';
import { openCaptures } from './sources.ts';
import { writeCaptures } from './tables/writecaptures.ts';
import type { Task } from './task.ts';
import type { CaptureCommand } from './usage.ts';
import { again, filesOfCommand } from './watching.ts';

const commands: Readonly<Record<CaptureCommand, (task: Task) => Promise<number>>> = { decode, check, info, frames };

export function onCapture(command: Command, io: Io, out: Output, tell: Tell): Promise<number> {
  const { tables } = command;
  if (tables?.out !== undefined) {
    const progress = new Progress(io);
    const toFolder = { ...command, tables: { ...tables, out: tables.out } };
    // What has been written so far is taken away.
    void io.interrupted().then(() => progress.interrupt());
    return writeCaptures(toFolder, { ...io, progress }, out, tell, (one, folder, told) =>
      perform(one, { ...io, progress }, out, told, folder),
    );
  }
  const work = () => perform(command, { ...io, progress: new Progress(io) }, out, tell);
  return command.watch ? again(work, () => filesOfCommand(command), { io, out, tell }) : work();
}

/** `folder` is of tables. */
async function perform(
  command: Command,
  { progress, ...io }: Io & Pick<Task, 'progress'>,
  out: Output,
  tell: Tell,
  folder?: string,
): Promise<number> {
  const notices = new Notices(tell);
  const setup = await readSetup(command, notices.tell);
  filterHints(setup).forEach(tell);
  const keys = readKeys(command.keys, setup, tell);
  const name = command.capture === '-' ? 'standard input' : command.capture;
  const ofCapture = (sentence: string): void => tell(`${name}: ${sentence}`);
  const opened = await openCaptures(command, io.stdin, setup.decodeOptions.limits, progress.unpacking());
  const status = await commands[command.name]({
    ...{ ...opened, command, setup, keys, out, notices, progress, version: io.version, tell: ofCapture },
    ...(io.threads === undefined ? {} : { threads: io.threads }),
    ...(folder === undefined ? {} : { folder }),
  });
  // All that could be read is printed; what a module failed in is told, and the status says so.
  const isBroken = setup.protocols.some((protocol) => failuresOf(protocol).length > 0);
  if (isBroken) return exitStatus.usage;
  return status === exitStatus.read ? readStatus(opened) : status;
}
