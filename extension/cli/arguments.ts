import { parseArgs } from 'node:util';
import { UsageError } from './errors.ts';

export type CommandName = 'decode' | 'check' | 'info' | 'frames';

export interface Command {
  readonly name: CommandName;
  /** Path, or `-` for standard input. */
  readonly capture: string;
  readonly keys: readonly string[];
  readonly json: boolean;
  readonly bytes: boolean;
}

export const usage = `peerscope decode CAPTURE [--keys KEYLOG]… [--json] [--bytes]   its messages
peerscope check  CAPTURE [--keys KEYLOG]… [--json]             what the specifications would say about them
peerscope info   CAPTURE [--keys KEYLOG]… [--json]             the capture as a whole
peerscope frames CAPTURE [--json]                              its frames

CAPTURE is a pcap or pcapng file, also compressed with gzip, or - for standard input.

  --keys KEYLOG   opens what is encrypted; a key log holds one secret a line; may be repeated
  --json          one JSON object a line
  --bytes         with decode: each message's bytes after decryption, in hex
  --help          this text
  --version       the version

Exit status: 0 read to the end; 1 findings of severity error (check only); 2 the capture cannot be read; 3 usage.
`;

const options = {
  keys: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  bytes: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

const accepted: Readonly<Record<CommandName, readonly string[]>> = {
  decode: ['keys', 'json', 'bytes'],
  check: ['keys', 'json'],
  info: ['keys', 'json'],
  frames: ['json'],
};

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
  return { name, capture, keys: values.keys ?? [], json: values.json ?? false, bytes: values.bytes ?? false };
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
