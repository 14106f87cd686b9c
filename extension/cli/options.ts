/** Every option of the command line, each one record: the parser, the usage texts and the table in extension/README.md come from it. */
import { parseArgs } from 'node:util';
import { UsageError } from './errors.ts';

export const commandNames = [
  ...([
    'decode',
    'check',
    'info',
    'frames',
    'capture',
    'node',
    'relay',
    'run',
    'dap',
    'mcp',
    'protocol',
    'diff',
    'wireshark',
  ] as const),
] as const;
export type CommandName = (typeof commandNames)[number];

export interface CliOption {
  readonly name: string;
  /** What follows it: a word in capitals, or the alternatives. Without one the option is a flag. */
  readonly value?: string;
  /** One letter that stands for it. */
  readonly short?: string;
  /** It may be given several times. */
  readonly repeated?: true;
  readonly doc: string;
  readonly commands: readonly CommandName[];
}

const dissecting = ['decode', 'check', 'info', 'diff'] as const;
/** Commands that decode or speak. */
const working = [...dissecting, 'frames', 'capture', 'node', 'relay', 'run', 'dap', 'mcp'] as const;

/** In the order in which usage lists them. Options of one name take the same form in every command. */
export const options: readonly CliOption[] = [
  {
    name: 'keys',
    value: 'KEYLOG',
    repeated: true,
    doc: 'decrypts with the secrets of this file, one a line',
    commands: [...dissecting, 'capture', 'relay', 'dap', 'mcp', 'protocol'],
  },
  { name: 'keys-a', value: 'KEYLOG', repeated: true, doc: 'decrypts the first capture alone', commands: ['diff'] },
  { name: 'keys-b', value: 'KEYLOG', repeated: true, doc: 'decrypts the second capture alone', commands: ['diff'] },
  {
    name: 'json',
    doc: 'prints one JSON object per line',
    commands: ['decode', 'check', 'info', 'frames', 'capture', 'run', 'diff'],
  },
  { name: 'bytes', doc: 'adds the bytes of each message after decryption, in hex', commands: ['decode', 'capture'] },
  {
    name: 'filter',
    value: 'FILTER',
    doc: 'prints only messages that match: "p2p.message == \\"TUNNEL_DATA\\" && ip.src == 10.0.0.0/8"; messages keep their numbers',
    commands: ['decode', 'check', 'diff'],
  },
  {
    name: 'interface',
    short: 'i',
    value: 'INTERFACE',
    doc: 'captures on it: lo, eth0, any; --list shows them',
    commands: ['capture'],
  },
  { name: 'list', doc: 'prints the interfaces with their addresses', commands: ['capture'] },
  {
    name: 'filter',
    value: 'FILTER',
    doc: 'captures only packets that match this capture filter (BPF, pcap-filter(7)): "udp port 7000 and not host 10.0.0.1"',
    commands: ['capture'],
  },
  {
    name: 'display-filter',
    value: 'FILTER',
    doc: 'prints only messages that match, as --filter of decode; the capture has them all',
    commands: ['capture'],
  },
  {
    name: 'ssh',
    value: 'HOST',
    doc: 'captures on that host with its tcpdump, over ssh and its own configuration: build@192.0.2.7',
    commands: ['capture'],
  },
  {
    name: 'ring',
    value: 'FILES',
    doc: 'writes numbered files and keeps so many, the newest: session_00001.pcap; needs --output',
    commands: ['capture'],
  },
  {
    name: 'file-size',
    value: 'BYTES',
    doc: 'of a ring: begins the next file before one is longer than this; the default is 16777216',
    commands: ['capture'],
  },
  { name: 'packets', value: 'N', doc: 'stops after this number of packets', commands: ['capture'] },
  { name: 'size', value: 'BYTES', doc: 'stops before the capture is longer than this', commands: ['capture'] },
  {
    name: 'explain',
    value: 'N',
    doc: 'prints how message N was decrypted, or why it was not; frame:N for the messages that frame N completes',
    commands: ['decode'],
  },
  {
    name: 'decrypted',
    value: 'FILE',
    doc: 'writes decrypted messages as exported PDUs for Wireshark (pcapng) instead of printing them; it holds what was secret',
    commands: ['decode'],
  },
  {
    name: 'watch',
    doc: 'decodes again when the capture, a key log, a module or a file that it imports changes, until it is interrupted',
    commands: ['decode', 'check', 'info'],
  },
  {
    name: 'format',
    value: 'FORMAT',
    doc: 'text, json (same as --json), sarif; of check also github (workflow commands), of diff markdown',
    commands: ['check', 'diff'],
  },
  {
    name: 'format',
    value: 'FORMAT',
    doc: 'text, json (same as --json), zeek: a log of Zeek, or with --output one for each protocol',
    commands: ['decode'],
  },
  {
    name: 'parquet',
    value: 'OUT',
    doc: 'writes a Parquet file for each protocol to this folder instead of printing; each of several captures has files of its own',
    commands: ['decode'],
  },
  {
    name: 'output',
    short: 'o',
    value: 'PATH',
    doc: 'the folder for the logs of --format zeek',
    commands: ['decode'],
  },
  {
    name: 'partition',
    value: 'protocol|capture|day',
    doc: 'sorts the files into folders as Hive names them: day=2026-11-21, UTC',
    commands: ['decode'],
  },
  {
    name: 'jobs',
    value: 'N',
    doc: 'decodes so many captures at the same time into tables; the default is the number of cores',
    commands: ['decode'],
  },
  {
    name: 'threads',
    value: 'N',
    doc: 'number of threads that print; each keeps the capture in memory; default: 1, and one per core, 4 at most, for `--json` and Zeek logs of files of 128 MiB or more',
    commands: ['decode'],
  },
  { name: 'force', doc: 'replaces the tables that the folder holds already', commands: ['decode'] },
  {
    name: 'require-messages',
    doc: 'fails if the capture has no message, or none that matches the filter',
    commands: ['check'],
  },
  {
    name: 'align-clocks',
    doc: 'with several captures: corrects their clocks to that of the first capture',
    commands: ['decode', 'check', 'info', 'frames'],
  },
  {
    name: 'decode-as',
    value: 'RULE',
    repeated: true,
    doc: 'sets the protocol of a conversation: "udp.port == 7000 -> p2pke"; the first rule that matches counts',
    commands: [...dissecting, 'capture', 'dap', 'mcp'],
  },
  {
    name: 'order',
    value: 'time|file',
    doc: 'the order in which frames are observed: by their times (the default), or as the file holds them',
    commands: [...dissecting, 'dap', 'mcp'],
  },
  {
    name: 'baseline',
    value: 'FILE',
    doc: 'compares one capture with a baseline, in place of the first capture',
    commands: ['diff'],
  },
  {
    name: 'save-baseline',
    value: 'FILE',
    doc: 'writes what a comparison with one capture compares, as text to keep with the code; holds no keys and no secrets',
    commands: ['diff'],
  },
  {
    name: 'time',
    value: 'PERCENT',
    doc: 'tells of times between messages that differ by more than this, 20%; without it times do not count',
    commands: ['diff'],
  },
  {
    name: 'output',
    short: 'o',
    value: 'PATH',
    doc: 'the folder to write to; it is made where there is none',
    commands: ['wireshark'],
  },
  {
    name: 'output',
    short: 'o',
    value: 'PATH',
    doc: 'writes the capture to this file (pcap), which its owner alone can read',
    commands: ['capture'],
  },
  { name: 'listen', value: 'HOST:PORT', doc: 'waits for peers there; port 0 takes a free port', commands: ['node', 'relay'] },
  {
    name: 'forward',
    value: 'HOST:PORT',
    doc: 'passes what comes on to this address, and back what comes from there',
    commands: ['relay'],
  },
  {
    name: 'terminate',
    doc: 'is a node towards each side, with a session of its own: what the one session opens, the other one says anew',
    commands: ['relay'],
  },
  { name: 'connect', value: 'HOST:PORT', doc: 'connects to a peer there', commands: ['node'] },
  { name: 'transport', value: 'udp|tcp', doc: 'the transport, if the protocol has both', commands: ['node', 'relay'] },
  { name: 'role', value: 'ROLE', doc: 'the role of the node; the default depends on which side connects', commands: ['node'] },
  {
    name: 'identity',
    value: 'FILE',
    doc: 'long-term private keys; the file is created if it does not exist; of a relay, with --terminate',
    commands: ['node', 'relay'],
  },
  {
    name: 'identity-kind',
    value: 'KIND',
    doc: 'the key of an identity that is created, for p2pke: ed25519 (the default), p-256, p-384 or rsa (2048 bits)',
    commands: ['node'],
  },
  {
    name: 'choice',
    value: 'ID=CANDIDATE',
    repeated: true,
    doc: 'pins what a specification leaves open: p2p.cipher=aes-256-ctr; a table is name:number,…',
    commands: ['decode', 'check', 'info', 'diff', 'capture', 'node', 'relay', 'run', 'dap', 'mcp'],
  },
  {
    name: 'send',
    value: 'MESSAGE',
    repeated: true,
    doc: 'sends a message once a link is ready: --send \'data {"data": "hex:0102"}\'; fields that are left out get their default',
    commands: ['node'],
  },
  {
    name: 'fault',
    value: 'SPEC',
    repeated: true,
    doc: 'injects a fault: KIND[=VALUE][:MESSAGE][@PROBABILITY|#N]; of a relay, forward/ or back/ before it says one way',
    commands: ['node', 'relay'],
  },
  {
    name: 'set',
    value: 'QUESTION=ANSWER',
    repeated: true,
    doc: 'answers a prompt; without it the terminal asks',
    commands: ['run'],
  },
  { name: 'seed', value: 'N', doc: 'repeats the same random values', commands: ['node', 'relay', 'run', 'protocol'] },
  {
    name: 'limit',
    value: 'NAME=N',
    repeated: true,
    doc: 'raises or lowers a limit: findings=500000; for nodes also handshakeSeconds=600',
    commands: working,
  },
  {
    name: 'record',
    value: 'PATH',
    doc: 'writes the traffic and its keys: one pcapng file (node, dap), one per section in a folder (run); of a relay the side that listens, with keys only after --terminate',
    commands: ['node', 'relay', 'run', 'dap'],
  },
  {
    name: 'record-forward',
    value: 'PATH',
    doc: 'writes the side to the forward address; diff of both recordings tells what the relay changed',
    commands: ['relay'],
  },
  { name: 'without-keys', doc: 'leaves the keys out of the recording', commands: ['node', 'relay'] },
  { name: 'keylog', value: 'FILE', doc: 'writes the keys of the traffic, in the format of --keys', commands: ['node'] },
  { name: 'for', value: 'SECONDS', doc: 'stops after this time', commands: ['capture', 'node', 'relay'] },
  { name: 'count', value: 'N', doc: 'stops after this number of messages, sent and received', commands: ['node', 'relay'] },
  { name: 'junit', doc: 'prints the results as JUnit XML', commands: ['run', 'protocol'] },
  { name: 'udp', doc: 'new: over UDP, each datagram one message (the default)', commands: ['protocol'] },
  { name: 'tcp', doc: 'new: over TCP, as one conversation', commands: ['protocol'] },
  { name: 'port', value: 'N', doc: 'new: the port; the default is 7000', commands: ['protocol'] },
  { name: 'framing', value: 'u16|u32|varint', doc: 'new: the length before each message of a stream', commands: ['protocol'] },
  {
    name: 'noise',
    value: 'PATTERN',
    doc: 'new: a Noise handshake: XX, or Noise_XX_25519_ChaChaPoly_SHA256',
    commands: ['protocol'],
  },
  {
    name: 'folder',
    value: 'FOLDER',
    doc: 'new: the folder to write to; the default is a new folder with its name',
    commands: ['protocol'],
  },
  {
    name: 'rounds',
    value: 'N',
    doc: 'test: number of broken copies of the capture to decode; the default is 200',
    commands: ['protocol'],
  },
  {
    name: 'allow',
    value: 'HOST',
    repeated: true,
    doc: 'allows an address that is not on this machine',
    commands: ['node', 'relay', 'run', 'dap'],
  },
  {
    name: 'protocol',
    value: 'MODULE',
    repeated: true,
    doc: 'adds a protocol of your own: an ES module that exports the result of defineProtocol',
    commands: [...working, 'wireshark'],
  },
  {
    name: 'json',
    doc: 'prints one JSON object per line, as decode --json does; a message is printed again when later traffic tells more about it',
    commands: ['node', 'relay'],
  },
  {
    name: 'port',
    value: 'N',
    doc: 'waits on this port of this machine for debug clients, in the place of standard input; 0 takes a free one',
    commands: ['dap'],
  },
  {
    name: 'root',
    value: 'FOLDER',
    repeated: true,
    doc: 'a folder whose files an agent may read; the default is the current one',
    commands: ['mcp'],
  },
  {
    name: 'allow-send',
    doc: 'lets an agent run packet scripts on this machine: a person is asked each time',
    commands: ['mcp'],
  },
  { name: 'help', doc: 'prints this text', commands: commandNames },
];

/** `--keys KEYLOG`. */
export function formOf({ name, value, short }: CliOption): string {
  const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
  return value === undefined ? names : `${names} ${value}`;
}

export function optionsOf(command: CommandName): CliOption[] {
  return options.filter(({ commands }) => commands.includes(command));
}

/** What stands on a command line, by option. */
export class Given {
  readonly positionals: readonly string[];
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>, positionals: readonly string[]) {
    this.#values = values;
    this.positionals = positionals;
  }

  get names(): readonly string[] {
    return Object.keys(this.#values);
  }

  /** Whether it is given, with or without a value. */
  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  /** The value of an option that is given once. */
  one(name: string): string | undefined {
    return this.#values[name] as string | undefined;
  }

  /** The options as another call of the program takes them, without those that are named. */
  without(names: readonly string[]): string[] {
    return Object.entries(this.#values)
      .filter(([name]) => !names.includes(name))
      .flatMap(([name, given]) => (given === true ? [`--${name}`] : [given].flat().map((value) => `--${name}=${value}`)));
  }

  /** The values of an option that may be repeated. */
  all(name: string): readonly string[] {
    return (this.#values[name] as readonly string[] | undefined) ?? [];
  }
}

const forms = {
  ...Object.fromEntries(
    options.map(({ name, value, short, repeated = false }) => [
      name,
      value === undefined
        ? { type: 'boolean' as const }
        : { type: 'string' as const, multiple: repeated, ...(short === undefined ? {} : { short }) },
    ]),
  ),
  help: { type: 'boolean' as const, short: 'h' },
  version: { type: 'boolean' as const },
};

/** Throws a UsageError for an option that no command has, or that lacks its value; `help` names the help that it points to. */
export function parseOptions(args: readonly string[], help = 'peerscope --help'): Given {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: forms, allowPositionals: true });
    return new Given(values, positionals);
  } catch (error) {
    const told = error instanceof Error ? error.message.split(/\.\s/)[0]! : String(error);
    throw new UsageError(`${told.replace(/[.\s]+$/, '')}.`, help);
  }
}

/** Throws a UsageError for an option of another command. */
export function refuseOthers(command: CommandName, given: Given, help?: string): void {
  const known = optionsOf(command).map(({ name }) => name);
  for (const name of given.names) if (!known.includes(name)) throw new UsageError(`"${command}" takes no --${name}.`, help);
}
