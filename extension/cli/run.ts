/** The command line: what a command needs is loaded when it is asked for. */
import { ProtocolFailure, UnreadableCapture } from '../capture/failures.ts';
import type { Question } from './arguments.ts';
import { exitStatus, UsageError } from './errors.ts';
import type { Io, Tell } from './io.ts';
import { Output, OutputFailure } from './output.ts';
import { printable } from './text.ts';

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
    const status = await carryOut(args, io, out, tell);
    await out.flush();
    return status;
  } catch (error) {
    return await failed(error, out, tell);
  }
}

async function carryOut([name, ...args]: readonly string[], io: Io, out: Output, tell: Tell): Promise<number> {
  if (name === '--version' && args.length === 0) return answer({ help: undefined }, io, out);
  await io.prepare?.();
  switch (name) {
    case 'capture':
      return (await import('./commands/capture.ts')).capture(args, io, out, tell);
    case 'node':
      return (await import('./commands/node.ts')).node(args, io, out, tell);
    case 'relay':
      return (await import('./commands/relay.ts')).relay(args, io, out, tell);
    case 'run':
      return (await import('./commands/run.ts')).runScripts(args, io, out);
    case 'dap':
      return (await import('./commands/dap.ts')).dap(args, io, out, tell);
    case 'mcp':
      return (await import('./commands/mcp.ts')).mcp(args, io, out, tell);
    case 'diff':
      return (await import('./commands/diff.ts')).diff(args, io, out, tell);
    case 'wireshark':
      return (await import('./commands/wireshark.ts')).wireshark(args, io, out, tell);
    case 'protocol':
      return (await import('./commands/protocol.ts')).protocol(args, io, out, tell);
  }
  const { parseCommand } = await import('./arguments.ts');
  const command = parseCommand(name === undefined ? [] : [name, ...args]);
  if (!('name' in command)) return answer(command, io, out);
  return (await import('./oncapture.ts')).onCapture(command, io, out, tell);
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
  await out.text(help === undefined ? io.version() : (await import('./usage.ts')).helpText(help));
  return exitStatus.read;
}
