import { parseArgs } from 'node:util';
import type { Limits } from '../../dissector/bytes/index.ts';
import { readLimits } from '../../dissector/limits.ts';
import { parseChoices } from './choice.ts';
import { UsageError } from './errors.ts';

export type CommandName = 'decode' | 'check' | 'info' | 'frames';
export type Format = (typeof formats)[number];

export interface Command {
  readonly name: CommandName;
  /** Path, or `-` for standard input. */
  readonly capture: string;
  readonly keys: readonly string[];
  readonly json: boolean;
  readonly bytes: boolean;
  /** Shows only the messages that match. */
  readonly filter: string | undefined;
  /** Of `check`. */
  readonly format: Format;
  /** Of `check`: no message at all is an error. */
  readonly requireMessages: boolean;
  /** Of `decode`: what to explain. */
  readonly explain: Explained | undefined;
  /** Modules of the user's own protocols. */
  readonly protocols: readonly string[];
  readonly decodeAs: readonly string[];
  /** Pins by the id of their open choice. */
  readonly choices: Readonly<Record<string, unknown>>;
  readonly limits: Partial<Limits>;
}

/** A message by its number, or all that a frame (1-based) completes. */
export type Explained = { readonly n: number } | { readonly frame: number };

/** What is asked instead of a command: the version, or help, about one command where it is named. */
export interface Question {
  readonly help: CommandName | 'all' | undefined;
}

const formats = ['text', 'json', 'sarif', 'github'] as const;

const options = {
  keys: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  bytes: { type: 'boolean' },
  filter: { type: 'string' },
  format: { type: 'string' },
  'require-messages': { type: 'boolean' },
  explain: { type: 'string' },
  protocol: { type: 'string', multiple: true },
  'decode-as': { type: 'string', multiple: true },
  choice: { type: 'string', multiple: true },
  limit: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

const dissecting = ['keys', 'json', 'protocol', 'decode-as', 'choice', 'limit'];
/** The options of each command. */
export const accepted: Readonly<Record<CommandName, readonly string[]>> = {
  decode: [...dissecting, 'filter', 'bytes', 'explain'],
  check: [...dissecting, 'filter', 'format', 'require-messages'],
  info: dissecting,
  frames: ['json', 'protocol', 'limit'],
};

/** Throws a UsageError for what cannot be read. */
export function parseCommand(args: readonly string[]): Command | Question {
  const { values, positionals } = parse(args);
  const [name, capture, ...more] = positionals;
  if (values.help) return { help: name !== undefined && isCommand(name) ? name : 'all' };
  if (values.version) return { help: undefined };
  if (name === undefined) throw new UsageError('A command is missing.');
  if (!isCommand(name)) throw new UsageError(`"${name}" is not a command.`);
  for (const option of Object.keys(values))
    if (!accepted[name].includes(option)) throw new UsageError(`"${name}" takes no --${option}.`);
  const idle =
    values.explain === undefined ? undefined : (['filter', 'bytes'] as const).find((option) => values[option] !== undefined);
  if (idle !== undefined) throw new UsageError(`--explain names its messages itself: it takes no --${idle}.`);
  if (capture === undefined) throw new UsageError(`"${name}" needs a capture.`);
  if (more.length > 0) throw new UsageError(`One capture at a time: "${more[0]}" is one too many.`);
  const json = values.json ?? false;
  return {
    ...{ name, capture, json, keys: values.keys ?? [], bytes: values.bytes ?? false },
    // As tshark takes it: a script that has no filter hands over an empty one.
    filter: values.filter?.trim() === '' ? undefined : values.filter,
    format: parseFormat(values.format, json),
    requireMessages: values['require-messages'] ?? false,
    explain: parseExplained(values.explain),
    protocols: values.protocol ?? [],
    decodeAs: values['decode-as'] ?? [],
    choices: parseChoices(values.choice ?? []),
    limits: parseLimits(values.limit ?? []),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const told = error instanceof Error ? error.message.split(/\.\s/)[0]! : String(error);
    throw new UsageError(`${told.replace(/[.\s]+$/, '')}.`);
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(accepted, name);
}

function parseFormat(text: string | undefined, json: boolean): Format {
  if (text === undefined) return json ? 'json' : 'text';
  const format = formats.find((each) => each === text);
  if (format === undefined) throw new UsageError(`"${text}" is no format: ${formats.join(', ')}.`);
  if (json && format !== 'json') throw new UsageError(`--json and --format ${format} contradict each other.`);
  return format;
}

function parseLimits(written: readonly string[]): Partial<Limits> {
  const pairs = written.map((each) => {
    const [, name, value] = /^([^=]*)=(\d{1,15})$/.exec(each) ?? [];
    if (name === undefined) throw new UsageError(`--limit takes a name and a number, findings=500000: "${each}" is none.`);
    return [name, Number(value)];
  });
  const { limits, problems } = readLimits(Object.fromEntries(pairs));
  if (problems.length > 0) throw new UsageError(`--limit: ${problems.join(' ')}`, false);
  return limits;
}

function parseExplained(text: string | undefined): Explained | undefined {
  if (text === undefined) return undefined;
  const [, frame, number] = /^(frame:)?(\d{1,15})$/.exec(text) ?? [];
  if (number === undefined)
    throw new UsageError(`--explain takes the number of a message, "n" of decode --json, or frame:N: "${text}" is neither.`);
  return frame === undefined ? { n: Number(number) } : { frame: Number(number) };
}
