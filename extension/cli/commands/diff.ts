import { type Comparison, captureSide, compareCaptures, type DiffSide } from '../../../dissector/diff/index.ts';
import { type Command, parseLimits } from '../arguments.ts';
import { readBaselineFile, writeBaselineFile } from '../baselinefile.ts';
import { analyse, matching, readKeys, readStatus } from '../capture.ts';
import { parseChoices } from '../choice.ts';
import { type DiffFormat, diffFormats, diffReport } from '../diffreport.ts';
import { exitStatus, UsageError } from '../errors.ts';
import type { Io, Tell } from '../io.ts';
import { type Given, parseOptions, refuseOthers } from '../options.ts';
import type { Output } from '../output.ts';
import { Progress } from '../progress.ts';
import { readFilter, readSetup, type Setup } from '../setup.ts';
import { openCaptures } from '../sources.ts';
import { diffHelp } from '../usage.ts';

const HELP = 'peerscope diff --help';

/** What is different between two captures; exit status 1 where something is. */
export async function diff(args: readonly string[], io: Io, out: Output, tell: Tell): Promise<number> {
  const given = parseOptions(args, HELP);
  if (given.has('help')) {
    await out.text(diffHelp());
    return exitStatus.read;
  }
  refuseOthers('diff', given, HELP);
  const save = given.one('save-baseline');
  if (save !== undefined) return saved(save, given, io, tell);
  const format = parseFormat(given);
  const baseline = given.one('baseline');
  const setup = await readSetup(decodingOf(given), tell);
  const compared = await (baseline === undefined
    ? twoCaptures(given, setup, io, tell)
    : withBaseline(baseline, given, setup, io, tell));
  const { comparison, a, b, statuses } = compared;
  const isWhole = statuses.every((status) => status === exitStatus.read);
  for (const text of diffReport(format, comparison, { a, b, version: io.version(), isBaseline: baseline !== undefined, isWhole }))
    await out.text(text);
  if (comparison.unlisted > 0) tell(`${comparison.unlisted} more differences are not listed: limit differences.`);
  const unread = statuses.find((status) => status !== exitStatus.read);
  if (unread !== undefined) return unread;
  return comparison.differences.length > 0 ? exitStatus.findings : exitStatus.read;
}

interface Compared {
  readonly comparison: Comparison;
  /** Paths. */
  readonly a: string;
  readonly b: string;
  /** The exit status that each capture by itself gives. */
  readonly statuses: readonly number[];
}

async function twoCaptures(given: Given, setup: Setup, io: Io, tell: Tell): Promise<Compared> {
  const [a, b, ...more] = given.positionals;
  if (a === undefined || b === undefined || more.length > 0) throw new UsageError('"diff" needs two captures.', HELP);
  if (a === '-' && b === '-') throw new UsageError('Standard input can be one capture only.', HELP);
  const time = parseTime(given.one('time'));
  const left = await side(a, [...given.all('keys'), ...given.all('keys-a')], setup, io, tell);
  const right = await side(b, [...given.all('keys'), ...given.all('keys-b')], setup, io, tell);
  const comparison = compareCaptures(left.side, right.side, {
    ...(time === undefined ? {} : { time }),
    limits: setup.decodeOptions.limits,
  });
  return { comparison, a, b, statuses: [left.status, right.status] };
}

async function withBaseline(path: string, given: Given, setup: Setup, io: Io, tell: Tell): Promise<Compared> {
  const capture = oneCapture(given, '--baseline', ['keys-a', 'keys-b', 'time']);
  const { limits } = setup.decodeOptions;
  const baseline = readBaselineFile(path, limits);
  const ids = new Set(setup.protocols.map(({ id }) => id));
  const unknown = baseline.protocolIds.filter((id) => !ids.has(id));
  if (unknown.length > 0)
    tell(`${path} has conversations of ${unknown.join(', ')}, which no protocol decodes here: give --protocol.`);
  const filter =
    setup.filter ?? (baseline.filter && readFilter(baseline.filter, setup.protocols, `The filter in line 1 of ${path}`));
  const right = await side(capture, given.all('keys'), { ...setup, filter: filter || undefined }, io, tell);
  const comparison = compareCaptures(baseline, right.side, { limits });
  return { comparison, a: path, b: capture, statuses: [right.status] };
}

/** Writes the baseline of a capture; the exit status of the capture. */
async function saved(path: string, given: Given, io: Io, tell: Tell): Promise<number> {
  const capture = oneCapture(given, '--save-baseline', ['baseline', 'keys-a', 'keys-b', 'time', 'format', 'json']);
  const decoding = decodingOf(given);
  const setup = await readSetup(decoding, tell);
  const { side: read, status } = await side(capture, given.all('keys'), setup, io, tell);
  if (status === exitStatus.unreadable) return status;
  writeBaselineFile(path, read, decoding.filter === undefined ? {} : { filter: decoding.filter }, setup.decodeOptions.limits);
  return status;
}

/** Throws a UsageError where an option is given that needs two captures. */
function oneCapture(given: Given, option: string, unfit: readonly string[]): string {
  const other = unfit.find((name) => given.has(name) || given.all(name).length > 0);
  if (other !== undefined) throw new UsageError(`${option} takes no --${other}.`, HELP);
  const [capture, ...more] = given.positionals;
  if (capture === undefined || more.length > 0) throw new UsageError(`"diff" with ${option} needs one capture.`, HELP);
  return capture;
}

interface Side {
  readonly side: DiffSide;
  /** The exit status that the capture by itself gives. */
  readonly status: number;
}

async function side(path: string, keyLogs: readonly string[], setup: Setup, io: Io, tell: Tell): Promise<Side> {
  const name = path === '-' ? 'standard input' : path;
  const told = (sentence: string): void => tell(`${name}: ${sentence}`);
  const keys = readKeys(keyLogs, setup, tell);
  const progress = new Progress(io);
  const from = { name: 'diff', captures: [path], alignClocks: false, explain: undefined } as const;
  const opened = await openCaptures(from, io.stdin, setup.decodeOptions.limits, progress.unpacking());
  const { analysis } = await analyse({ ...opened, keys, setup, progress, tell: told });
  const status = readStatus(opened);
  if (setup.filter === undefined) return { side: captureSide(analysis), status };
  const wanted = new Set(matching(analysis, { setup, progress }, false));
  return { side: captureSide(analysis, (n) => wanted.has(n)), status };
}

function decodingOf(given: Given): Pick<Command, 'choices' | 'decodeAs' | 'filter' | 'limits' | 'order' | 'protocols'> {
  return {
    choices: parseChoices(given.all('choice')),
    decodeAs: given.all('decode-as'),
    filter: given.one('filter')?.trim() === '' ? undefined : given.one('filter'),
    limits: parseLimits(given.all('limit')),
    order: given.one('order'),
    protocols: given.all('protocol'),
  };
}

function parseFormat(given: Given): DiffFormat {
  const json = given.has('json');
  const text = given.one('format') ?? (json ? 'json' : 'text');
  const format = diffFormats.find((each) => each === text);
  if (format === undefined) throw new UsageError(`"${text}" is no format: ${diffFormats.join(', ')}.`, HELP);
  if (json && format !== 'json') throw new UsageError(`--json and --format ${format} contradict each other.`, HELP);
  return format;
}

/** `20%` or `20`: a part of 1. */
function parseTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, percent] = /^(\d{1,6}(?:\.\d{1,3})?)%?$/.exec(text) ?? [];
  if (percent === undefined) throw new UsageError(`--time takes a percentage, 20%: "${text}" is none.`, HELP);
  return Number(percent) / 100;
}
