import { parseChoices } from './choice.ts';
import { UsageError } from './errors.ts';
import { type Given, parseOptions, refuseOthers } from './options.ts';
import { parseTableOptions, type TableOptions } from './tables/tableoptions.ts';
import { type CaptureCommand, isCaptureCommand } from './usage.ts';

export type Format = (typeof formats)[number];

export interface Command {
  readonly name: CaptureCommand;
  /** Paths, or `-` for standard input; several are merged. */
  readonly captures: readonly [string, ...string[]];
  /** What a person reads for all of them: a path, or `a.pcap + b.pcap`. */
  readonly capture: string;
  /** What the clocks of the others are ahead of the first is taken away. */
  readonly alignClocks: boolean;
  readonly keys: readonly string[];
  readonly json: boolean;
  readonly bytes: boolean;
  /** Shows only the messages that match. */
  readonly filter: string | undefined;
  /** Of `check`. */
  readonly format: Format;
  /** Of `check`: no message at all is an error. */
  readonly requireMessages: boolean;
  /** Of `decode`: the file for decrypted messages. */
  readonly decrypted: string | undefined;
  /** Of `decode`: what to explain. */
  readonly explain: Explained | undefined;
  /** Of `decode`: tables are written. */
  readonly tables: TableOptions | undefined;
  /** Modules of the user's own protocols. */
  readonly protocols: readonly string[];
  readonly decodeAs: readonly string[];
  /** Pins by the id of their open choice. */
  readonly choices: Readonly<Record<string, unknown>>;
  readonly limits: Readonly<Record<string, number>>;
  /** The order in which frames are observed. */
  readonly order: string | undefined;
  /** Works again whenever a file changes. */
  readonly watch: boolean;
  /** Of `decode`: threads that make its lines, where the call says how many. */
  readonly threads: number | undefined;
}

/** A message by its number, or all that a frame (1-based) completes. */
export type Explained = { readonly n: number } | { readonly frame: number };

/** What is asked instead of a command: the version, or help, about one command where it is named. */
export interface Question {
  readonly help: CaptureCommand | 'all' | undefined;
}

/** Each of them holds the capture. */
const MOST_THREADS = 64;

const formats = ['text', 'json', 'sarif', 'github'] as const;

/** Throws a UsageError for what cannot be read. */
export function parseCommand(args: readonly string[]): Command | Question {
  const given = parseOptions(args);
  const [name, first, ...more] = given.positionals;
  if (given.has('help')) return { help: name !== undefined && isCaptureCommand(name) ? name : 'all' };
  if (given.has('version')) return { help: undefined };
  if (name === undefined) throw new UsageError('A command is missing.');
  if (!isCaptureCommand(name)) throw new UsageError(`"${name}" is not a command.`);
  refuseOthers(name, given);
  const idle = given.has('explain') ? ['filter', 'bytes'].find((option) => given.has(option)) : undefined;
  if (idle !== undefined) throw new UsageError(`--explain names its messages itself: it takes no --${idle}.`);
  const other = given.has('threads')
    ? ['explain', 'decrypted', 'parquet', 'output'].find((option) => given.has(option))
    : undefined;
  if (other !== undefined)
    throw new UsageError(`--threads works only where decode prints lines: it cannot be used with --${other}.`);
  if (first === undefined) throw new UsageError(`"${name}" needs a capture.`);
  const captures = [first, ...more];
  if (captures.filter((path) => path === '-').length > 1) throw new UsageError('Standard input can be one capture only.');
  if (given.has('watch') && captures.includes('-')) throw new UsageError('--watch is of files: standard input comes once.');
  return readCommand(
    name,
    [first, ...more],
    given,
    given.one('filter'),
    name === 'decode' ? parseTableOptions(given) : undefined,
  );
}

/** What is asked of captures whose names are known; `filter` is the display filter. Throws a UsageError. */
export function readCommand(
  name: CaptureCommand,
  captures: Command['captures'],
  given: Given,
  filter: string | undefined,
  tables?: TableOptions,
): Command {
  const json = given.has('json') || (name === 'decode' && given.one('format') === 'json');
  return {
    ...{ name, captures, capture: captures.join(' + '), alignClocks: given.has('align-clocks') },
    ...{ json, keys: given.all('keys'), bytes: given.has('bytes') },
    // As tshark takes it: a script that has no filter hands over an empty one.
    filter: filter?.trim() === '' ? undefined : filter,
    format: tables === undefined ? parseFormat(given.one('format'), json, name) : 'text',
    tables,
    requireMessages: given.has('require-messages'),
    decrypted: given.one('decrypted'),
    explain: parseExplained(given.one('explain')),
    protocols: given.all('protocol'),
    decodeAs: given.all('decode-as'),
    choices: parseChoices(given.all('choice')),
    limits: parseLimits(given.all('limit')),
    order: given.one('order'),
    watch: given.has('watch'),
    threads: parseThreads(given.one('threads')),
  };
}

function parseFormat(text: string | undefined, json: boolean, command: CaptureCommand): Format {
  if (text === undefined) return json ? 'json' : 'text';
  const known = command === 'decode' ? ['text', 'json', 'zeek'] : formats;
  const format = formats.find((each) => each === text);
  if (format === undefined || !known.includes(format)) throw new UsageError(`"${text}" is no format: ${known.join(', ')}.`);
  if (json && format !== 'json') throw new UsageError(`--json and --format ${format} contradict each other.`);
  return format;
}

/** A protocol of the user's own may have some of these names: what they mean is known once it is loaded. */
export function parseLimits(written: readonly string[]): Readonly<Record<string, number>> {
  const pairs = written.map((each) => {
    const [, name, value] = /^([^=]*)=(\d{1,15})$/.exec(each) ?? [];
    if (name === undefined) throw new UsageError(`--limit takes a name and a number, findings=500000: "${each}" is none.`);
    return [name, Number(value)] as const;
  });
  return Object.fromEntries(pairs);
}

function parseThreads(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const threads = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (threads < 1 || threads > MOST_THREADS)
    throw new UsageError(`--threads takes a number from 1 to ${MOST_THREADS}: "${text}" is none.`);
  return threads;
}

function parseExplained(text: string | undefined): Explained | undefined {
  if (text === undefined) return undefined;
  const [, frame, number] = /^(frame:)?(\d{1,15})$/.exec(text) ?? [];
  if (number === undefined)
    throw new UsageError(`--explain takes the number of a message, "n" of decode --json, or frame:N: "${text}" is neither.`);
  return frame === undefined ? { n: Number(number) } : { frame: Number(number) };
}
