/**
 * The capture that the inspector is measured with: mostly datagrams of no known protocol, and in between the frames of golden
 * captures, over and over. Each time they are a conversation of their own, by its address, and so are decoded anew.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { memoryFile, openCapture } from '../../dissector/capture/index.ts';
import { PacketView, parsePacket, transport } from '../../dissector/link/index.ts';
import { goldenPath } from '../golden/open.ts';
import { CAPTURE_HEADER, RECORD, writeRecord } from './capture.ts';

/** Of every `ROUND` packets, the first are those of one golden capture or of none; all others are unknown. */
const ROUND = 500;
const GOLDEN = ['p2pke_a', 'p2pke_a', 'p2p_a', 'p2pke_a', 'p2pke_a', 'ptpchat_a', 'p2pke_a', '', '', '', '', ''];
/** Bytes before a write. */
const BATCH = 4 << 20;
const RECORD_HEADER = 16;
const IP = 14;
const ADDRESSES = 12;
/** Where IPv4 has its checksum, and where UDP and TCP have theirs. */
const IP_CHECKSUM = 10;
const CHECKSUM: Readonly<Record<number, number>> = { [transport.udp]: 6, [transport.tcp]: 16 };

export interface Mixture {
  readonly bytes: number;
  /** Packets of protocols that are known. */
  readonly known: number;
}

/** Writes it in pieces: nothing of its size is held. */
export function writeMixture(path: string, packets: number): Mixture {
  return writeRounds(
    path,
    packets,
    GOLDEN.map((name) => (name === '' ? [] : framesOf(`${name}.pcapng`))),
  );
}

/** One golden capture, by its file's name, over and over and nothing between. */
export function writeRepeated(path: string, packets: number, file: string): void {
  writeRounds(path, packets, [framesOf(file)]);
}

/** A round is `ROUND` packets, or the frames of a capture where there is nothing else. */
function writeRounds(path: string, packets: number, golden: readonly (readonly Uint8Array[])[]): Mixture {
  const length = golden.length === 1 ? golden[0]!.length : ROUND;
  const file = openSync(path, 'w');
  let bytes = writeSync(file, CAPTURE_HEADER);
  let known = 0;
  const batch = Buffer.alloc(BATCH + (1 << 17));
  let filled = 0;
  const flush = (): void => {
    bytes += writeSync(file, batch, 0, filled);
    filled = 0;
  };
  try {
    for (let n = 0; n < packets; n++) {
      const round = Math.floor(n / length);
      const frame = golden[round % golden.length]![n % length];
      if (frame === undefined) {
        writeRecord(batch.subarray(filled, filled + RECORD), n);
        filled += RECORD;
      } else {
        filled += writeFrame(batch.subarray(filled), frame, n, round);
        known++;
      }
      if (filled >= BATCH) flush();
    }
    flush();
  } finally {
    closeSync(file);
  }
  return { bytes, known };
}

function framesOf(name: string): Uint8Array[] {
  const opened = openCapture(memoryFile(readFileSync(goldenPath(name))));
  if ('problem' in opened) throw new Error(opened.problem.text);
  const { reader } = opened;
  while (reader.step());
  return Array.from({ length: Math.min(ROUND, reader.frames.length) }, (_, index) => reader.frameBytes(index));
}

/** Bytes written. Both ends move to an address of the round, by which the session is another one than in the rounds before. */
function writeFrame(record: Buffer, bytes: Uint8Array, n: number, round: number): number {
  writeTime(record, n);
  record.writeUInt32LE(bytes.length, 8);
  record.writeUInt32LE(bytes.length, 12);
  const frame = record.subarray(RECORD_HEADER, RECORD_HEADER + bytes.length);
  frame.set(bytes);
  const view = new PacketView();
  parsePacket(bytes, 1, view);
  if (view.addressLength !== 4) return RECORD_HEADER + bytes.length;
  const checksums = [IP + IP_CHECKSUM];
  const own = CHECKSUM[view.transport];
  if (own !== undefined) checksums.push(IP + (frame[IP]! & 15) * 4 + own);
  for (const at of [IP + ADDRESSES, IP + ADDRESSES + 4]) {
    const before = frame.readUInt32BE(at);
    const now = (10 << 24) | (round + 0x10000);
    frame.writeUInt32BE(now >>> 0, at);
    for (const checksum of checksums) amend(frame, checksum, before, now);
  }
  return RECORD_HEADER + bytes.length;
}

function writeTime(record: Buffer, n: number): void {
  record.writeUInt32LE(1_700_000_000 + Math.floor(n / 100_000), 0);
  record.writeUInt32LE((n % 100_000) * 10_000, 4);
}

/** RFC 1624, equation 3: what a checksum becomes when 32 bits that it covers change. */
function amend(frame: Buffer, at: number, before: number, now: number): void {
  let sum = ~frame.readUInt16BE(at) & 0xffff;
  for (const shift of [16, 0]) sum += (~(before >>> shift) & 0xffff) + ((now >>> shift) & 0xffff);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  frame.writeUInt16BE(~sum & 0xffff, at);
}
