/** `peerscope node`: a test node on the command line, until it is interrupted, its time is over, or enough was said. */
import { randomInt } from 'node:crypto';
import { type DecodeOptions, readDecodeOptions } from '../../../dissector/analysis/decodeoptions.ts';
import type { Protocol } from '../../../dissector/protocol/index.ts';
import { protocols as known } from '../../../dissector/protocols/index.ts';
import {
  type Fault,
  type NodeEvent,
  type NodeLimits,
  parseFault,
  Recorder,
  readNodeLimits,
} from '../../../dissector/testnode/index.ts';
import { loadProtocols } from '../../capture/modules.ts';
import { fittedValues } from '../../node/givenvalues.ts';
import { GrowingFile } from '../../node/recording.ts';
import { Sentences } from '../../node/sentences.ts';
import { addressText } from '../../node/sockets/address.ts';
import { wallClock } from '../../node/sockets/clock.ts';
import { kernelDrops } from '../../node/sockets/kerneldrops.ts';
import { SocketNode } from '../../node/sockets/socketnode.ts';
import { after } from '../after.ts';
import { exitStatus, UsageError } from '../errors.ts';
import { identityOf } from '../identityfile.ts';
import type { Io, Tell } from '../io.ts';
import { Live, LiveKeys } from '../live.ts';
import { addressOf } from '../nodeaddress.ts';
import { type NodeCommand, parseNodeCommand, type Sending } from '../nodearguments.ts';
import { flushed, opened, withRecording } from '../nodefiles.ts';
import { NodeOutcome } from '../nodeoutcome.ts';
import { sentenceOf } from '../nodesentences.ts';
import type { Output } from '../output.ts';
import { printable } from '../text.ts';
import { nodeHelp } from '../usage.ts';

const HELP = 'peerscope node --help';
const READ_MS = 50;
/** After the last message was counted, for what it is answered with to be printed. */
const LINGER_MS = 20;

/** What a call asks for, with everything in it understood. */
interface Plan {
  readonly command: NodeCommand;
  readonly protocol: Protocol;
  readonly protocols: readonly Protocol[];
  readonly decodeOptions: DecodeOptions;
  readonly limits: NodeLimits;
  readonly transport: 'udp' | 'tcp';
  readonly faults: readonly Fault[];
  readonly sending: readonly Sending[];
  readonly seed: number;
}

export async function node(args: readonly string[], io: Io, out: Output, tell: Tell): Promise<number> {
  const command = parseNodeCommand(args);
  if (command === undefined) {
    await out.text(nodeHelp(known));
    return exitStatus.read;
  }
  const plan = await understood(command);
  return withRecording(command.record, (path) => run(plan, path, io, out, tell));
}

async function understood(command: NodeCommand): Promise<Plan> {
  const { protocols, problems } = await loadProtocols(command.protocols);
  const spoken = protocols.filter(({ peer }) => peer !== undefined);
  const protocol = spoken.find(({ id }) => id === command.protocol);
  if (problems.length > 0) throw new UsageError(problems.join(' '), false);
  const names = spoken.map(({ id }) => id).join(', ');
  if (protocol === undefined) throw new UsageError(`There is no test node of "${command.protocol}": ${names}.`, HELP);
  const { transports, roles, identityKinds = [] } = protocol.peer!;
  const transport = command.transport ?? transports[0]!;
  if (!transports.includes(transport)) throw new UsageError(`${protocol.id} is spoken over ${transports.join(' and ')}.`, HELP);
  if (command.role !== undefined && !roles.some(({ id }) => id === command.role))
    throw new UsageError(`--role of ${protocol.id}: ${roles.map(({ id }) => id).join(', ')}.`, HELP);
  if (command.identityKind !== undefined && !identityKinds.includes(command.identityKind))
    throw new UsageError(
      identityKinds.length === 0
        ? `${protocol.id} has one kind of identity alone: it takes no --identity-kind.`
        : `--identity-kind of ${protocol.id}: ${identityKinds.join(', ')}.`,
      HELP,
    );
  const decodeOptions = readDecodeOptions({ choices: command.choices }, protocols);
  const faults = command.faults.map((text) => parseFault(text, protocol.names, transport, protocol.peer!));
  const sentences = faults.filter((each) => typeof each === 'string');
  const sending = command.send.map((each) => fittedSending(each, protocol));
  sentences.push(
    ...sending.flatMap((each, at) => (typeof each === 'string' ? [`${sendingName(command.send, at)}: ${each}`] : [])),
  );
  const { limits, problems: limitProblems } = readNodeLimits(command.limits, protocols);
  const wrong = [
    ...decodeOptions.problems,
    ...limitProblems.map((problem) => `--limit: ${problem}`),
    ...sentences.map((sentence) => (sentence.endsWith('?') ? sentence : `${sentence}.`)),
  ];
  if (wrong.length > 0) throw new UsageError(wrong.join(' '), false);
  const seed = command.seed ?? randomInt(2 ** 32);
  return {
    command,
    protocol,
    protocols,
    decodeOptions: { ...decodeOptions, limits },
    limits,
    transport,
    faults: faults as Fault[],
    sending: sending as Sending[],
    seed,
  };
}

/** The message with its values as its encoder takes them, or why it has none. */
function fittedSending({ message, given }: Sending, protocol: Protocol): Sending | string {
  const names = (protocol.messages ?? []).map(({ name }) => name);
  if (!protocol.names.includes(message)) return `${protocol.id} has no message "${message}", but ${names.join(', ')}`;
  const values = fittedValues(protocol, message, given);
  return typeof values === 'string' ? values : { message, given: values };
}

/** Which of several options is meant: "--send 2". */
function sendingName(all: readonly Sending[], at: number): string {
  return all.length === 1 ? '--send' : `--send ${at + 1}`;
}

async function run(plan: Plan, path: string, io: Io, out: Output, tell: Tell): Promise<number> {
  const { command, protocol, protocols, decodeOptions, limits, transport, faults, sending, seed } = plan;
  const listen = await addressOf(command.listen, command.allow);
  const dialled = await addressOf(command.connect, command.allow);
  const identity = await identityOf(command, protocol, tell);
  // What is there stays whole when the node cannot be started: files are opened once it is, and until then all waits in memory.
  const file = new GrowingFile(path);
  const keylog = command.keylog === undefined ? undefined : new GrowingFile(command.keylog);
  const secrets = command.secrets && command.record !== undefined;
  const recorder = new Recorder({
    ...{ transport, secrets, application: `Peerscope ${io.version()}`, now: wallClock },
    write: (bytes) => file.write(bytes),
  });
  const keys = new LiveKeys();
  const sentences = new Sentences((text) => tell(printable(text)));
  const course = new NodeOutcome(command, dialled !== undefined);
  const happened = (event: NodeEvent): void => {
    recorder.record(event);
    if (event.kind === 'key') {
      keys.add(event.line);
      keylog?.write(Buffer.from(`${event.line}\n`));
    }
    course.happened(event);
    const sentence = sentenceOf(event);
    if (sentence !== undefined) sentences.say(sentence, false);
  };
  const role = command.role === undefined ? {} : { role: command.role };
  const mayReach = (ip: string): boolean => command.allow.includes(ip);
  const says = (where: string): void => tell(`${protocol.id} over ${transport.toUpperCase()} ${where}.`);
  if (dialled !== undefined) says(`dials ${addressText(dialled)}`);
  const running = await SocketNode.start(
    {
      ...{ protocol, transport, identity, choices: decodeOptions.choices, limits, faults, seed, listen, happened },
      ...role,
      mayReach,
    },
    dialled,
  );
  try {
    for (const each of [file, keylog]) if (each !== undefined) opened(each);
  } catch (error) {
    await running.stop();
    throw error;
  }
  const live = await Live.open({ path, protocol, protocols, decodeOptions, json: command.json, out });
  keys.to(live);
  if (dialled === undefined) says(`listens on ${addressText(running.local)}`);
  if (faults.length > 0) tell(`Faults are drawn with --seed ${seed}.`);
  if (secrets) tell(`${path} will hold the keys of its traffic; --without-keys leaves them out.`);
  const started = performance.now();
  const interruption = io.interrupted();
  const sent = new Set<number>();
  const isOver = (): boolean => command.seconds !== undefined && performance.now() - started >= command.seconds * 1000;
  const isSaid = (): boolean => command.count !== undefined && live.messageCount >= command.count;
  let signal = false;
  while (!signal && !isOver() && !isSaid() && !course.isAlone && !out.closed) {
    signal = await Promise.race([interruption.then(() => true), after(READ_MS)]);
    course.look(running);
    sendOnce(running, sending, sent, course, tell);
    sentences.pass();
    file.flush();
    keylog?.flush();
    await live.read();
    if (file.failure !== undefined || keylog?.failure !== undefined || running.lost !== undefined) break;
  }
  const isCut = !signal && !out.closed && command.count !== undefined && !isSaid();
  const { lost } = running;
  const seconds = (performance.now() - started) / 1000;
  const drops = transport === 'udp' ? kernelDrops(running.local.port) : undefined;
  await running.stop();
  await after(LINGER_MS);
  sentences.end();
  recorder.flush();
  file.flush();
  const errors = await live.end();
  file.close();
  keylog?.close();
  tell(summary(running, seconds, drops, live.stoppedAt));
  for (const each of [file, keylog]) if (each !== undefined) flushed(each, ' What it holds so far can be read.');
  if (lost !== undefined) tell(lost);
  if (lost !== undefined || (course.failed && course.opened === 0)) return exitStatus.usage;
  const missed = course.missed(sent.size);
  if (isCut) missed.push(`--count ${command.count} was not reached: ${live.messageCount} messages.`);
  for (const sentence of missed) tell(sentence);
  return errors > 0 || missed.length > 0 ? exitStatus.findings : exitStatus.read;
}

/** What `--send` asks for, once on each link that is ready. */
function sendOnce(
  { node: running }: SocketNode,
  sending: readonly Sending[],
  sent: Set<number>,
  course: NodeOutcome,
  tell: Tell,
): void {
  for (const { id } of sending.length === 0 ? [] : running.links) {
    if (sent.has(id) || !running.status(id).ready) continue;
    sent.add(id);
    for (const [at, { message, given }] of sending.entries()) {
      try {
        running.send(id, message, given);
      } catch (error) {
        course.refused = true;
        const which = sending.length === 1 ? message : `${message} (${sendingName(sending, at)})`;
        tell(`${which} is not sent: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
}

function summary(
  { node: running, unsent }: SocketNode,
  seconds: number,
  drops: number | undefined,
  stoppedAt: number | undefined,
): string {
  const { received, sent, dropped } = running.counts;
  const rate = Math.round((received + sent) / Math.max(seconds, 0.001));
  const lost = [
    ...(dropped > 0 ? [`${dropped} dropped by limits`] : []),
    ...(unsent > 0 ? [`${unsent} not sent because too much waited`] : []),
    ...(drops === undefined || drops === 0 ? [] : [`${drops} dropped by the system before they were read`]),
  ];
  const told = lost.length === 0 ? '0 dropped' : lost.join(', ');
  const undecoded = stoppedAt === undefined ? '' : ` Decoding stopped after ${stoppedAt} frames; a recording has them all.`;
  return `${received} received, ${sent} sent in ${seconds.toFixed(1)} s (${rate} a second); ${told}.${undecoded}`;
}
