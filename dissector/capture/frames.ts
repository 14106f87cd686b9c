import { Column, columnBits } from './column.ts';

const columnMask = (1 << columnBits) - 1;

/** What a frame's record is, in the low bits of its flags: where its options are depends on it. */
export const recordKind = Object.freeze({ pcap: 0, enhanced: 1, simple: 2, obsolete: 3 });
const kindMask = 3;
/** The record carries options (of which a comment may be one). */
export const hasOptionsFlag = 4;

class Chunk {
  readonly offset = new Column();
  readonly seconds = new Column();
  readonly nanos = new Column();
  readonly captured = new Column();
  /** Bytes that the frame had on the wire and the file does not hold. */
  readonly missing = new Column();
  readonly source = new Column();
  readonly flags = new Column();
}

/**
 * One row a frame, in columns of 65,536 rows: growth never copies and reading a row allocates nothing. A row costs 16 bytes
 * where frames are whole and of one interface, 56 at most. Indexes are 0-based; frame numbers that people see are the index
 * plus one and span the sections of a file.
 *
 * A time is a whole number of seconds since 1970-01-01 UTC, rounded down, and 0 to 999,999,999 nanoseconds to add: half a
 * second before 1970 is -1 and 500,000,000. Seconds are exact up to 2^53. A frame without a time (Simple Packet Block)
 * has NaN seconds and 0 nanoseconds.
 */
export class FrameTable {
  private readonly chunks: Chunk[] = [];
  private readonly linkTypes: number[] = [];
  private count = 0;

  get length(): number {
    return this.count;
  }

  /** Declares the next capture interface with its link type (LINKTYPE_ number); returns its index in the file. */
  addInterface(linkType: number): number {
    return this.linkTypes.push(linkType) - 1;
  }

  add(
    offset: number,
    captured: number,
    original: number,
    seconds: number,
    nanos: number,
    interfaceIndex: number,
    flags: number,
  ): void {
    const row = this.count & columnMask;
    if (row === 0) this.chunks.push(new Chunk());
    const chunk = this.chunks[this.count >>> columnBits];
    chunk.offset.add(row, offset);
    chunk.captured.add(row, captured);
    chunk.missing.add(row, original - captured);
    chunk.seconds.add(row, seconds);
    chunk.nanos.add(row, nanos);
    chunk.source.add(row, interfaceIndex);
    chunk.flags.add(row, flags);
    this.count++;
  }

  /** File offset of the first captured byte (not of its record header). */
  offset(index: number): number {
    return this.chunks[index >>> columnBits].offset.at(index & columnMask);
  }

  /** Bytes of the frame that the file holds. */
  captured(index: number): number {
    return this.chunks[index >>> columnBits].captured.at(index & columnMask);
  }

  /** Bytes that the frame had on the wire: more than `captured` when the capture was snapped. */
  original(index: number): number {
    const { captured, missing } = this.chunks[index >>> columnBits];
    const row = index & columnMask;
    return captured.at(row) + missing.at(row);
  }

  seconds(index: number): number {
    return this.chunks[index >>> columnBits].seconds.at(index & columnMask);
  }

  nanos(index: number): number {
    return this.chunks[index >>> columnBits].nanos.at(index & columnMask);
  }

  hasTime(index: number): boolean {
    return !Number.isNaN(this.seconds(index));
  }

  /**
   * Seconds from frame `from` to frame `to`: the difference is taken before it is rounded, so nanoseconds survive. NaN
   * when one of them has no time.
   */
  elapsed(from: number, to: number): number {
    return this.seconds(to) - this.seconds(from) + (this.nanos(to) - this.nanos(from)) / 1e9;
  }

  /** Index of the capture interface in the whole file (see CaptureReader.interfaces). */
  interfaceIndex(index: number): number {
    return this.chunks[index >>> columnBits].source.at(index & columnMask);
  }

  /** LINKTYPE_ number, 0 to 65535. */
  linkType(index: number): number {
    return this.linkTypes[this.interfaceIndex(index)];
  }

  /** Which record holds the frame: one of `recordKind`. */
  recordKind(index: number): number {
    return this.chunks[index >>> columnBits].flags.at(index & columnMask) & kindMask;
  }

  /** Whether the record carries options. */
  hasOptions(index: number): boolean {
    return (this.chunks[index >>> columnBits].flags.at(index & columnMask) & hasOptionsFlag) !== 0;
  }
}
