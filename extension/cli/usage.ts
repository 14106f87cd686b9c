/** What `--help` prints, of every command or of one. */
import type { NodeDefinition, Protocol } from '../../dissector/protocol/index.ts';
import { faultKinds } from '../../dissector/testnode/index.ts';
import { type CliOption, type CommandName, formOf, options, optionsOf } from './options.ts';

/** Commands that work on a capture. */
const captureCommands = {
  decode: ['[--keys KEYLOG]… [--filter FILTER] [--json] [--bytes] [--explain N] [--parquet OUT]', 'prints the messages'],
  check: ['[--keys KEYLOG]… [--filter FILTER] [--format FORMAT]', 'prints what the specifications say about them'],
  info: ['[--keys KEYLOG]… [--json]', 'describes the capture as a whole'],
  frames: ['[--json]', 'prints the frames'],
} as const;
export type CaptureCommand = keyof typeof captureCommands;

const exitStatuses = `Exit status: 0 the capture was read to its end; 1 findings of severity error, or nothing to check (check only);
2 the capture cannot be read; 3 wrong usage, a named file that cannot be used, or output that cannot be written;
4 read in part: the capture is cut short, or the rest cannot be read.`;

export function isCaptureCommand(name: string): name is CaptureCommand {
  return Object.hasOwn(captureCommands, name);
}

export function helpText(of: CaptureCommand | 'all'): string {
  const names = of === 'all' ? (Object.keys(captureCommands) as CaptureCommand[]) : [of];
  const width = Math.max(...names.map((name) => captureCommands[name][0].length));
  const usage = names.map((name) => {
    const [usual, what] = captureCommands[name];
    return `peerscope ${name.padEnd(of === 'all' ? 6 : 0)} CAPTURE… ${usual.padEnd(width)}   ${what}`;
  });
  if (of === 'all')
    usage.push(
      'peerscope capture -i INTERFACE …           captures live; see peerscope capture --help',
      'peerscope node   PROTOCOL …                runs a test node; see peerscope node --help',
      'peerscope relay  PROTOCOL …                stands between two programs; see peerscope relay --help',
      'peerscope run    SCRIPT…                   runs packet scripts; see peerscope run --help',
      'peerscope dap                              debugs captures and packet scripts for a client of the Debug Adapter Protocol; see peerscope dap --help',
      'peerscope mcp                              serves captures to agents by the Model Context Protocol; see peerscope mcp --help',
      'peerscope diff   A B …                     compares two captures; see peerscope diff --help',
      'peerscope wireshark PROTOCOL… -o FOLDER    writes Lua dissectors for Wireshark; see peerscope wireshark --help',
      'peerscope protocol new|test|docs …         for protocols of your own; see peerscope protocol --help',
    );
  const shown = options.filter(({ commands }) => names.some((name) => commands.includes(name)));
  const lines = shown.map((one) => line(formOf(one), of === 'all' ? `${only(one)}${one.doc}` : one.doc));
  if (of === 'all') lines.push(line('--version', 'prints the version'));
  const about =
    'CAPTURE is a pcap or pcapng file, also compressed with gzip, Zstandard or LZ4, or - for standard input. Several are merged by time; in tables each stays by itself.';
  return [...usage, '', about, '', ...lines, '', exitStatuses].join('\n');
}

function line(form: string, doc: string): string {
  return `  ${form.padEnd(22)}  ${doc}`;
}

/** The command, for an option that only one command on a capture takes. */
function only({ commands }: CliOption): string {
  const takers = commands.filter(isCaptureCommand);
  return takers.length === 1 ? `with ${takers[0]}: ` : '';
}

function linesOf(command: CommandName): string[] {
  return optionsOf(command).flatMap((one) => [
    line(formOf(one), one.doc),
    ...(one.name === 'fault' ? Object.entries(faultKinds).map(([kind, what]) => line('', `  ${kind.padEnd(15)} ${what}`)) : []),
  ]);
}

/** What `peerscope node --help` prints. */
export function nodeHelp(protocols: readonly Protocol[]): string {
  return [
    'peerscope node PROTOCOL (--listen HOST:PORT | --connect HOST:PORT) [OPTION]…   runs a node that speaks the protocol',
    '',
    ...linesOf('node'),
    '',
    ...protocols.flatMap(({ id, peer }) => (peer === undefined ? [] : [spokenLine(id, peer)])),
    '',
    'An interrupt stops the node; everything is written before it ends. Exit status: 0 no finding of severity error in its traffic;',
    '1 findings, a connection that never became ready, a --send that failed, or a --count that was not reached;',
    '3 wrong usage, a port in use, or a refused connection.',
  ].join('\n');
}

/** What `peerscope capture --help` prints. */
export function captureHelp(): string {
  return [
    'peerscope capture -i INTERFACE [--filter FILTER] [-o PATH] [OPTION]…   captures live, and prints each message once it has come',
    'peerscope capture --list [--ssh HOST]                                  prints the interfaces',
    '',
    ...linesOf('capture'),
    '',
    'dumpcap or tcpdump captures, the first of them that has the rights; what to do is said where none has. With --ssh it is tcpdump of',
    'that host, and the SSH connection itself is left out. The capture filter is compiled before anything is written.',
    '',
    'An interrupt stops the capture; everything is written before it ends. Exit status: 0 stopped by an interrupt or a stop condition;',
    '3 wrong usage, no program, no rights, or a file that cannot be written; 4 the capture broke off.',
  ].join('\n');
}

/** What `peerscope relay --help` prints. */
export function relayHelp(protocols: readonly Protocol[]): string {
  return [
    'peerscope relay PROTOCOL --listen HOST:PORT --forward HOST:PORT [OPTION]…   stands between two programs and passes their messages on',
    '',
    ...linesOf('relay'),
    '',
    'It has no key of its own: what the programs seal stays sealed, unless --keys holds the keys of their sessions. A key log is read again',
    'while it grows. What is not understood passes byte for byte. No other address than that of --forward is dialled.',
    '',
    'With --terminate it is a test node towards each side and needs no keys. Each side has a session with the relay, and can see that it',
    'is not the program that it meant to talk to. What the one session opens is said anew in the other one, for:',
    `${protocols.flatMap(({ id, peer }) => (peer?.delivers === undefined ? [] : [`${id} (${peer.delivers.join(', ')})`])).join('; ')}.`,
    '',
    `Sealed messages are sealed again after faults that change their values, for: ${protocols.flatMap(({ id, seal }) => (seal === undefined ? [] : [id])).join(', ')}.`,
    '',
    'An interrupt stops the relay; everything is written before it ends. Exit status: 0 no finding of severity error in its traffic;',
    '1 findings, or a --count that was not reached; 3 wrong usage, or a port in use.',
  ].join('\n');
}

/** `p2pke       UDP        roles initiator, responder`. */
function spokenLine(id: string, { transports, roles, port }: NodeDefinition): string {
  const over = transports.map((each) => each.toUpperCase()).join(', ');
  const where = port === undefined ? over : `${over}, port ${port}`;
  return `  ${id.padEnd(10)}  ${where.padEnd(20)}  roles ${roles.map((role) => role.id).join(', ')}`;
}

/** What `peerscope run --help` prints. */
export function runHelp(): string {
  return [
    'peerscope run SCRIPT… [--json | --junit]   runs each section of packet scripts and checks what comes back',
    '',
    ...linesOf('run'),
    '',
    'Exit status: 0 all sections passed; 1 a section failed; 3 wrong usage, or a script that cannot be read.',
  ].join('\n');
}

/** What `peerscope dap --help` prints. */
export function dapHelp(): string {
  return [
    'peerscope dap [--port N] [OPTION]…   a debug adapter: speaks the Debug Adapter Protocol over standard input and output',
    '',
    ...linesOf('dap'),
    '',
    'A launch request names a capture ("program") with key logs ("keys") and a display filter ("filter"), or a packet script with a',
    'section ("section") and answers to its questions ("answers"); "stopOnEntry" says whether it stops at its beginning.',
    'Exit status: 0 the client has ended the session; 3 wrong usage, or a port in use.',
  ].join('\n');
}

/** What `peerscope mcp --help` prints. */
export function mcpHelp(): string {
  return [
    'peerscope mcp [--root FOLDER]… [--keys KEYLOG]… [OPTION]…   a server of the Model Context Protocol over standard input and output',
    '',
    ...linesOf('mcp'),
    '',
    'An agent reads captures, key logs and packet scripts below the folders of --root, wherever symbolic links lead, and no other file.',
    'It is told no key and no secret of a message. It sends nothing unless --allow-send is given, and then a person is asked each time.',
    '',
    'Exit status: 0 the client has ended the session; 3 wrong usage, or a named file that cannot be used.',
  ].join('\n');
}

/** What `peerscope diff --help` prints. */
export function diffHelp(): string {
  return [
    'peerscope diff A B [--keys KEYLOG]… [--format FORMAT]   says what is different on the wire between two captures',
    'peerscope diff CAPTURE --save-baseline FILE             writes a baseline: the same messages, as text',
    'peerscope diff --baseline FILE CAPTURE                  compares a capture with it',
    '',
    'Conversations are matched by protocol, roles and order, messages by what they say. Keys, nonces, ids and other values that',
    'are new in each run are compared by rule, addresses and ports not at all.',
    '',
    ...linesOf('diff'),
    '',
    'Exit status: 0 no difference; 1 a difference; 2 a capture cannot be read; 3 wrong usage; 4 a capture was read in part.',
  ].join('\n');
}

/** What `peerscope wireshark --help` prints. */
export function wiresharkHelp(protocols: readonly Protocol[]): string {
  const able = protocols.filter(({ wire }) => wire !== undefined).map(({ id }) => id);
  return [
    'peerscope wireshark PROTOCOL… -o FOLDER [--protocol MODULE]…   writes a dissector in Lua for each protocol',
    '',
    'One file a protocol, for Wireshark 4.0 and later: put it into the folder of personal Lua plugins, or run',
    'tshark -X lua_script:FOLDER/p2pke.lua -r CAPTURE. What is encrypted on the wire is shown as bytes.',
    '',
    ...linesOf('wireshark'),
    '',
    `Protocols that say how their messages are told apart on the wire: ${able.join(', ')}, and modules with "wire".`,
    '',
    'Exit status: 0 written; 3 wrong usage, or a file that cannot be written.',
  ].join('\n');
}

/** What `peerscope protocol --help` prints. */
export function protocolHelp(): string {
  return [
    'peerscope protocol new NAME [--udp | --tcp] [--noise PATTERN]   writes a module, a packet script and a capture that it decodes',
    'peerscope protocol test MODULE [CAPTURE…] [--keys KEYLOG]…      checks a module on captures; without one on that beside it',
    'peerscope protocol docs MODULE                                  prints the reference page of a protocol, in Markdown',
    '',
    ...linesOf('protocol'),
    '',
    'Exit status: 0 written, or all checks passed; 1 a check failed; 3 wrong usage, or a module that cannot be used.',
  ].join('\n');
}
