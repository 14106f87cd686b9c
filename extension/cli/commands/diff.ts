import { compareCaptures, type DiffSide } from '../../../dissector/diff/index.ts';
import { type Command, parseLimits } from '../arguments.ts';
import { analyse, matching, readKeys, readStatus } from '../capture.ts';
import { parseChoices } from '../choice.ts';
import { type DiffFormat, diffFormats, diffReport } from '../diffreport.ts';
import { exitStatus, UsageError } from '../errors.ts';
import type { Io, Tell } from '../io.ts';
import { type Given, parseOptions, refuseOthers } from '../options.ts';
import type { Output } from '../output.ts';
import { readSetup, type Setup } from '../setup.ts';
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
  const [a, b, ...more] = given.positionals;
  if (a === undefined || b === undefined || more.length > 0) throw new UsageError('"diff" needs two captures.', HELP);
  if (a === '-' && b === '-') throw new UsageError('Standard input can be one capture only.', HELP);
  const format = parseFormat(given);
  const time = parseTime(given.one('time'));
  const setup = await readSetup(decodingOf(given), tell);
  const sides = [
    await side(a, given.all('keys-a'), given, setup, io, tell),
    await side(b, given.all('keys-b'), given, setup, io, tell),
  ];
  const [left, right] = sides as [Side, Side];
  const comparison = compareCaptures(left, right, {
    ...(time === undefined ? {} : { time }),
    limits: setup.decodeOptions.limits,
  });
  const isWhole = sides.every(({ status }) => status === exitStatus.read);
  for (const text of diffReport(format, comparison, { a, b, version: io.version(), isWhole })) await out.text(text);
  if (comparison.unlisted > 0) tell(`${comparison.unlisted} more differences are not listed: limit differences.`);
  const unread = sides.find(({ status }) => status !== exitStatus.read);
  if (unread !== undefined) return unread.status;
  return comparison.differences.length > 0 ? exitStatus.findings : exitStatus.read;
}

interface Side extends DiffSide {
  /** The exit status that the capture by itself gives. */
  readonly status: number;
}

async function side(path: string, own: readonly string[], given: Given, setup: Setup, io: Io, tell: Tell): Promise<Side> {
  const name = path === '-' ? 'standard input' : path;
  const told = (sentence: string): void => tell(`${name}: ${sentence}`);
  const keys = readKeys([...given.all('keys'), ...own], setup, tell);
  const from = { name: 'diff', captures: [path], alignClocks: false, explain: undefined } as const;
  const opened = await openCaptures(from, io.stdin, setup.decodeOptions.limits);
  const { analysis } = analyse({ ...opened, keys, setup, tell: told });
  const status = readStatus(opened);
  if (setup.filter === undefined) return { analysis, status };
  const wanted = new Set(matching(analysis, { setup }));
  return { analysis, status, wanted: (n) => wanted.has(n) };
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
