/** Rows of one chunk: a power of two, so that a row is found by shift and mask. */
const chunkBits = 16;
const chunkRows = 1 << chunkBits;

/** Bytes of memory that one frame takes. */
export const bytesPerFrame = 8 + 8 + 4 + 4 + 4 + 2 + 1;

/** What a frame's record is, in the low bits of its flags: where its options are depends on it. */
export const recordKind = Object.freeze({ pcap: 0, enhanced: 1, simple: 2, obsolete: 3 });
const kindMask = 3;
/** The record carries options (of which a comment may be one). */
export const hasOptionsFlag = 4;

class Chunk {
  readonly offset = new Float64Array(chunkRows);
  readonly seconds = new Float64Array(chunkRows);
  readonly nanos = new Uint32Array(chunkRows);
  readonly captured = new Uint32Array(chunkRows);
  readonly original = new Uint32Array(chunkRows);
  readonly source = new Uint16Array(chunkRows);
  readonly flags = new Uint8Array(chunkRows);
}

/**
 * One row a frame, in typed arrays of 65,536 rows: growth never copies, a row costs 31 bytes and reading one allocates
 * nothing. Indexes are 0-based; frame numbers that people see are the index plus one and span the sections of a file.
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
    const row = this.count & (chunkRows - 1);
    if (row === 0) this.chunks.push(new Chunk());
    const chunk = this.chunks[this.count >>> chunkBits];
    chunk.offset[row] = offset;
    chunk.captured[row] = captured;
    chunk.original[row] = original;
    chunk.seconds[row] = seconds;
    chunk.nanos[row] = nanos;
    chunk.source[row] = interfaceIndex;
    chunk.flags[row] = flags;
    this.count++;
  }

  /** File offset of the first captured byte (not of its record header). */
  offset(index: number): number {
    return this.chunks[index >>> chunkBits].offset[index & (chunkRows - 1)];
  }

  /** Bytes of the frame that the file holds. */
  captured(index: number): number {
    return this.chunks[index >>> chunkBits].captured[index & (chunkRows - 1)];
  }

  /** Bytes that the frame had on the wire: more than `captured` when the capture was snapped. */
  original(index: number): number {
    return this.chunks[index >>> chunkBits].original[index & (chunkRows - 1)];
  }

  seconds(index: number): number {
    return this.chunks[index >>> chunkBits].seconds[index & (chunkRows - 1)];
  }

  nanos(index: number): number {
    return this.chunks[index >>> chunkBits].nanos[index & (chunkRows - 1)];
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
    return this.chunks[index >>> chunkBits].source[index & (chunkRows - 1)];
  }

  /** LINKTYPE_ number, 0 to 65535. */
  linkType(index: number): number {
    return this.linkTypes[this.interfaceIndex(index)];
  }

  /** Which record holds the frame: one of `recordKind`. */
  recordKind(index: number): number {
    return this.chunks[index >>> chunkBits].flags[index & (chunkRows - 1)] & kindMask;
  }

  /** Whether the record carries options. */
  hasOptions(index: number): boolean {
    return (this.chunks[index >>> chunkBits].flags[index & (chunkRows - 1)] & hasOptionsFlag) !== 0;
  }
}
