/** `peerscope relay`: stands between programs of others, until it is interrupted, its time is over, or enough was said. */
import { randomInt } from 'node:crypto';
import { type DecodeOptions, readDecodeOptions } from '../../../dissector/analysis/decodeoptions.ts';
import { KeyRing, type Protocol } from '../../../dissector/protocol/index.ts';
import { protocols as known } from '../../../dissector/protocols/index.ts';
import { parseRelayFault, type RelayFault, recognitionText } from '../../../dissector/relay/index.ts';
import { type NodeEvent, type NodeLimits, Recorder, readNodeLimits } from '../../../dissector/testnode/index.ts';
import { loadProtocols } from '../../capture/modules.ts';
import { FollowedKeys } from '../../node/followedkeys.ts';
import { GrowingFile } from '../../node/recording.ts';
import { Sentences } from '../../node/sentences.ts';
import { addressText } from '../../node/sockets/address.ts';
import { wallClock } from '../../node/sockets/clock.ts';
import { kernelDrops } from '../../node/sockets/kerneldrops.ts';
import { SocketRelay } from '../../node/sockets/socketrelay.ts';
import { after } from '../after.ts';
import { exitStatus, UsageError } from '../errors.ts';
import { identityOf } from '../identityfile.ts';
import type { Io, Tell } from '../io.ts';
import { Live, LiveKeys } from '../live.ts';
import { addressOf } from '../nodeaddress.ts';
import { flushed, opened, withRecording } from '../nodefiles.ts';
import { sentenceOf } from '../nodesentences.ts';
import type { Output } from '../output.ts';
import { parseRelayCommand, type RelayCommand } from '../relayarguments.ts';
import { printable } from '../text.ts';
import { relayHelp } from '../usage.ts';

const HELP = 'peerscope relay --help';
const READ_MS = 50;
/** What is on its way waits while a frame is decoded for the terminal: one at a time. */
const STEP_FRAMES = 1;
/** Of a relay that so many messages came to since it was read last, only so long is read: what passes comes before what is printed. */
const BUSY_MESSAGES = 100;
const BUSY_READ_MS = 2;
/** After the last message was counted, for what it is answered with to be printed. */
const LINGER_MS = 20;

/** What a call asks for, with everything in it understood. */
interface Plan {
  readonly command: RelayCommand;
  readonly protocol: Protocol;
  readonly protocols: readonly Protocol[];
  readonly decodeOptions: DecodeOptions;
  readonly limits: NodeLimits;
  readonly transport: 'udp' | 'tcp';
  readonly faults: readonly RelayFault[];
  readonly seed: number;
}

export async function relay(args: readonly string[], io: Io, out: Output, tell: Tell): Promise<number> {
  const command = parseRelayCommand(args);
  if (command === undefined) {
    await out.text(relayHelp(known));
    return exitStatus.read;
  }
  const plan = await understood(command);
  return withRecording(command.record, (path) => run(plan, path, io, out, tell));
}

async function understood(command: RelayCommand): Promise<Plan> {
  const { protocols, problems } = await loadProtocols(command.protocols);
  if (problems.length > 0) throw new UsageError(problems.join(' '), false);
  const protocol = protocols.find(({ id }) => id === command.protocol);
  const names = protocols.map(({ id }) => id).join(', ');
  if (protocol === undefined) throw new UsageError(`There is no protocol "${command.protocol}": ${names}.`, HELP);
  const transport = transportOf(command, protocol);
  const decodeOptions = readDecodeOptions({ choices: command.choices }, protocols);
  if (command.terminate && protocol.peer === undefined)
    throw new UsageError(`There is no test node of ${protocol.id}: --terminate needs one.`, HELP);
  const parts = protocol.peer ?? { signatures: {}, nonces: {}, sealed: [] };
  const faults = command.faults.map((text) => parseRelayFault(text, protocol.names, transport, parts));
  const { limits, problems: limitProblems } = readNodeLimits(command.limits, protocols);
  const wrong = [
    ...decodeOptions.problems,
    ...limitProblems.map((problem) => `--limit: ${problem}`),
    ...faults.filter((each) => typeof each === 'string').map((sentence) => `${sentence}.`),
  ];
  if (wrong.length > 0) throw new UsageError(wrong.join(' '), false);
  return {
    ...{ command, protocol, protocols, limits, transport, seed: command.seed ?? randomInt(2 ** 32) },
    decodeOptions: { ...decodeOptions, limits },
    faults: faults as RelayFault[],
  };
}

/** As it is spoken; a protocol without a node of its own may say so by its ports. */
function transportOf({ transport }: RelayCommand, { id, peer, ports = [] }: Protocol): 'udp' | 'tcp' {
  const all = [...new Set(peer?.transports ?? ports.map((port) => port.transport))];
  if (transport === undefined && all.length === 0)
    throw new UsageError(`--transport says whether ${id} is relayed over udp or tcp.`, HELP);
  if (transport !== undefined && all.length > 0 && !all.includes(transport))
    throw new UsageError(`${id} is spoken over ${all.join(' and ')}.`, HELP);
  return transport ?? all[0]!;
}

async function run(plan: Plan, path: string, io: Io, out: Output, tell: Tell): Promise<number> {
  const { command, protocol, protocols, decodeOptions, limits, transport, faults, seed } = plan;
  const listen = (await addressOf(command.listen, command.allow))!;
  const forward = (await addressOf(command.forward, command.allow))!;
  const terminates = command.terminate ? { terminates: { identity: await identityOf(command, protocol, tell) } } : {};
  // What is there stays whole when the relay cannot be started: files are opened once it is, and until then all waits in memory.
  const sides = [path, command.recordForward].map((at) => (at === undefined ? undefined : new GrowingFile(at)));
  const recorders = sides.map((file) =>
    file === undefined
      ? undefined
      : new Recorder({
          ...{ transport, secrets: command.secrets, application: `Peerscope ${io.version()}`, now: wallClock },
          write: (bytes) => file.write(bytes),
        }),
  );
  const files = sides.filter((file) => file !== undefined);
  const ring = new KeyRing(
    protocols.flatMap(({ keys }) => keys),
    limits,
  );
  const ownKeys = new LiveKeys();
  const sentences = new Sentences((text) => tell(printable(text)));
  let live: Live | undefined;
  const happened = (event: NodeEvent): void => {
    // The keys of both of its sessions: each recording opens by itself.
    if (event.kind === 'key') {
      ownKeys.add(event.line);
      for (const recorder of recorders) recorder?.record(event);
    }
    // A recording that nobody wants is there to be decoded: else it would fill the disk.
    const isRead = command.record !== undefined || live?.isFull !== true;
    const side = 'link' in event && event.link?.dialled === true ? 1 : 0;
    if ('link' in event && (side === 1 || isRead)) recorders[side]?.record(event);
    const sentence = sentenceOf(event);
    if (sentence !== undefined) sentences.say(sentence, false);
  };
  const logs = new FollowedKeys(command.keys, limits, tell);
  logs.read([ring]);
  const { choices } = decodeOptions;
  const running = await SocketRelay.start({
    ...{ protocol, protocols, transport, choices, limits, faults, seed, listen, forward, happened, keys: ring },
    ...terminates,
  });
  try {
    for (const file of files) opened(file);
  } catch (error) {
    await running.stop();
    throw error;
  }
  live = await Live.open({ path, protocol, protocols, decodeOptions, json: command.json, out, stepFrames: STEP_FRAMES });
  ownKeys.to(live);
  const shown = new FollowedKeys(command.keys, limits, () => {});
  shown.read([live.ring]);
  tell(
    `${protocol.id} over ${transport.toUpperCase()} from ${addressText(running.local)} to ${addressText(forward)}. What is printed is the side that listens.`,
  );
  if (command.terminate) tell(recognitionText(protocol));
  if (command.secrets)
    for (const named of [command.record, command.recordForward])
      if (named !== undefined) tell(`${named} will hold the keys of its traffic; --without-keys leaves them out.`);
  if (faults.length > 0) tell(`Faults are drawn with --seed ${seed}.`);
  const started = performance.now();
  const interruption = io.interrupted();
  const isOver = (): boolean => command.seconds !== undefined && performance.now() - started >= command.seconds * 1000;
  const isSaid = (): boolean => command.count !== undefined && live.messageCount >= command.count;
  let signal = false;
  let came = 0;
  while (!signal && !isOver() && !isSaid() && !out.closed) {
    signal = await Promise.race([interruption.then(() => true), after(READ_MS)]);
    if (logs.read([ring])) running.relay.keysCame();
    if (shown.read([live.ring])) live.keysCame();
    sentences.pass();
    for (const file of files) file.flush();
    const { received } = running.relay.counts;
    await live.read(received - came > BUSY_MESSAGES ? BUSY_READ_MS : undefined);
    came = received;
    if (files.some(({ failure }) => failure !== undefined) || running.lost !== undefined) break;
  }
  const { lost } = running;
  const isCut = !signal && !out.closed && command.count !== undefined && !isSaid();
  const seconds = (performance.now() - started) / 1000;
  const drops = transport === 'udp' ? kernelDrops(running.local.port) : undefined;
  await running.stop();
  await after(LINGER_MS);
  sentences.end();
  for (const recorder of recorders) recorder?.flush();
  for (const file of files) file.flush();
  const errors = await live.end();
  for (const file of files) file.close();
  tell(summary(running, seconds, drops, undecodedText(live.stoppedAt, command.record)));
  for (const file of files) flushed(file, ' What it holds so far can be read.');
  if (lost !== undefined) {
    tell(lost);
    return exitStatus.usage;
  }
  if (isCut) tell(`--count ${command.count} was not reached: ${live.messageCount} messages.`);
  return errors > 0 || isCut ? exitStatus.findings : exitStatus.read;
}

function summary({ relay: running, unsent }: SocketRelay, seconds: number, drops: number | undefined, undecoded: string): string {
  const { received, sent, dropped } = running.counts;
  const lost = [
    ...(dropped > 0 ? [`${dropped} dropped by limits`] : []),
    ...(unsent > 0 ? [`${unsent} not sent because too much waited`] : []),
    ...(drops === undefined || drops === 0 ? [] : [`${drops} dropped by the system before they were read`]),
  ];
  const told = lost.length === 0 ? '0 dropped by limits' : lost.join(', ');
  return `${received} came, ${sent} went on in ${seconds.toFixed(1)} s (${Math.round(received / Math.max(seconds, 0.001))} a second); ${told}.${undecoded}`;
}

function undecodedText(stoppedAt: number | undefined, record: string | undefined): string {
  if (stoppedAt === undefined) return '';
  return ` Decoding stopped after ${stoppedAt} frames; ${record === undefined ? '--record keeps' : 'the recording has'} them all.`;
}
