/**
 * `npm run bench`: how fast a large capture opens, is printed and filtered, next to reading its bytes alone and, where it is on PATH,
 * next to tshark with a dissector in Lua; what is sealed, next to its dissector of WireGuard. Numbers to look at and to compare on one machine; no test asks for any of them.
 * `--packets N` (of UDP; a fifth of them as TCP segments, five times as many once for what each takes), `--runs N`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { project } from '../../extension/workbench/paths.ts';
import { keysOf } from '../golden/keys.ts';
import { writeMessages, writeStreams } from './capture.ts';
import type { Figures } from './job.ts';
import { writeRepeated } from './mixture.ts';
import { INNER_PORT, WIREGUARD_PORT, writeSealed, writeWireguard } from './sealed.ts';
import { starting } from './starting.ts';
import { countTshark, runTshark, tsharkFolder, tsharkVersion } from './tshark.ts';

const { values } = parseArgs({
  options: { packets: { type: 'string', default: '1000000' }, runs: { type: 'string', default: '3' } },
});
const packets = Number(values.packets);
const runs = Number(values.runs);
if (!(Number.isInteger(packets) && packets > 4 && Number.isInteger(runs) && runs > 0))
  throw new Error('--packets is a whole number above 4, --runs one above 0');

const MEBIBYTE = 1 << 20;
const GROWTH = 5;
const folder = mkdtempSync(join(tmpdir(), 'peerscope-bench-'));
process.once('SIGINT', () => process.exit(1));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

await build({
  ...{ absWorkingDir: project, outdir: folder },
  entryPoints: {
    job: 'test/bench/job.ts',
    command: 'test/bench/command.ts',
    linethread: 'extension/cli/printing/linethread.ts',
  },
  ...{ outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node', format: 'esm' },
  banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
  logLevel: 'warning',
});
const at = (name: string): string => join(folder, `${name}.pcap`);
const [udp, tcp, few, sealed, wireguard] = [at('udp'), at('tcp'), at('few'), at('sealed'), at('wireguard')];
writeMessages(udp, packets);
writeStreams(tcp, Math.floor(packets / 5));
writeMessages(few, 1000);
writeSealed(sealed, Math.floor(packets / 5));
writeWireguard(wireguard, Math.floor(packets / 5));
const PROTOCOLS = ['p2p_a', 'p2ppacket_a', 'botd_a', 'ptpchat_d', 'p2pke_a'];
for (const name of PROTOCOLS) {
  writeRepeated(at(name), Math.floor(packets / 50), name === 'p2ppacket_a' ? `${name}.pcap` : `${name}.pcapng`);
  writeFileSync(`${at(name)}.keys`, keysOf(name));
}
const version = tsharkVersion();
const wireshark = tsharkFolder(folder);

console.log(
  `${packets} datagrams, ${mebibytes(statSync(udp).size)}; ${Math.floor(packets / 5)} segments, ${mebibytes(statSync(tcp).size)}`,
);
console.log(
  `Node ${process.version}, ${version ?? 'no tshark on PATH: it is skipped'}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
);
console.log(`Medians of ${runs} runs of whole processes, taken in turn; the files lie in the system's memory.\n`);

/** Few match: what is written would else be measured, too. */
const NEEDLE = { ours: 'p2pke.counter == 21', theirs: 'benchmessage.counter == 21' };
const OPENING = ['-o', `wg.keylog_file:${wireguard}.keys`, '-d', `udp.port==${WIREGUARD_PORT},wg`];
/** Asks for a decoded field of every message. */
const NEVER = 'p2pke.counter == 4294967295';
const AGAIN = ['udp.port == 42007', 'frame.number > 900', 'p2pke.counter == 22', 'p2pke.data[0:2] == 00:01'];

interface Row {
  readonly title: string;
  readonly goal: number | undefined;
  readonly ours: readonly string[];
  readonly theirs: (() => Figures) | undefined;
}
const tshark = (path: string, ...args: string[]): (() => Figures) | undefined =>
  version === undefined ? undefined : () => runTshark(path, wireshark, ...args);
const rows: readonly Row[] = [
  { title: 'bare read', goal: undefined, ours: ['read', udp], theirs: undefined },
  { title: 'index', goal: undefined, ours: ['index', udp], theirs: undefined },
  { title: 'open to a list', goal: 35, ours: ['open', udp], theirs: tshark(udp) },
  { title: 'print every row', goal: 20, ours: ['decode', udp], theirs: tshark(udp) },
  { title: 'in two threads', goal: undefined, ours: ['decode', udp, '--threads', '2'], theirs: undefined },
  {
    title: 'to Parquet',
    goal: undefined,
    ours: ['decode', udp, '--parquet', join(folder, 'tables'), '--force'],
    theirs: undefined,
  },
  { title: 'filter once', goal: 25, ours: ['decode', udp, '--filter', NEEDLE.ours], theirs: tshark(udp, '-Y', NEEDLE.theirs) },
  { title: 'TCP to frames', goal: 12, ours: ['open', tcp], theirs: tshark(tcp) },
  { title: 'decrypt', goal: 4, ours: ['decrypt', sealed], theirs: tshark(wireguard, ...OPENING) },
];

// Not counted: the files and the programs come into the system's memory.
for (const { ours } of rows) run([ours[0]!, ours[1] === udp ? few : ours[1]!, ...ours.slice(2)]);
if (version !== undefined && countTshark(few, wireshark, NEEDLE.theirs) !== run(['filter', few, NEEDLE.ours]).packets)
  throw new Error('tshark and Peerscope do not find the same rows: they do not do the same work');

const opened = Math.floor(packets / 5);
if (version !== undefined && countTshark(wireguard, wireshark, `udp.port == ${INNER_PORT}`, ...OPENING) !== opened)
  throw new Error('tshark does not open what it is given: it does not do the same work');

const measured = new Map<string, Figures>();
console.log(
  `${'job'.padEnd(18)}${'ours'.padStart(9)}${'tshark'.padStart(9)}${'ratio'.padStart(9)}${'goal'.padStart(7)}   peak: ours, tshark`,
);
for (const { title, goal, ours, theirs } of rows) {
  const [mine, other] = inTurn(() => run(ours), theirs);
  measured.set(title, mine);
  const ratio = other === undefined ? '' : `${(other.seconds / mine.seconds).toFixed(1)} ×`;
  const peaks = other === undefined ? mebibytes(mine.peak) : `${mebibytes(mine.peak)}, ${mebibytes(other.peak)}`;
  console.log(
    `${title.padEnd(18)}${time(mine.seconds)}${other === undefined ? ''.padStart(9) : time(other.seconds)}${ratio.padStart(9)}` +
      `${(goal === undefined ? '' : `${goal} ×`).padStart(7)}   ${peaks}` +
      `${mine.processor === undefined ? '' : `; ${mine.processor.toFixed(2)} s of processor time`}`,
  );
}
const [list, indexed] = ['open to a list', 'index'].map((title) => measured.get(title)!);
const filtered = inTurn(() => run(['filter', udp, NEEDLE.ours, ...AGAIN]), undefined)[0];
console.log(`\nFirst 100 rows ${((list!.firstRows ?? 0) * 1000).toFixed(0)} ms after the program was there.`);
for (const [at, text] of AGAIN.entries())
  console.log(`Filtered again by ${text}: ${((filtered.again?.[at] ?? 0) * 1000).toFixed(0)} ms.`);
const tenth = at('tenth');
writeMessages(tenth, Math.floor(packets / 10));
const [ran = 0, stepped = 0] = inTurn(() => run(['debug', tenth, NEVER]), undefined)[0].again ?? [];
console.log(
  `Debugged, ${Math.floor(packets / 10)} messages: run past a function breakpoint ${(ran * 1000).toFixed(0)} ms (goal: below 1000), a step ${(stepped * 1000).toFixed(0)} ms (goal: below 50).`,
);
writeRepeated(at('compared'), Math.floor(packets / 10), 'p2ppacket_a.pcap');
const [closed, open] = [tenth, at('compared')].map((path) => inTurn(() => run(['diff', path, path]), undefined)[0].seconds);
console.log(
  `Compared, ${Math.floor(packets / 10)} messages with as many: p2pke without keys ${closed!.toFixed(2)} s, p2ppacket ${open!.toFixed(2)} s (goal: below 5).`,
);
console.log(`Index: ${((indexed!.index ?? 0) / packets).toFixed(1)} bytes a packet.`);

const many = at('many');
writeMessages(many, GROWTH * packets);
const grown = run(['open', many]);
const each = (grown.peak - list!.peak) / ((GROWTH - 1) * packets);
console.log(
  `Growth to ${GROWTH * packets} packets: ${grown.seconds.toFixed(2)} s, ${each.toFixed(1)} bytes of memory a packet (goal: below 64).`,
);

console.log('\nThe five protocols with keys: golden captures, each time between other addresses.');
for (const name of PROTOCOLS) {
  const [{ seconds, packets: messages, peak }] = inTurn(() => run(['decrypt', at(name)]), undefined);
  const each = `${((seconds / Math.floor(packets / 50)) * 1e6).toFixed(1)} µs a packet`;
  console.log(`${name.padEnd(18)}${time(seconds)}  ${each.padStart(20)}, ${messages} messages, ${mebibytes(peak)}`);
}

console.log('\nStarting, a capture of 33 packets; goals 1.3 and 2 times Node itself.');
const starts = await starting(folder, join(project, 'test', 'golden', 'p2pke_a.pcapng'));
for (const { title, seconds } of starts)
  console.log(`${title.padEnd(18)}${time(seconds)}${`${(seconds / starts[0]!.seconds).toFixed(1)} ×`.padStart(9)}`);

/** The time is that of the whole process. */
function run([name, file, ...more]: readonly string[]): Figures {
  const started = performance.now();
  // The command is a program of its own: what it is made of is no part of the other jobs.
  const program = name === 'decode' || name === 'diff' ? 'command.mjs' : 'job.mjs';
  const child = spawnSync(process.execPath, [join(folder, program), name!, file!, ...more], { encoding: 'utf8' });
  const seconds = (performance.now() - started) / 1000;
  if (child.status !== 0) throw new Error(`${name} failed: ${child.stderr}`);
  const figures: Figures = JSON.parse(child.stdout);
  if (name === 'index' && file === udp && figures.packets !== packets) throw new Error(`${name} saw ${figures.packets} packets`);
  return { ...figures, seconds };
}

/** Both after each other, again and again: what slows the machine down for a while slows both down. */
function inTurn(ours: () => Figures, theirs: (() => Figures) | undefined): readonly [Figures, Figures | undefined] {
  const [mine, other]: [Figures[], Figures[]] = [[], []];
  for (let done = 0; done < runs; done++) {
    mine.push(ours());
    if (theirs !== undefined) other.push(theirs());
  }
  return [median(mine), theirs === undefined ? undefined : median(other)];
}

/** The run in the middle by time, as a whole: its memory belongs to its time. */
function median(all: Figures[]): Figures {
  return all.sort((a, b) => a.seconds - b.seconds)[all.length >>> 1]!;
}

function time(seconds: number): string {
  return `${seconds.toFixed(2)} s`.padStart(9);
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(0)} MiB`;
}
