/** What `--help` prints, of every command or of one. */
import type { PeerKind, Protocol } from '../../dissector/session/index.ts';
import { faultKinds } from '../../dissector/testnode/index.ts';
import { accepted, type CommandName } from './arguments.ts';

const commands: Readonly<Record<CommandName, readonly [options: string, what: string]>> = {
  decode: ['[--keys KEYLOG]… [--filter FILTER] [--json] [--bytes] [--explain N]', 'its messages'],
  check: ['[--keys KEYLOG]… [--filter FILTER] [--format FORMAT]', 'what the specifications would say about them'],
  info: ['[--keys KEYLOG]… [--json]', 'the capture as a whole'],
  frames: ['[--json]', 'its frames'],
};

const options: readonly (readonly [name: string, value: string, doc: string])[] = [
  ['keys', 'KEYLOG', 'opens what is encrypted; a key log holds one secret a line; may be repeated'],
  ['json', '', 'one JSON object a line'],
  ['bytes', '', "each message's bytes after decryption, in hex"],
  [
    'filter',
    'FILTER',
    'only messages that match: "p2p.message == \\"TUNNEL_DATA\\" && ip.src == 10.0.0.0/8"; their numbers stay',
  ],
  ['explain', 'N', 'why message N is not decrypted, or how it was; frame:N for the messages that frame N completes'],
  ['format', 'FORMAT', 'text, json (as --json), sarif, or github (workflow commands)'],
  ['require-messages', '', 'no message at all, or none that matches the filter, is an error'],
  [
    'decode-as',
    'RULE',
    'says what a conversation is: "udp.port == 7000 -> p2pke"; may be repeated, the first that matches counts',
  ],
  ['choice', 'ID=CANDIDATE', 'pins what a specification leaves open: p2p.cipher=aes-256-ctr; a table is name:number,…'],
  [
    'limit',
    'NAME=N',
    'raises or lowers what a capture may ask for, by the name that is told where one is passed; may be repeated',
  ],
  ['protocol', 'MODULE', 'a protocol of your own: an ES module that exports what defineProtocol returned; may be repeated'],
];

const status = `Exit status: 0 read to the end; 1 findings of severity error, or none to check (check only); 2 the capture cannot be read;
3 usage, or something named that cannot be used, or output that cannot be written; 4 read in part: cut short, or the rest cannot be read.`;

export function helpText(of: CommandName | 'all'): string {
  const names = of === 'all' ? (Object.keys(commands) as CommandName[]) : [of];
  const width = Math.max(...names.map((name) => commands[name][0].length));
  const usage = names.map((name) => {
    const [usual, what] = commands[name];
    return `peerscope ${name.padEnd(of === 'all' ? 6 : 0)} CAPTURE ${usual.padEnd(width)}   ${what}`;
  });
  if (of === 'all')
    usage.push(
      'peerscope node   PROTOCOL …                a test node; see peerscope node --help',
      'peerscope run    SCRIPT…                   packet scripts against test nodes; see peerscope run --help',
    );
  const about = ['CAPTURE is a pcap or pcapng file, also compressed with gzip, or - for standard input.'];
  const lines = options
    .filter(([name]) => names.some((command) => accepted[command].includes(name)))
    .map(([name, value, doc]) =>
      option(`--${name}${value === '' ? '' : ` ${value}`}`, of === 'all' ? `${only(name)}${doc}` : doc),
    );
  const rest = [option('--help', of === 'all' ? 'this text; after a command, what that one takes' : 'this text')];
  if (of === 'all') rest.push(option('--version', 'the version'));
  return [...usage, '', ...about, '', ...lines, ...rest, '', status].join('\n');
}

function option(form: string, doc: string): string {
  return `  ${form.padEnd(22)}  ${doc}`;
}

/** The command, for an option that only one takes. */
function only(name: string): string {
  const takers = (Object.keys(accepted) as CommandName[]).filter((command) => accepted[command].includes(name));
  return takers.length === 1 ? `with ${takers[0]}: ` : '';
}

const nodeOptions: readonly (readonly [form: string, doc: string])[] = [
  ['--listen HOST:PORT', 'waits for others there; port 0 takes a free one'],
  ['--connect HOST:PORT', 'talks to a node there, as the side that opens'],
  ['--transport udp|tcp', 'where the protocol is spoken over both'],
  ['--role ROLE', 'another than by who dials; the roles are below'],
  ['--identity FILE', 'long-term private keys; made and kept there when there is none'],
  ['--choice ID=CANDIDATE', 'what a specification leaves open; else the first candidate'],
  ['--send MESSAGE [JSON]', 'sent once a link is ready: --send \'data {"data": "hex:0102"}\'; the rest is filled in'],
  ['--fault SPEC', 'KIND[=VALUE][:MESSAGE][@PROBABILITY|#N], may be repeated:'],
  ['--seed N', 'draws the same faults again'],
  ['--record FILE', 'the traffic as pcapng, with its keys inside'],
  ['--without-keys', 'leaves the keys out of that file'],
  ['--keylog FILE', 'the keys of the traffic, as --keys of decode takes them'],
  ['--for SECONDS', 'ends after so long'],
  ['--count N', 'ends after so many messages, both directions together'],
  ['--allow HOST', 'an address beyond this machine that is meant'],
  ['--protocol MODULE', 'a protocol of your own'],
  ['--json', 'one JSON object a line, as decode --json prints them; again when later traffic tells more of a message'],
  ['--help', 'this text'],
];

/** What `peerscope node --help` prints. */
export function nodeHelp(protocols: readonly Protocol[]): string {
  const lines = nodeOptions.flatMap(([form, doc]) => [
    option(form, doc),
    ...(form.startsWith('--fault')
      ? Object.entries(faultKinds).map(([kind, what]) => option('', `  ${kind.padEnd(15)} ${what}`))
      : []),
  ]);
  return [
    'peerscope node PROTOCOL (--listen HOST:PORT | --connect HOST:PORT) [OPTION]…   a node that speaks the protocol',
    '',
    ...lines,
    '',
    ...protocols.flatMap(({ id, peer }) => (peer === undefined ? [] : [spokenLine(id, peer)])),
    '',
    'It ends on an interrupt, with everything written. Exit status: 0 no finding of severity error in its traffic; 1 findings,',
    'a dialled link that never became ready, a --send that could not be made, a --count that was not reached;',
    '3 usage, a port that is taken, a connection that is refused.',
  ].join('\n');
}

/** `p2pke       UDP        roles initiator, responder`. */
function spokenLine(id: string, { transports, roles, port }: PeerKind): string {
  const over = transports.map((each) => each.toUpperCase()).join(', ');
  const where = port === undefined ? over : `${over}, port ${port}`;
  return `  ${id.padEnd(10)}  ${where.padEnd(20)}  roles ${roles.map((role) => role.id).join(', ')}`;
}

/** What `peerscope run --help` prints. */
export function runHelp(): string {
  return [
    'peerscope run SCRIPT… [--json | --junit]   the sections of packet scripts: what is sent, and what has to come',
    '',
    option('--json', 'one JSON object a section'),
    option('--junit', "all of it as JUnit's XML"),
    option('--choice ID=CANDIDATE', 'what a specification leaves open; else the first candidate'),
    option('--allow HOST', 'an address beyond this machine that is meant'),
    option('--protocol MODULE', 'a protocol of your own'),
    option('--set QUESTION=ANSWER', 'answers a prompt; else the terminal asks'),
    option('--seed N', 'what is random happens again'),
    option('--record FOLDER', 'a capture a section, with its keys'),
    '',
    'Exit status: 0 all sections passed; 1 one failed; 3 usage, or a script that cannot be read.',
  ].join('\n');
}
