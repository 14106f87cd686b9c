/**
 * How each program is called: lists of arguments, which no shell of this machine reads. Every program writes a classic pcap to its standard output;
 * files, rings and stops are this project's own, so they are the same whichever program captures.
 */
import { LiveRefusal } from './refusal.ts';

/** What is captured. */
export interface LiveSource {
  /** As the program names it: `lo`, `eth0`, `any`. */
  readonly interface: string;
  /** A capture filter, pcap-filter(7); empty for all packets. */
  readonly filter: string;
  /** The host to capture on, as a person's own SSH configuration knows it. */
  readonly host?: string | undefined;
  /** SSH asks for nothing: there is no terminal to ask on. */
  readonly isSilent?: boolean | undefined;
}

const MOST_NAME = 255;
const MOST_FILTER = 8_192;

/** Throws a LiveRefusal for what would be read as an option, or as more than one word. */
export function checkSource({ interface: name, filter, host }: LiveSource): void {
  if (!isName(name)) throw new LiveRefusal('interface', `"${name}" is no name of an interface.`);
  if (host !== undefined) checkHost(host);
  if (filter.length > MOST_FILTER || /\p{Cc}/u.test(filter))
    throw new LiveRefusal('filter', `A capture filter is one line of at most ${MOST_FILTER} characters.`);
}

/** Throws a LiveRefusal for what is not `host`, `user@host` or an address. */
export function checkHost(host: string): void {
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_.@:%-]*$/u.test(host) || host.length > MOST_NAME)
    throw new LiveRefusal('other', `"${host}" is no host: HOST or USER@HOST, as in your SSH configuration.`);
}

/** Names of interfaces on Windows have braces, backslashes and spaces in them. */
function isName(name: string): boolean {
  return name !== '' && !name.startsWith('-') && name.length <= MOST_NAME && !/\p{Cc}/u.test(name);
}

/**
 * What the system keeps of packets that the program has not read yet, MiB. By default it is 2: for tcpdump on a loopback interface, whose
 * packets may have 64 KiB, these are 16 packets. A system without that much free memory gives less.
 */
const KERNEL_BUFFER = 32;

/** Captures. `-n` and `-q`: no name is looked up, and nothing is counted on standard error. `-B` is MiB for dumpcap, KiB for tcpdump. */
export const captureArguments = {
  dumpcap: ({ interface: name, filter }: LiveSource): string[] => [
    ...['-q', '-P', '-B', String(KERNEL_BUFFER), '-i', name, '-w', '-'],
    ...(filter === '' ? [] : ['-f', filter]),
  ],
  tcpdump: ({ interface: name, filter }: LiveSource): string[] => [
    ...['-n', '-U', '--immediate-mode', '-B', String(KERNEL_BUFFER * 1024), '-i', name, '-w', '-'],
    ...(filter === '' ? [] : ['--', filter]),
  ],
} as const;

/** Compiles the filter for the interface, which it opens for that, and captures nothing. */
export const checkArguments = {
  dumpcap: ({ interface: name, filter }: LiveSource): string[] => ['-d', '-i', name, ...(filter === '' ? [] : ['-f', filter])],
  tcpdump: ({ interface: name, filter }: LiveSource): string[] => ['-d', '-i', name, ...(filter === '' ? [] : ['--', filter])],
} as const;

/** Lists interfaces; with addresses where the program tells them. */
export const listArguments = { dumpcap: ['-D', '-M'], tcpdump: ['-D'] } as const;

/** A command on another host. `command` is a script for its POSIX shell. */
export function sshArguments(host: string, command: string, isSilent: boolean): string[] {
  return [
    '-T',
    ...(isSilent ? ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'] : []),
    '--',
    host,
    `exec sh -c ${quoted(command)}`,
  ];
}

/**
 * The capture on another host. It leaves out the SSH connection that brings it here, which would else capture itself without end, and it ends
 * with standard input: a program that captures nothing does not notice that nobody reads it.
 */
export function remoteCapture({ interface: name, filter }: LiveSource): string {
  return [
    'PATH="$PATH:/usr/sbin:/sbin"',
    'set -- $SSH_CONNECTION',
    `filter=${quoted(filter)}`,
    'if [ -n "$4" ]; then own="not (tcp port $2 and tcp port $4)"; filter="$' + '{filter:+($filter) and }$own"; fi',
    'exec 3<&0',
    '(cat <&3 >/dev/null 2>&1; kill -TERM $$) >/dev/null 2>&1 &',
    `exec tcpdump -n -U -B ${KERNEL_BUFFER * 1024} -i ${quoted(name)} -w - -- "$filter" </dev/null 3<&-`,
  ].join('\n');
}

export const remoteList = 'PATH="$PATH:/usr/sbin:/sbin"\nexec tcpdump -D';

/** One word for a POSIX shell, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
