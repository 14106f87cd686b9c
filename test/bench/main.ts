/**
 * `npm run bench`: how fast a large capture opens, next to reading its bytes alone and next to tshark where it is on PATH.
 * Numbers to look at and to compare on one machine; no test asks for any of them. `--packets N`, `--runs N`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bytesPerFrame } from '../../dissector/capture/index.ts';
import { writeCapture } from './capture.ts';
import type { Figures } from './job.ts';
import { runTshark, tsharkVersion } from './tshark.ts';

const { values } = parseArgs({
  options: { packets: { type: 'string', default: '1000000' }, runs: { type: 'string', default: '3' } },
});
const packets = Number(values.packets);
const runs = Number(values.runs);
if (!(Number.isInteger(packets) && packets > 0 && Number.isInteger(runs) && runs > 0))
  throw new Error('--packets and --runs are whole numbers above 0');

const JOB = fileURLToPath(new URL('job.ts', import.meta.url));
const MEBIBYTE = 1 << 20;
const titles = { read: 'bare read', index: 'index', list: 'index and list', tshark: 'tshark one-line' };

const folder = mkdtempSync(join(tmpdir(), 'peerscope-bench-'));
process.once('SIGINT', () => process.exit(1));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, 'bench.pcap');
writeCapture(path, packets);
const { size } = statSync(path);
console.log(
  `${packets} packets, ${mebibytes(size)}; Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
);
console.log(`Medians of ${runs} runs; the file was read before, so that it lies in the system's memory.\n`);

// Not counted: brings the file into the system's memory, and the modules into tsx's store.
for (const name of ['read', 'index', 'list'] as const) ours(name, name === 'read' ? path : sample());
const bare = medianOf(() => ours('read', path));
report('read', bare);
const index = medianOf(() => ours('index', path));
report('index', index);
const list = medianOf(() => ours('list', path));
report('list', list);
const version = tsharkVersion();
const tshark = version === undefined ? undefined : medianOf(() => runTshark(path));
if (tshark === undefined) console.log(`${titles.tshark.padEnd(16)} skipped: no tshark on PATH`);
else report('tshark', tshark);

console.log(
  `\nIndex: ${bytesPerFrame} bytes a packet, ${((index.index ?? 0) / packets).toFixed(1)} with what is allocated ahead.`,
);
console.log(`First 100 rows after ${((list.firstRows ?? list.seconds) * 1000).toFixed(0)} ms.`);
if (tshark !== undefined) console.log(`${version}: ${(tshark.seconds / list.seconds).toFixed(1)} × the time of index and list.`);

/** A short capture, to warm up with. */
function sample(): string {
  const small = join(folder, 'small.pcap');
  writeCapture(small, Math.min(packets, 1000));
  return small;
}

function ours(name: 'read' | 'index' | 'list', file: string): Figures {
  const child = spawnSync(process.execPath, ['--import', 'tsx', JOB, name, file], { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(`${name} failed: ${child.stderr}`);
  const figures: Figures = JSON.parse(child.stdout);
  if (name !== 'read' && file === path && figures.packets !== packets) throw new Error(`${name} saw ${figures.packets} packets`);
  return figures;
}

/** The run in the middle by time, as a whole: its memory belongs to its time. */
function medianOf(run: () => Figures): Figures {
  const all = Array.from({ length: runs }, run).sort((a, b) => a.seconds - b.seconds);
  return all[runs >>> 1]!;
}

function report(name: keyof typeof titles, { seconds, peak, before }: Figures): void {
  const rate = Math.round(packets / seconds).toLocaleString('en');
  const ratio = `${(seconds / bare.seconds).toFixed(1)} × bare read`;
  const own = before > 0 ? ` (${mebibytes(peak - before)} more than at its start)` : '';
  const memory = peak > 0 ? `${mebibytes(peak)}${own}` : 'unknown';
  const time = `${seconds.toFixed(2)} s`.padStart(9);
  console.log(`${titles[name].padEnd(16)}${time} ${rate.padStart(12)} packets/s ${ratio.padStart(20)}, peak ${memory}`);
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(0)} MiB`;
}
