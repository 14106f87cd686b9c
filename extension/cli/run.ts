import { ProtocolFailure } from '../capture/attempt.ts';
import { failuresOf } from '../capture/guard.ts';
import { UnreadableCapture } from '../capture/open.ts';
import { type Command, parseCommand, type Question } from './arguments.ts';
import { readKeys, readStatus } from './capture.ts';
import { capture } from './commands/capture.ts';
import { check } from './commands/check.ts';
import { dap } from './commands/dap.ts';
import { decode } from './commands/decode.ts';
import { diff } from './commands/diff.ts';
import { frames } from './commands/frames.ts';
import { info } from './commands/info.ts';
import { node } from './commands/node.ts';
import { protocol } from './commands/protocol.ts';
import { relay } from './commands/relay.ts';
import { runScripts } from './commands/run.ts';
import { wireshark } from './commands/wireshark.ts';
import { exitStatus, UsageError } from './errors.ts';
import type { Io, Tell } from './io.ts';
import { Output, OutputFailure } from './output.ts';
import { readSetup } from './setup.ts';
import { openCaptures } from './sources.ts';
import type { Task } from './task.ts';
import { printable } from './text.ts';
import { type CaptureCommand, helpText } from './usage.ts';
import { again, filesOfCommand } from './watching.ts';

const commands: Readonly<Record<CaptureCommand, (task: Task) => Promise<number>>> = { decode, check, info, frames };

export async function run(args: readonly string[], io: Io): Promise<number> {
  const out = new Output(io.stdout);
  // Where not even that can be written nothing is left to tell.
  io.stderr.on('error', () => {});
  // Others choose some of the words, file names and goodbyes: they must not steer the terminal.
  // Each line by itself: one that begins with words of others may be a command to the program that reads them.
  const tell = (sentence: string): void => {
    for (const line of sentence.split('\n')) io.stderr.write(`peerscope: ${printable(line)}\n`);
  };
  try {
    const status = await (own(args, io, out, tell) ?? onCapture(args, io, out, tell));
    await out.flush();
    return status;
  } catch (error) {
    return await failed(error, out, tell);
  }
}

/** Commands that work on no capture. */
function own([name, ...args]: readonly string[], io: Io, out: Output, tell: Tell): Promise<number> | undefined {
  switch (name) {
    case 'capture':
      return capture(args, io, out, tell);
    case 'node':
      return node(args, io, out, tell);
    case 'relay':
      return relay(args, io, out, tell);
    case 'run':
      return runScripts(args, io, out);
    case 'dap':
      return dap(args, io, out, tell);
    case 'diff':
      return diff(args, io, out, tell);
    case 'wireshark':
      return wireshark(args, io, out, tell);
    case 'protocol':
      return protocol(args, io, out, tell);
    default:
      return undefined;
  }
}

async function onCapture(args: readonly string[], io: Io, out: Output, tell: Tell): Promise<number> {
  const command = parseCommand(args);
  if (!('name' in command)) return answer(command, io, out);
  const work = () => perform(command, io, out, tell);
  return command.watch ? again(work, () => filesOfCommand(command), { io, out, tell }) : work();
}

/** Tells why the command ends early, below what it has printed so far. */
async function failed(error: unknown, out: Output, tell: Tell): Promise<number> {
  await out.flush().catch(() => {});
  const known = [UsageError, ProtocolFailure, OutputFailure, UnreadableCapture].some((kind) => error instanceof kind);
  if (!known) {
    tell(`A mistake of Peerscope itself: ${error instanceof Error ? error.stack : error}`);
    return exitStatus.fault;
  }
  tell((error as Error).message);
  return error instanceof UnreadableCapture ? exitStatus.unreadable : exitStatus.usage;
}

async function answer({ help }: Question, io: Io, out: Output): Promise<number> {
  await out.text(help === undefined ? io.version() : helpText(help));
  return exitStatus.read;
}

async function perform(command: Command, io: Io, out: Output, tell: Tell): Promise<number> {
  const setup = await readSetup(command, tell);
  for (const { text } of setup.filter?.hints ?? []) tell(`The filter: ${text}${text.endsWith('?') ? '' : '.'}`);
  const keys = readKeys(command.keys, setup, tell);
  const name = command.capture === '-' ? 'standard input' : command.capture;
  const ofCapture = (sentence: string): void => tell(`${name}: ${sentence}`);
  const opened = await openCaptures(command, io.stdin, setup.decodeOptions.limits);
  const status = await commands[command.name]({
    ...{ ...opened, command, setup, keys, out, version: io.version, tell: ofCapture },
  });
  // All that could be read is printed; what a module failed in is told, and the status says so.
  const isBroken = setup.protocols.some((protocol) => failuresOf(protocol).length > 0);
  if (isBroken) return exitStatus.usage;
  return status === exitStatus.read ? readStatus(opened) : status;
}
