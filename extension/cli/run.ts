/** One call of the command, from its arguments to its exit status. */
import type { Readable, Writable } from 'node:stream';
import { ProtocolFailure } from '../capture/guard.ts';
import { UnreadableCapture } from '../capture/open.ts';
import { type Command, type CommandName, parseCommand } from './arguments.ts';
import { openCaptureFile, readKeys, wasRead } from './capture.ts';
import { check } from './check.ts';
import { decode } from './decode.ts';
import { exitStatus, UsageError } from './errors.ts';
import { frames } from './frames.ts';
import { info } from './info.ts';
import { Output } from './output.ts';
import { readSetup } from './setup.ts';
import type { Task } from './task.ts';
import { usage } from './usage.ts';

export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly version: () => string;
}

const commands: Readonly<Record<CommandName, (task: Task) => Promise<number>>> = { decode, check, info, frames };

export async function run(args: readonly string[], io: Io): Promise<number> {
  const out = new Output(io.stdout);
  const tell = (sentence: string): void => void io.stderr.write(`peerscope: ${sentence}\n`);
  try {
    const command = parseCommand(args);
    const status = typeof command === 'string' ? await answer(command, io, out) : await perform(command, io, out, tell);
    await out.flush();
    return status;
  } catch (error) {
    await out.flush();
    if (error instanceof UsageError) {
      tell(error.message);
      if (error.showUsage) io.stderr.write(`\n${usage}`);
      return exitStatus.usage;
    }
    if (error instanceof ProtocolFailure) {
      tell(error.message);
      return exitStatus.usage;
    }
    if (!(error instanceof UnreadableCapture)) throw error;
    tell(error.message);
    return exitStatus.unreadable;
  }
}

async function answer(what: 'help' | 'version', io: Io, out: Output): Promise<number> {
  await out.line(what === 'help' ? usage.trimEnd() : io.version());
  return exitStatus.read;
}

async function perform(command: Command, io: Io, out: Output, tell: (sentence: string) => void): Promise<number> {
  const setup = await readSetup(command);
  const keys = readKeys(command.keys, setup.protocols, tell);
  const name = command.capture === '-' ? 'standard input' : command.capture;
  const ofCapture = (sentence: string): void => tell(`${name}: ${sentence}`);
  try {
    const file = await openCaptureFile(command.capture, io.stdin, ofCapture);
    const status = await commands[command.name]({ command, setup, file, keys, out, version: io.version, tell: ofCapture });
    return wasRead(file) ? status : exitStatus.unreadable;
  } catch (error) {
    throw error instanceof UnreadableCapture ? new UnreadableCapture(`${name}: ${error.message}`) : error;
  }
}
