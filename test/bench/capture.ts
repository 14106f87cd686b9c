/** The capture that is measured: a classic pcap of UDP datagrams between a handful of endpoints, of no known protocol. */
import { closeSync, openSync, writeSync } from 'node:fs';

const PAYLOAD = 200;
const HEADERS = 14 + 20 + 8;
export const RECORD = 16 + HEADERS + PAYLOAD;
const CONVERSATIONS = 64;
/** Records of one write. */
const BATCH = 4096;

/** Ethernet, times in nanoseconds. */
export const CAPTURE_HEADER = captureHeader();

function captureHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b23c4d, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20);
  return header;
}

export function writeCapture(path: string, packets: number): void {
  const file = openSync(path, 'w');
  try {
    writeSync(file, CAPTURE_HEADER);
    const batch = Buffer.alloc(BATCH * RECORD);
    for (let first = 0; first < packets; first += BATCH) {
      const count = Math.min(BATCH, packets - first);
      for (let at = 0; at < count; at++) writeRecord(batch.subarray(at * RECORD, (at + 1) * RECORD), first + at);
      writeSync(file, batch, 0, count * RECORD);
    }
  } finally {
    closeSync(file);
  }
}

/** Record `n`: `RECORD` bytes. */
export function writeRecord(record: Buffer, n: number): void {
  const conversation = n % CONVERSATIONS;
  const back = (n / CONVERSATIONS) & 1;
  record.writeUInt32LE(1_700_000_000 + Math.floor(n / 100_000), 0);
  record.writeUInt32LE((n % 100_000) * 10_000, 4);
  record.writeUInt32LE(HEADERS + PAYLOAD, 8);
  record.writeUInt32LE(HEADERS + PAYLOAD, 12);
  const frame = record.subarray(16);
  frame.write('020000000002020000000001', 'hex');
  frame.writeUInt16BE(0x0800, 12);
  const ip = frame.subarray(14);
  ip[0] = 0x45;
  ip.writeUInt16BE(20 + 8 + PAYLOAD, 2);
  ip.writeUInt16BE(n & 0xffff, 4);
  ip.writeUInt16BE(0x4000, 6);
  ip[8] = 64;
  ip[9] = 17;
  const [own, other] = [0x0a000001, 0x0a000100 + conversation];
  ip.writeUInt32BE(back === 0 ? own : other, 12);
  ip.writeUInt32BE(back === 0 ? other : own, 16);
  ip.writeUInt16BE(0, 10);
  ip.writeUInt16BE(checksum(ip.subarray(0, 20)), 10);
  const [ownPort, otherPort] = [41_000, 42_000 + conversation];
  ip.writeUInt16BE(back === 0 ? ownPort : otherPort, 20);
  ip.writeUInt16BE(back === 0 ? otherPort : ownPort, 22);
  ip.writeUInt16BE(8 + PAYLOAD, 24);
  // No UDP checksum: 0 says so.
  ip.writeUInt16BE(0, 26);
  for (let at = 28; at < 28 + PAYLOAD; at++) ip[at] = (n * 31 + at * 7) & 0xff;
}

function checksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
