/** The driver over captures of the project, where it is to find nothing, and over the same with a fault, where it is to find that. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../dissector/bytes/index.ts';
import { memoryFile } from '../../dissector/capture/index.ts';
import { tcpFlag } from '../../dissector/link/index.ts';
import { openFile } from '../../extension/capture/open.ts';
import { capture } from '../unit/analysis/packets.ts';
import { noWireshark } from '../unit/capture/wireshark.ts';
import { bytes, client, ethernet, ipv4, server, tcp, udp } from '../unit/link/build.ts';
import { compare } from './compare.ts';
import { Driver } from './driver.ts';
import { readOurs } from './ours.ts';
import type { OurReading } from './reading.ts';
import { TheirProcess } from './theirs.ts';

const golden = fileURLToPath(new URL('../golden', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'differential-test-'));
const seconds = 100;
const theirs = noWireshark === '' ? new TheirProcess() : undefined;
afterAll(() => {
  theirs?.close();
  rmSync(scratch, { recursive: true });
});

function run(...args: string[]) {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  return spawnSync(process.execPath, ['--import', 'tsx', main, ...args], { encoding: 'utf8', timeout: seconds * 1000 });
}

/** Differences of two readings, those with a known reason by its name. */
function told(ours: OurReading, other: Parameters<typeof compare>[1]): string[] {
  return compare(ours, other).differences.map(({ kind, where, known }) => known ?? `${where}: ${kind}`);
}

function write(name: string, content: Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
}

it.each([
  ['no folder', []],
  ['two folders', ['a', 'b']],
  ['a folder that is not there', ['nowhere']],
  ['a limit that is no number', ['.', '--limit', 'x']],
  ['an unknown option', ['.', '--unknown']],
])('wrong usage has a status of its own: %s', (_name, args) => {
  const { status, stderr } = run(...args);
  expect([status, stderr.trim().split('\n').length]).toEqual([2, expect.any(Number)]);
  expect(stderr).not.toContain('    at ');
});

describe.skipIf(noWireshark !== '')(`beside tshark${noWireshark}`, () => {
  it('the recorded captures are the same, and there is something in them', () => {
    const { status, stdout } = run(golden, '--only', '.pcap', '--json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { totals } = lines.at(-1);
    expect(totals).toMatchObject({ differences: {}, broken: 0 });
    expect(totals.counts.frames).toBeGreaterThan(1000);
    expect(totals.counts['bytes of streams']).toBeGreaterThan(50_000);
    expect(totals.counts.payloads).toBeGreaterThan(500);
    expect(Object.keys(totals.claims).sort()).toEqual(['botd', 'p2p', 'p2ppacket', 'p2pke', 'ptpchat'].sort());
    expect(status).toBe(0);
  });

  it.each([
    ['p2p_a.pcapng', ['payload', 'stream']],
    ['p2pke_a.pcapng', ['payload']],
  ])('%s: one byte that the programs read differently is found', async (name, kinds) => {
    const path = join(golden, name);
    const content = new Uint8Array(readFileSync(path));
    const { reader } = await openFile(memoryFile(content), defaultLimits);
    while (reader.step());
    // Nothing follows the last byte of a frame that carries a payload but padding of the block.
    const carrying = Array.from({ length: reader.frames.length }, (_, i) => i).filter((i) => reader.frames.captured(i) > 90);
    const changed = content.slice();
    const at = reader.frames.offset(carrying[0]!) + reader.frames.captured(carrying[0]!) - 1;
    changed[at] = changed[at]! ^ 1;
    const other = await theirs!.read(write(name, changed), seconds);
    const found = told(await readOurs(path), other);
    expect(found.map((text) => text.replace(/.*: /, ''))).toEqual(kinds);
    expect(told(await readOurs(join(scratch, name)), other)).toEqual([]);
  });

  it('a file that one of them cannot read ends with the status 1, and is named', () => {
    const folder = join(scratch, 'folder', 'inner');
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(golden, 'p2pke_a.pcapng'), join(folder, 'good'));
    writeFileSync(join(folder, 'none.txt'), 'no capture');
    expect(run(join(scratch, 'folder'))).toMatchObject({ status: 0, stdout: expect.stringContaining('1  refused by both') });
    // Only version 2 is known, as libpcap has it; tshark does not look.
    writeFileSync(join(folder, 'nine.pcap'), bytes('d4c3b2a1 0900 0400', new Uint8Array(16)));
    const { status, stdout } = run(join(scratch, 'folder'));
    expect(stdout).toContain('nine.pcap: file: ours pcap version 9');
    expect(status).toBe(1);
  });

  it('what hangs is named', async () => {
    const driver = new Driver(0.001);
    const { report } = await driver.drive('p2p_a.pcapng', join(golden, 'p2p_a.pcapng'));
    driver.close();
    expect(report.broken.map((text) => text.replace(/ more.*/, '')).sort()).toEqual(['Peerscope took', 'tshark took']);
  });

  it('a reason is no excuse for what it does not explain', async () => {
    const segment = (seq: number, flags: number, payload = '') =>
      ethernet(0x0800, ipv4(tcp(4000, 80, { seq, flags, ack: 1 }, bytes(payload)), { protocol: 6, src: client, dst: server }));
    const frames = [
      segment(100, tcpFlag.syn),
      segment(101, tcpFlag.ack, '0102'),
      segment(105, tcpFlag.ack, '0506'),
      ethernet(0x8847, bytes('00064140', ipv4(udp(7000, 7001, bytes('c0ffee'))))),
    ];
    const path = write('reasons.pcapng', capture(frames));
    const [ours, other] = [await readOurs(path), await theirs!.read(path, seconds)];
    expect(told(ours, other)).toEqual(['not looked into: mpls', 'hole at the end that nobody acknowledged']);
    const [side, back] = ours.streams[0]!.sides;
    const stream = { ...ours.streams[0]!, sides: [{ ...side!, bytes: `ff${side!.bytes.slice(2)}` }, back!] };
    const last = { ...ours.frames[3]!, ends: { addresses: '10.0.0.1 > 10.0.0.2', ports: '' } };
    const wrong: OurReading = { ...ours, frames: [...ours.frames.slice(0, 3), last], streams: [stream] };
    expect(told(wrong, other)).toEqual([
      'not looked into: mpls',
      'frame 4: addresses',
      expect.stringContaining('stream of frame 1'),
    ]);
  });
});
