import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { type CaptureReader, memoryFile, openCapture } from '../../../dissector/capture/index.ts';

/** Bytes from numbers (one byte each), arrays and strings of hex. */
export function bytes(...parts: (number | Uint8Array | string)[]): Uint8Array<ArrayBuffer> {
  const all: number[] = [];
  for (const part of parts) {
    if (typeof part === 'number') all.push(part);
    else if (typeof part === 'string') for (const pair of part.match(/[0-9a-f]{2}/gi) ?? []) all.push(Number.parseInt(pair, 16));
    else for (const byte of part) all.push(byte);
  }
  return Uint8Array.from(all);
}

/** Integers in one byte order. */
export function order(little: boolean) {
  const make = (size: number, set: (view: DataView) => void): Uint8Array => {
    const out = new Uint8Array(size);
    set(new DataView(out.buffer));
    return out;
  };
  return {
    u16: (value: number) => make(2, (view) => view.setUint16(0, value, little)),
    u32: (value: number) => make(4, (view) => view.setUint32(0, value, little)),
    i64: (value: bigint) => make(8, (view) => view.setBigInt64(0, value, little)),
  };
}

export interface Record {
  seconds?: number;
  ticks?: number;
  data: Uint8Array;
  captured?: number;
  original?: number;
}

export function pcap(
  little: boolean,
  records: readonly Record[],
  magic = 0xa1b2c3d4,
  link = 1,
  extra = 0,
): Uint8Array<ArrayBuffer> {
  const { u16, u32 } = order(little);
  const parts: Uint8Array[] = [u32(magic), u16(2), u16(4), u32(0), u32(0), u32(65535), u32(link)];
  for (const { seconds = 0, ticks = 0, data, captured = data.length, original = data.length } of records) {
    parts.push(u32(seconds), u32(ticks), u32(captured), u32(original), new Uint8Array(extra), data);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** One block of a pcapng file, padded; `lie` replaces one or both of its lengths. */
export function block(little: boolean, type: number, body: Uint8Array, lie: { head?: number; tail?: number } = {}): Uint8Array {
  const { u32 } = order(little);
  const pad = (4 - (body.length % 4)) % 4;
  const size = 12 + body.length + pad;
  return bytes(u32(type), u32(lie.head ?? size), body, new Uint8Array(pad), u32(lie.tail ?? size));
}

export function option(little: boolean, code: number, value: Uint8Array): Uint8Array {
  const { u16 } = order(little);
  return bytes(u16(code), u16(value.length), value, new Uint8Array((4 - (value.length % 4)) % 4));
}

export function section(little: boolean): Uint8Array {
  const { u16, u32, i64 } = order(little);
  return block(little, 0x0a0d0d0a, bytes(u32(0x1a2b3c4d), u16(1), u16(0), i64(-1n)));
}

export function captureInterface(little: boolean, link: number, options: Uint8Array = new Uint8Array(0), snap = 0): Uint8Array {
  const { u16, u32 } = order(little);
  return block(little, 1, bytes(u16(link), u16(0), u32(snap), options));
}

export function enhanced(
  little: boolean,
  at: number,
  ticks: bigint,
  data: Uint8Array,
  more: { original?: number; captured?: number; options?: Uint8Array; head?: number; tail?: number } = {},
): Uint8Array {
  const { u32 } = order(little);
  const { original = data.length, captured = data.length, options = new Uint8Array(0), ...lie } = more;
  const pad = new Uint8Array((4 - (data.length % 4)) % 4);
  const high = Number(ticks >> 32n);
  const low = Number(ticks & 0xffff_ffffn);
  return block(little, 6, bytes(u32(at), u32(high), u32(low), u32(captured), u32(original), data, pad, options), lie);
}

export function open(content: Uint8Array, limits: Readonly<{ [name: string]: number }> = {}): CaptureReader {
  const opened = openCapture(memoryFile(content), { ...defaultLimits, ...limits });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened.reader;
}

export function indexed(content: Uint8Array, limits: Readonly<{ [name: string]: number }> = {}): CaptureReader {
  const reader = open(content, limits);
  while (reader.step(1 << 20));
  return reader;
}

/** Everything of an index that a test compares. */
export function rows(reader: CaptureReader) {
  const { frames } = reader;
  return Array.from({ length: frames.length }, (_, i) => ({
    offset: frames.offset(i),
    captured: frames.captured(i),
    original: frames.original(i),
    seconds: frames.seconds(i),
    nanos: frames.nanos(i),
    link: frames.linkType(i),
  }));
}
