/**
 * `npm run bench:ui`: a large capture in the real workbench, packed and installed as a user installs it. Numbers to look at and
 * to compare on one machine; no test asks for any of them. `--packets N,N`.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { project } from '../../extension/workbench/paths.ts';
import { Inspecting } from '../e2e/inspecting.ts';
import pack from '../e2e/pack.ts';
import { ExtensionHost } from '../e2e/processes.ts';
import { Workbench } from '../e2e/workbench.ts';
import { HostProbe, type HostReport } from './hostprobe.ts';
import * as inpage from './inpage.ts';
import { writeMixture } from './mixture.ts';

const { values } = parseArgs({ options: { packets: { type: 'string', default: '1000000,5000000' } } });
const sizes = values.packets.split(',').map(Number);
if (!sizes.every((packets) => Number.isInteger(packets) && packets > 0))
  throw new Error('--packets is whole numbers above 0, with commas between');

/** Of no interest but as the cost of opening anything. */
const SMALL = 'p2pke_a.pcapng';
const LIST_LIMIT_MS = 10 * 60_000;
const DRAG_MS = 5000;
const STEPS = 25;
const KEY_LOGS = ['p2pke_a.keys', 'p2p_a.keys'];
/** What a view shows once it is there. */
const shows = {
  conversations: '#conversation-0 [role=gridcell]',
  findings: '#finding-tree [role=treeitem]',
  ladder: '#ladder [role=option]',
  keys: '#key-table .key',
  packets: '#packet-list [data-frame]',
};
const JOB = fileURLToPath(new URL('job.ts', import.meta.url));

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}; headless Chromium without a GPU`);
pack();
for (const packets of sizes) await measure(packets);

async function measure(packets: number): Promise<void> {
  const probe = new HostProbe();
  const workbench = await Workbench.open({
    size: { width: 1440, height: 900 },
    before: inpage.watching,
    beside: [probe.vsix],
  });
  try {
    const name = 'mixture.pcap';
    const path = join(workbench.folder, name);
    const { bytes, known } = writeMixture(path, packets);
    console.log(`\n${count(packets)} packets, ${mebibytes(bytes)}; ${count(known)} of known protocols`);
    // Of a file that took long to write the explorer may never hear.
    await workbench.command('Refresh Explorer');
    await workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first().waitFor();
    const bare = timed(['--import', 'tsx', JOB, 'read', path]);
    const info = timed([
      join(project, 'dist', 'peerscope.js'),
      'info',
      path,
      ...KEY_LOGS.flatMap((log) => ['--keys', join(workbench.folder, log)]),
    ]);
    const small = await opening(workbench, SMALL);
    await close(workbench);
    const host = ExtensionHost.find();
    const [memory, heap, busy] = [host.memory(), await pageHeap(workbench), host.busy()];
    await probe.start();
    const large = await opening(workbench, name);
    const reading = await probe.stop();
    say('first row', `${ms(large.row)} (${ms(small.row)} for a capture of 33 packets)`);
    const beside = `${times(large.complete, bare)} the bare read (${ms(bare)}), ${times(large.complete, info)} "peerscope info" (${ms(info)})`;
    say('list complete', `${ms(large.complete)}, ${beside}`);
    say('extension host', `longest round trip while reading ${ms(large.longest)}, median ${ms(large.median)};`);
    blocked(reading);
    say('', `its thread was busy ${(host.busy() - busy).toFixed(2)} s of ${(large.complete / 1000).toFixed(2)} s`);
    await probe.start();
    await looking(large.inspecting, packets);
    say('extension host', 'while all this was looked at:');
    blocked(await probe.stop());
    const [after, heapAfter] = [host.memory(), await pageHeap(workbench)];
    say('extension host', `${mebibytes(after.now)} resident (${mebibytes(memory.now)} before, peak ${mebibytes(after.peak)})`);
    say('', `${(after.now / bytes).toFixed(2)} × the file, ${Math.round((after.now - memory.now) / packets)} bytes a packet`);
    say('page', `${mebibytes(heapAfter)} of JavaScript (${mebibytes(heap)} before)`);
    await close(workbench);
    await workbench.page.waitForTimeout(2000);
    say('closed', `${mebibytes(host.memory().now)} resident, ${host.threads()} thread in reserve`);
  } finally {
    rmSync(join(workbench.folder, 'mixture.pcap'), { force: true });
    await workbench.dispose();
    probe.dispose();
  }
}

function blocked({ silent, busy, own, ownLongest }: HostReport): void {
  say('', `blocked by the extension for ${ms(ownLongest)} at most, ${ms(own)} in all;`);
  say('', `busy with anything for ${ms(busy)} at most, without a turn for ${ms(silent)}`);
}

interface Opening {
  readonly inspecting: Inspecting;
  readonly row: number;
  readonly complete: number;
  readonly longest: number;
  readonly median: number;
}

async function opening(workbench: Workbench, name: string): Promise<Opening> {
  const start = Date.now();
  const inspecting = await Inspecting.show(workbench, name);
  const { frame } = inspecting;
  await inpage.startRounds(frame);
  await frame.waitForFunction(() => (globalThis as unknown as { __seen: { row?: number } }).__seen.row !== undefined);
  await frame.locator('#progress').waitFor({ state: 'detached', timeout: LIST_LIMIT_MS });
  const rounds = (await inpage.stopRounds(frame)).sort((a, b) => a - b);
  const { row = start, complete = start } = await inpage.seen(frame);
  return {
    inspecting,
    row: row - start,
    complete: complete - start,
    longest: rounds.at(-1) ?? 0,
    median: rounds[rounds.length >>> 1] ?? 0,
  };
}

async function looking(inspecting: Inspecting, packets: number): Promise<void> {
  const { frame } = inspecting;
  const { page } = inspecting.workbench;
  const smooth = (title: string, { late, longest, blank, frames }: inpage.Smoothness): void =>
    say(
      title,
      `${percent(late)} of ${frames} frames late, longest ${ms(longest)}${blank > 0 ? `; rows without text in ${percent(blank)}` : ''}`,
    );
  smooth('nothing moves', await inpage.smoothness(frame, 2000));
  say('last row', `${ms(await inpage.toTheEnd(frame))} after the bar is at its end`);
  smooth('bar dragged', await inpage.draggedThrough(frame, DRAG_MS));
  const box = (await frame.locator('#packet-list').boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const wheel = async (): Promise<void> => {
    for (let turn = 0; turn < 120; turn++) await page.mouse.wheel(0, turn < 60 ? -300 : 300);
  };
  smooth('wheel', await inpage.smoothness(frame, 3000, wheel));
  for (const filter of [`frame.number > ${Math.floor(packets * 0.9)}`, 'p2pke.counter >= 16']) {
    const { first, all, hits } = await inpage.filtered(frame, filter);
    say(filter, `first row ${ms(first)}, all searched ${ms(all)}: ${hits}`);
  }
  await frame.locator('#packet-list').focus();
  await inspecting.press('Home');
  await inspecting.selected(0);
  await frame.evaluate(() => document.getElementById('clear-filter')!.click());
  const start = performance.now();
  await frame.locator('#view-steps').click();
  await frame.locator('#step-back:not([disabled])').first().waitFor();
  say('steps', `there after ${ms(performance.now() - start)}`);
  const took = (await inpage.stepped(frame, STEPS)).sort((a, b) => a - b);
  say('step forward', `${ms(took[took.length >>> 1]!)}, longest ${ms(took.at(-1)!)} (${took.length} steps)`);
  for (const view of ['conversations', 'findings', 'ladder', 'keys', 'packets'] as const) await turnTo(frame, view);
}

async function turnTo(frame: Inspecting['frame'], view: keyof typeof shows): Promise<void> {
  const took = await frame.evaluate(
    async ({ id, selector }) => {
      const start = performance.now();
      document.getElementById(id)!.click();
      while (document.querySelector(selector) === null && performance.now() - start < 60_000)
        await new Promise(requestAnimationFrame);
      return performance.now() - start;
    },
    { id: `view-${view}`, selector: shows[view] },
  );
  say(`view: ${view}`, ms(took));
}

async function close(workbench: Workbench): Promise<void> {
  await workbench.command('View: Close All Editors');
  await workbench.page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' });
}

/** After the garbage was collected: the workbench and the inspector share a process. */
async function pageHeap({ page }: Workbench): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

/** The bare read measures itself; of other programs the start is a part. */
function timed(command: readonly string[]): number {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')} failed: ${stderr}`);
  const own = command.includes(JOB) ? (JSON.parse(stdout) as { seconds: number }).seconds * 1000 : undefined;
  return own ?? performance.now() - start;
}

function say(title: string, text: string): void {
  console.log(`  ${title.padEnd(26)}${text}`);
}

function ms(milliseconds: number): string {
  return milliseconds < 10_000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function times(own: number, other: number): string {
  return `${(own / other).toFixed(1)} ×`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}

function mebibytes(bytes: number): string {
  return `${(bytes / (1 << 20)).toFixed(0)} MiB`;
}
