/** Records that Wireshark numbers like packets: a frame has another number there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OtherRecords } from '../../../dissector/capture/otherrecords.ts';
import { udpFrame } from '../analysis/packets.ts';
import { block, bytes, captureInterface, enhanced, indexed, order, section } from './build.ts';
import { noWireshark, tsharkRows } from './wireshark.ts';

const folder = mkdtempSync(join(tmpdir(), 'peerscope-records-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = (value: string): Uint8Array => new TextEncoder().encode(value.padEnd(Math.ceil(value.length / 4) * 4, '\0'));
const journal = block(true, 0x09, text('__REALTIME_TIMESTAMP=1795251826000000\nMESSAGE=started\n'));
const { u32 } = order(true);
const custom = (type: number): Uint8Array => block(true, type, bytes(u32(32_473), 'deadbeef'));
const packet = (port: number): Uint8Array =>
  enhanced(
    true,
    0,
    BigInt(port),
    udpFrame({ address: '192.0.2.1', port }, { address: '192.0.2.2', port: 9 }, Uint8Array.of(1, 2, 3, 4)),
  );
/** Which of the ports, from 7001 on, comes behind how many records of other kinds. */
const file = bytes(
  ...[section(true), captureInterface(true, 1), journal, packet(7001), packet(7002), custom(0x0bad), custom(0x4000_0bad)],
  ...[packet(7003), block(true, 0x7777, bytes(u32(1))), packet(7004), journal, packet(7005), journal],
);

describe('frames behind records of other kinds', () => {
  it('have the numbers of Wireshark', () => {
    const reader = indexed(file);
    expect(reader.frames.length).toBe(5);
    expect(Array.from({ length: 5 }, (_, index) => reader.wiresharkNumber(index))).toEqual([2, 3, 6, 7, 9]);
  });

  it.skipIf(noWireshark !== '')(`as Wireshark says${noWireshark}`, () => {
    const path = join(folder, 'records.pcapng');
    writeFileSync(path, file);
    const told = tsharkRows(path, ['frame.number', 'udp.srcport']).filter(([, port]) => port !== undefined && port !== '');
    const reader = indexed(file);
    expect(told).toEqual(Array.from({ length: 5 }, (_, index) => [String(reader.wiresharkNumber(index)), String(7001 + index)]));
  });

  it('are found by their place, and a row of them takes no more room than one', () => {
    const records = new OtherRecords();
    for (let n = 0; n < 1_000_000; n++) records.add(3);
    records.add(5);
    expect([0, 2, 3, 4, 5, 9].map((index) => records.before(index))).toEqual([0, 0, 1_000_000, 1_000_000, 1_000_001, 1_000_001]);
    expect(new OtherRecords().before(7)).toBe(0);
  });
});
