/** Runs of Wireshark's programs, for tests that compare with them where they are installed. */
import { execFileSync, spawnSync } from 'node:child_process';

const installed = (program: string) => spawnSync(program, ['--version']).status === 0;

/** Why the comparison is left out, for the name of the tests; empty when it is not. */
export const noWireshark = installed('tshark') && installed('capinfos') ? '' : ' (skipped: tshark or capinfos is not installed)';

/** Standard output of a program, in lines. What it says of itself goes to standard error and is left there. */
export function run(program: 'tshark' | 'capinfos', args: readonly string[]): string[] {
  const output = execFileSync(program, args, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 }).toString();
  return output.replace(/\n$/, '').split('\n');
}

/** Every payload is left as data: no protocol takes one for its own, neither by port nor by guess. */
export const payloadsAlone: readonly string[] = ['-d', 'udp.port==0-65535,data', '-d', 'tcp.port==0-65535,data'];

/**
 * A line a frame with the values of `columns`. Of a field that a frame has more than once the first counts, or all of
 * them joined by a comma where `all` is set.
 */
export function tsharkRows(path: string, columns: readonly string[], more: readonly string[] = [], all = false): string[][] {
  return run('tshark', rowArguments(path, columns, more, all)).map((line) => line.split('\t'));
}

export function rowArguments(path: string, columns: readonly string[], more: readonly string[], all: boolean): string[] {
  const args = ['-n', '-r', path, '-T', 'fields', '-E', 'separator=/t', '-E', `occurrence=${all ? 'a' : 'f'}`, ...more];
  for (const column of columns) args.push('-e', column);
  return args;
}

/** What tshark writes into a stream in place of bytes that it has not. */
const missingText = /5b((?:3[0-9])+)206279746573206d697373696e6720696e20636170747572652066696c655d(?:00)?/g;

/**
 * The first `count` TCP streams by number: what came from the side that spoke first, and from the other, each in hex with the
 * number of missing bytes in brackets.
 */
export function tsharkStreams(path: string, count: number): string[][] {
  const wanted = Array.from({ length: count }, (_, stream) => stream);
  const found = streamsIn(run('tshark', streamArguments(path, wanted, payloadsAlone)));
  return wanted.map((stream) => found.get(stream)!.sent);
}

export function streamArguments(path: string, streams: readonly number[], more: readonly string[]): string[] {
  return ['-n', '-q', '-r', path, ...more, ...streams.flatMap((stream) => ['-z', `follow,tcp,raw,${stream}`])];
}

/** A stream as tshark follows it: its ends, and what each of them sent. */
export interface FollowedStream {
  readonly nodes: string[];
  readonly sent: string[];
}

/** The streams that a run followed, by number. */
export function streamsIn(lines: readonly string[]): Map<number, FollowedStream> {
  const parts = new Map<number, { nodes: string[]; sent: [string[], string[]] }>();
  let current: { nodes: string[]; sent: [string[], string[]] } | undefined;
  for (const line of lines) {
    const filter = /^Filter: tcp.stream eq (\d+)$/.exec(line);
    const node = /^Node [01]: (.*)$/.exec(line);
    if (filter !== null) {
      current = { nodes: [], sent: [[], []] };
      parts.set(Number(filter[1]), current);
    } else if (node !== null) current!.nodes.push(node[1]!);
    else if (/^\t?[0-9a-f]+$/.test(line)) current!.sent[line.startsWith('\t') ? 1 : 0].push(line.trim());
  }
  const gaps = (stream: string) =>
    stream.replace(missingText, (_, digits: string) => `[${Buffer.from(digits, 'hex').toString()}]`);
  return new Map([...parts].map(([id, { nodes, sent }]) => [id, { nodes, sent: sent.map((all) => gaps(all.join(''))) }]));
}
