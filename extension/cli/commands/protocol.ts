/** `peerscope protocol`: for whoever writes one. `new` makes a module that decodes at once, `test` checks one, `docs` prints its reference. */
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { defaultLimits, type Protocol } from '../../../dissector/index.ts';
import { protocols as builtIn } from '../../../dissector/protocols/index.ts';
import { referencePage } from '../../../dissector/reference/page.ts';
import { writeProtocol } from '../../author/newprotocol.ts';
import { type Framing, framings, noiseName, type ProtocolPlan, planProblem } from '../../author/plan.ts';
import { type TestedCapture, testCapture } from '../../author/testprotocol.ts';
import { keyLogText } from '../../capture/keylogtext.ts';
import { loadProtocols } from '../../capture/modules.ts';
import { reasonOf } from '../../capture/reason.ts';
import { exitStatus, UsageError } from '../errors.ts';
import { watchHooks } from '../hookwatchdog.ts';
import type { Io, Tell } from '../io.ts';
import { junit } from '../junit.ts';
import { type Given, parseOptions, refuseOthers } from '../options.ts';
import type { Output } from '../output.ts';
import type { Ran } from '../sectionresult.ts';
import { plural } from '../text.ts';
import { protocolHelp } from '../usage.ts';

const HELP = 'peerscope protocol --help';
const PORT = 7000;
const ROUNDS = 200;

export async function protocol(args: readonly string[], io: Io, out: Output, tell: Tell): Promise<number> {
  const given = parseOptions(args, HELP);
  const [what, ...rest] = given.positionals;
  if (given.has('help')) {
    await out.text(protocolHelp());
    return exitStatus.read;
  }
  refuseOthers('protocol', given, HELP);
  const own = { new: create, test, docs }[what ?? ''];
  if (own === undefined)
    throw usage(
      what === undefined ? '"protocol" needs new, test or docs.' : `"protocol ${what}" is not a command: use new, test or docs.`,
    );
  for (const name of given.names)
    if (!(takes[what as keyof typeof takes] as readonly string[]).includes(name))
      throw usage(`"protocol ${what}" takes no --${name}.`);
  return own(rest, given, { io, out, tell });
}

const takes = {
  new: ['tcp', 'udp', 'port', 'framing', 'noise', 'folder'],
  test: ['keys', 'rounds', 'seed', 'junit'],
  docs: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

interface Around {
  readonly io: Io;
  readonly out: Output;
  readonly tell: Tell;
}

function usage(sentence: string): UsageError {
  return new UsageError(sentence, HELP);
}

async function create([name, more]: readonly string[], given: Given, { io, out }: Around): Promise<number> {
  if (name === undefined) throw usage('"protocol new" needs a name.');
  if (more !== undefined) throw usage(`One protocol at a time: "${more}" is one too many.`);
  const plan = planOf(name, given);
  const folder = given.one('folder') ?? name;
  const problem = planProblem(plan);
  if (problem !== undefined) throw new UsageError(`${problem.replace(/\.$/, '')}.`, false);
  const { files } = await writeProtocol(plan, folder, join(io.root, 'dist', 'peerscope.d.ts')).catch((error) => {
    throw new UsageError(`The protocol cannot be written. ${reasonOf(error)}`, false);
  });
  for (const file of files) await out.line(join(folder, file));
  const path = (end: string): string => join(folder, `${name}.${end}`);
  const keys = plan.noise === undefined ? '' : ` --keys ${path('keys')}`;
  await out.line('');
  await out.line(`peerscope decode ${path('pcapng')} --protocol ${path('js')}${keys}`);
  await out.line(`peerscope protocol test ${path('js')}`);
  return exitStatus.read;
}

function planOf(name: string, given: Given): ProtocolPlan {
  if (given.has('tcp') && given.has('udp')) throw usage('--tcp and --udp contradict each other.');
  const cipher = given.one('noise');
  const framing = given.one('framing') ?? 'u16';
  if (!Object.hasOwn(framings, framing)) throw usage(`"${framing}" is no framing: ${Object.keys(framings).join(', ')}.`);
  const isStream = given.has('tcp') || (!given.has('udp') && (cipher !== undefined || given.has('framing')));
  if (!isStream && given.has('framing')) throw usage('--framing is of streams: a datagram is one message.');
  return {
    ...{ name, transport: isStream ? 'tcp' : 'udp', framing: framing as Framing },
    port: number(given, 'port', PORT, 65_535),
    noise: cipher === undefined ? undefined : noiseName(cipher),
  };
}

function number(given: Given, option: string, otherwise: number, most: number): number {
  const text = given.one(option);
  if (text === undefined) return otherwise;
  if (/^\d{1,10}$/.test(text) && Number(text) <= most) return Number(text);
  throw usage(`--${option} takes a number, ${most} at most: "${text}" is none.`);
}

async function docs([path, more]: readonly string[], _: Given, { out, tell }: Around): Promise<number> {
  if (path === undefined) throw usage('"protocol docs" needs a module, or the id of a protocol.');
  if (more !== undefined) throw usage(`One protocol at a time: "${more}" is one too many.`);
  const known = builtIn.find(({ id }) => id === path);
  await out.text(referencePage(known ?? (await load(path, tell)).protocol).trimEnd());
  return exitStatus.read;
}

async function load(path: string, tell: Tell): Promise<{ readonly protocol: Protocol; readonly protocols: readonly Protocol[] }> {
  const { protocols, problems } = await loadProtocols([path], tell);
  if (problems.length > 0) throw new UsageError(problems.join(' '), false);
  // The user's own stand before those that are built in.
  return { protocol: protocols[0]!, protocols };
}

async function test([path, ...named]: readonly string[], given: Given, { io, out, tell }: Around): Promise<number> {
  if (path === undefined) throw usage('"protocol test" needs a module.');
  // What it does wrong is told by the checks.
  const { protocol: own, protocols } = await load(path, () => {});
  const captures = named.length > 0 ? named : besides(path);
  if (captures.length === 0)
    throw new UsageError(
      `There is no capture beside ${path}: name one. It is ${basename(path, extname(path))}.pcapng or .pcap where it lies beside the module.`,
      false,
    );
  const seed = number(given, 'seed', randomInt(2 ** 32), 2 ** 32 - 1);
  const options = {
    protocols,
    id: own.id,
    rounds: number(given, 'rounds', ROUNDS, 1_000_000),
    seed,
    lineProblem: await lineSchema(io),
  };
  watchHooks(defaultLimits.hookSeconds);
  const all: Ran[] = [];
  for (const capture of captures) {
    const tested = readTested(capture, named.length > 0 ? undefined : path, given.all('keys'));
    for (const { title, seconds, what, failures } of testCapture(tested, options)) {
      const failure = failures.length === 0 ? {} : { failure: { line: 1, text: failures.join('\n') } };
      all.push({ file: capture, title, seconds, ...failure });
      if (given.has('junit')) continue;
      await out.line(`${failures.length === 0 ? 'ok    ' : 'failed'}  ${capture}: ${title}: ${what || 'nothing'}`);
      for (const sentence of failures) await out.line(`        ${sentence}`);
      await out.flush();
    }
  }
  const failed = all.filter(({ failure }) => failure !== undefined).length;
  if (given.has('junit')) await out.text(junit(all));
  else await out.line(`${plural(all.length, 'check')}: ${all.length - failed} passed, ${failed} failed (--seed ${seed})`);
  if (failed === 0) return exitStatus.read;
  tell(`${own.id} has ${plural(failed, 'failed check')}.`);
  return exitStatus.findings;
}

/** The sample of a module lies beside it under its name. */
function besides(path: string): string[] {
  const stem = join(dirname(path), basename(path, extname(path)));
  return ['.pcapng', '.pcap'].map((end) => stem + end).filter((each) => existsSync(each));
}

function readTested(capture: string, module: string | undefined, keyLogs: readonly string[]): TestedCapture {
  try {
    const beside = `${capture.replace(/\.pcap(ng)?$/, '')}.keys`;
    const paths = keyLogs.length > 0 ? keyLogs : module !== undefined && existsSync(beside) ? [beside] : [];
    const keyLog = paths.length === 0 ? undefined : paths.map((each) => keyLogText(readFileSync(each))).join('\n');
    return { name: capture, bytes: new Uint8Array(readFileSync(capture)), keyLog };
  } catch (error) {
    throw new UsageError(`${capture} or its keys cannot be read. ${reasonOf(error)}`, false);
  }
}

/** Whether a line of `decode --json` is what its schema says. */
async function lineSchema(io: Io): Promise<(line: unknown) => string | undefined> {
  // The package is CommonJS: in a bundle, a dynamic import of it has no names but `default`.
  const { default: Ajv2020 } = await import('ajv/dist/2020.js');
  const schema = JSON.parse(readFileSync(join(io.root, 'dissector', 'decode.schema.json'), 'utf8'));
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  return (line) => {
    if (validate(line)) return undefined;
    const { instancePath = '', message = '' } = validate.errors?.[0] ?? {};
    return `its line of decode --json ${instancePath} ${message}`;
  };
}
