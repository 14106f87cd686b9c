/** `peerscope capture`: captures until it is interrupted or a stop condition is met, and prints what comes as it comes. */
import { PassThrough } from 'node:stream';
import { CaptureKeys } from '../../capture/keys.ts';
import { listInterfaces } from '../../live/asking.ts';
import { endSentence, LiveCapture, type LiveEnd, type LiveSink } from '../../live/livecapture.ts';
import { LiveRefusal } from '../../live/refusal.ts';
import { CaptureFiles } from '../../live/ring.ts';
import { FollowedKeys } from '../../node/followedkeys.ts';
import { readStatus } from '../capture.ts';
import { type ListCommand, type LiveCommand, parseCaptureCommand } from '../capturearguments.ts';
import { exitStatus, UsageError } from '../errors.ts';
import { follow } from '../following.ts';
import type { Io, Tell } from '../io.ts';
import { Notices } from '../notices.ts';
import type { Output } from '../output.ts';
import { Progress } from '../progress.ts';
import { readSetup } from '../setup.ts';
import { openPipe } from '../sources.ts';
import { Incoming } from '../stdin.ts';
import { captureHelp } from '../usage.ts';

export async function capture(args: readonly string[], io: Io, out: Output, tell: Tell): Promise<number> {
  const command = parseCaptureCommand(args);
  if (command === undefined) {
    await out.text(captureHelp());
    return exitStatus.read;
  }
  try {
    return 'list' in command ? await list(command, out) : await run(command, io, out, tell);
  } catch (error) {
    throw error instanceof LiveRefusal ? new UsageError(error.message, false) : error;
  }
}

/** `lo  127.0.0.1, ::1  Loopback`. */
async function list({ list: { host } }: ListCommand, out: Output): Promise<number> {
  const interfaces = await listInterfaces({ host });
  const width = Math.max(0, ...interfaces.map(({ name }) => name.length));
  for (const { name, addresses, description } of interfaces)
    await out.line(
      [name.padEnd(width), ...[addresses.join(', '), description].filter((each) => each !== '')].join('  ').trimEnd(),
    );
  return exitStatus.read;
}

async function run(command: LiveCommand, io: Io, out: Output, tell: Tell): Promise<number> {
  const { source, stops, output, ring, decoding } = command;
  // Keys, filters and modules first: nothing is captured for a call that cannot be carried out.
  const notices = new Notices(tell);
  const setup = await readSetup(decoding, notices.tell);
  for (const { text } of setup.filter?.hints ?? []) tell(`The display filter: ${text}${text.endsWith('?') ? '' : '.'}`);
  const { limits } = setup.decodeOptions;
  const keys = new CaptureKeys(setup.protocols, limits);
  // Programs write the keys of a session while it is captured.
  const logs = new FollowedKeys(decoding.keys, limits, tell);
  logs.read([keys.ring]);
  const pipe = new Pipe();
  const files = output === undefined ? undefined : new CaptureFiles(output, ring);
  // A ring has its own end, and a person who names a size means it.
  const bytes = stops.bytes ?? (ring === undefined ? limits.liveBytes : undefined);
  const live = await LiveCapture.start({
    ...{ source, limits, fromTerminal: true },
    stops: { ...stops, bytes },
    sinks: [...(files === undefined ? [] : [files]), pipe],
  });
  pipe.feeds(live);
  const name = source.host === undefined ? source.interface : `${source.host}, ${source.interface}`;
  tell(`Capturing on ${name}. An interrupt stops it.`);
  void io.interrupted().then(() => live.stop());
  void live.ended.then(() => pipe.stream.end());
  const incoming = new Incoming(pipe.stream, limits, 'The capture');
  try {
    const opened = await openPipe(incoming, limits, true);
    const task = { ...opened, clocks: [], command: decoding, setup, keys, out, notices, progress: new Progress(io) };
    await follow({ ...task, version: io.version, tell: (sentence) => tell(`${name}: ${sentence}`) }, incoming, () =>
      logs.read([keys.ring]),
    );
    // What is not decoded any more still goes to the files; without them nobody wants it.
    const end = await (files === undefined || out.closed ? live.stop() : live.ended);
    tell(summary(name, end, files));
    if (end.reached === 'bytes' && stops.bytes === undefined)
      tell(`The limit liveBytes of ${limits.liveBytes} bytes is reached.`);
    if (end.refusal !== undefined) tell(end.refusal.message);
    return end.refusal === undefined ? readStatus(opened) : exitStatus.part;
  } finally {
    await live.stop();
    files?.close();
  }
}

function summary(name: string, end: LiveEnd, files: CaptureFiles | undefined): string {
  const said = endSentence(name, end);
  if (files === undefined) return said;
  const [first, last] = [files.paths[0], files.paths.at(-1)];
  const where = first === last ? first : `${files.paths.length} files, from ${first} to ${last}`;
  const gone = files.removed === 0 ? '' : ` ${files.removed} older ${files.removed === 1 ? 'file' : 'files'} of the ring went.`;
  return `${said} Written to ${where}.${gone}`;
}

/** The capture on its way to the decoder. */
class Pipe implements LiveSink {
  readonly stream = new PassThrough();
  #live: LiveCapture | undefined;

  feeds(live: LiveCapture): void {
    this.#live = live;
    this.stream.on('drain', () => live.resume());
    this.stream.on('close', () => live.resume());
  }

  begin(head: Uint8Array): void {
    this.#put(head);
  }

  write(records: readonly Uint8Array[]): void {
    this.#put(Buffer.concat(records));
  }

  /** What was decoded up to a limit takes no more. */
  #put(bytes: Uint8Array): void {
    if (this.stream.destroyed || this.stream.writableEnded) return;
    if (!this.stream.write(bytes)) this.#live?.pause();
  }
}
