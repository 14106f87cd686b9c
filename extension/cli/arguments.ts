import { parseArgs } from 'node:util';
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
  /** Of `decode`: the message to explain. */
  readonly explain: number | undefined;
  /** Modules of the user's own protocols. */
  readonly protocols: readonly string[];
  readonly decodeAs: readonly string[];
  /** Pins by the id of their open choice. */
  readonly choices: Readonly<Record<string, unknown>>;
}

const formats = ['text', 'json', 'sarif', 'github'] as const;

const options = {
  keys: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  bytes: { type: 'boolean' },
  filter: { type: 'string' },
  format: { type: 'string' },
  explain: { type: 'string' },
  protocol: { type: 'string', multiple: true },
  'decode-as': { type: 'string', multiple: true },
  choice: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

const dissecting = ['keys', 'json', 'protocol', 'decode-as', 'choice'];
const accepted: Readonly<Record<CommandName, readonly string[]>> = {
  decode: [...dissecting, 'filter', 'bytes', 'explain'],
  check: [...dissecting, 'filter', 'format'],
  info: dissecting,
  frames: ['json', 'protocol'],
};

/** Throws a UsageError for what cannot be read. */
export function parseCommand(args: readonly string[]): Command | 'help' | 'version' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (values.version) return 'version';
  const [name, capture, ...more] = positionals;
  if (name === undefined) throw new UsageError('A command is missing.');
  if (!isCommand(name)) throw new UsageError(`"${name}" is not a command.`);
  for (const option of Object.keys(values))
    if (!accepted[name].includes(option)) throw new UsageError(`"${name}" takes no --${option}.`);
  if (capture === undefined) throw new UsageError(`"${name}" needs a capture.`);
  if (more.length > 0) throw new UsageError(`One capture at a time: "${more[0]}" is one too many.`);
  const json = values.json ?? false;
  return {
    ...{ name, capture, json, keys: values.keys ?? [], bytes: values.bytes ?? false },
    filter: values.filter,
    format: parseFormat(values.format, json),
    explain: parseNumber(values.explain),
    protocols: values.protocol ?? [],
    decodeAs: values['decode-as'] ?? [],
    choices: parseChoices(values.choice ?? []),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message.split(/\. |\n/)[0] : error}.`);
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

function parseNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw new UsageError(`--explain takes the number of a message, "n" of decode --json: "${text}" is none.`);
  return Number(text);
}
