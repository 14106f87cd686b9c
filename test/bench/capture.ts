/** The captures that are measured: classic pcap files of datagrams between a handful of endpoints, or of TCP segments. */
import { closeSync, openSync, writeSync } from 'node:fs';

const PAYLOAD = 200;
const HEADERS = 14 + 20 + 8;
export const RECORD = 16 + HEADERS + PAYLOAD;
const CONVERSATIONS = 64;
export const MESSAGE_PORT = 41_000;
export const STREAM_PORT = 41_001;
/** What the bench tells us, as its Lua dissector is told by ports. */
export const DECODE_AS = [`udp.port == ${MESSAGE_PORT} -> p2pke`, `tcp.port == ${STREAM_PORT} -> botd`];
/** Below it are the messages of the handshake. */
const FIRST_COUNTER = 16;
const SEGMENT = 1_316;
const TCP_HEADERS = 14 + 20 + 20;
const TCP_RECORD = 16 + TCP_HEADERS + SEGMENT;
/** A frame with its length. */
const FRAME = 1_004;
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

/** Of no known protocol. */
export function writeCapture(path: string, packets: number): void {
  writeRecords(path, packets, RECORD, writeRecord);
}

/** Data messages of p2pke, to and from port 41000, whose handshake was not captured. */
export function writeMessages(path: string, packets: number): void {
  writeRecords(path, packets, RECORD, (record, n) => {
    writeRecord(record, n);
    const back = (n / CONVERSATIONS) & 1;
    const counter = FIRST_COUNTER + Math.floor(n / CONVERSATIONS / 2);
    record.writeUInt32BE(((back << 31) | counter) >>> 0, 16 + HEADERS);
  });
}

/** Segments of 64 TCP connections, to port 41001, each a stream of frames: a length of four bytes (big-endian), then so many bytes. */
export function writeStreams(path: string, packets: number): void {
  const sent = new Float64Array(CONVERSATIONS);
  writeRecords(path, packets, TCP_RECORD, (record, n) => {
    const connection = n % CONVERSATIONS;
    writeSegment(record, n, connection, sent[connection]!);
    sent[connection]! += SEGMENT;
  });
}

/** Frames of any length. */
export function writeFrames(path: string, packets: number, make: (n: number) => Uint8Array): void {
  const file = openSync(path, 'w');
  try {
    writeSync(file, CAPTURE_HEADER);
    for (let first = 0; first < packets; first += BATCH) {
      const records = Array.from({ length: Math.min(BATCH, packets - first) }, (_, at) => {
        const frame = make(first + at);
        const header = Buffer.alloc(16);
        writeTime(header, first + at, frame.length);
        return [header, frame];
      });
      writeSync(file, Buffer.concat(records.flat()));
    }
  } finally {
    closeSync(file);
  }
}

function writeRecords(path: string, packets: number, size: number, write: (record: Buffer, n: number) => void): void {
  const file = openSync(path, 'w');
  try {
    writeSync(file, CAPTURE_HEADER);
    const batch = Buffer.alloc(BATCH * size);
    for (let first = 0; first < packets; first += BATCH) {
      const count = Math.min(BATCH, packets - first);
      for (let at = 0; at < count; at++) write(batch.subarray(at * size, (at + 1) * size), first + at);
      writeSync(file, batch, 0, count * size);
    }
  } finally {
    closeSync(file);
  }
}

/** `at`: bytes of the stream that were sent before. */
function writeSegment(record: Buffer, n: number, connection: number, at: number): void {
  writeTime(record, n, TCP_HEADERS + SEGMENT);
  const frame = record.subarray(16);
  frame.write('020000000002020000000001', 'hex');
  frame.writeUInt16BE(0x0800, 12);
  const ip = frame.subarray(14);
  writeIpv4(ip, n, 6, 20 + SEGMENT, 0x0a000100 + connection, 0x0a000001);
  const tcp = ip.subarray(20);
  tcp.writeUInt16BE(42_000 + connection, 0);
  tcp.writeUInt16BE(STREAM_PORT, 2);
  tcp.writeUInt32BE((1000 + at) >>> 0, 4);
  tcp.writeUInt32BE(1, 8);
  // Data offset 5, PSH and ACK; no checksum: tshark does not look at it.
  tcp.writeUInt32BE(0x5018_ffff, 12);
  tcp.writeUInt32BE(0, 16);
  const payload = tcp.subarray(20, 20 + SEGMENT);
  payload.fill(n & 0xff);
  for (let head = (FRAME - (at % FRAME)) % FRAME; head < SEGMENT; head += FRAME) {
    for (let byte = 0; byte < 4 && head + byte < SEGMENT; byte++)
      payload[head + byte] = ((FRAME - 4) >>> (8 * (3 - byte))) & 0xff;
  }
  // The rest of a length that began in the segment before.
  const begun = at % FRAME;
  for (let byte = begun; byte < 4 && begun > 0; byte++) payload[byte - begun] = ((FRAME - 4) >>> (8 * (3 - byte))) & 0xff;
}

function writeTime(record: Buffer, n: number, length: number): void {
  record.writeUInt32LE(1_700_000_000 + Math.floor(n / 100_000), 0);
  record.writeUInt32LE((n % 100_000) * 10_000, 4);
  record.writeUInt32LE(length, 8);
  record.writeUInt32LE(length, 12);
}

function writeIpv4(ip: Buffer, n: number, protocol: number, length: number, from: number, to: number): void {
  ip[0] = 0x45;
  ip.writeUInt16BE(20 + length, 2);
  ip.writeUInt16BE(n & 0xffff, 4);
  ip.writeUInt16BE(0x4000, 6);
  ip[8] = 64;
  ip[9] = protocol;
  ip.writeUInt32BE(from, 12);
  ip.writeUInt32BE(to, 16);
  ip.writeUInt16BE(0, 10);
  ip.writeUInt16BE(checksum(ip.subarray(0, 20)), 10);
}

/** Record `n`: `RECORD` bytes. */
export function writeRecord(record: Buffer, n: number): void {
  const conversation = n % CONVERSATIONS;
  const back = (n / CONVERSATIONS) & 1;
  writeTime(record, n, HEADERS + PAYLOAD);
  const frame = record.subarray(16);
  frame.write('020000000002020000000001', 'hex');
  frame.writeUInt16BE(0x0800, 12);
  const ip = frame.subarray(14);
  const [own, other] = [0x0a000001, 0x0a000100 + conversation];
  writeIpv4(ip, n, 17, 8 + PAYLOAD, back === 0 ? own : other, back === 0 ? other : own);
  const [ownPort, otherPort] = [MESSAGE_PORT, 42_000 + conversation];
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
