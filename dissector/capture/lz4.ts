import type { CaptureFile } from './file.ts';
import { Xxh32 } from './xxh32.ts';

/** LZ4 Frame Format 1.6.4: what a frame begins with, and the sixteen numbers of frames that are skipped. Both little-endian. */
const frameMagic = 0x184d_2204;
const skippableMagic = 0x184d_2a50;
/** Block maximum sizes of BD bits 6 to 4, in bytes; below 4 they are reserved. */
const blockSizes: Readonly<Record<number, number>> = { 4: 0x1_0000, 5: 0x4_0000, 6: 0x10_0000, 7: 0x40_0000 };
/** So far back a match may reach, in bytes: also into the blocks before where they are linked. */
const windowSize = 0x1_0000;

interface Frame {
  readonly blockSize: number;
  readonly linked: boolean;
  readonly blockChecksums: boolean;
  /** Of the whole content, where the frame ends with its checksum. */
  readonly content: Xxh32 | undefined;
  /** Where the frame says it, in bytes. */
  readonly size: bigint | undefined;
  unpacked: bigint;
}

/** Bytes that are read at a time: a file may have millions of blocks of a few bytes. */
const readSize = 0x1_0000;
/** Frames and blocks in a row that bring nothing: no program writes more than one or two. */
const mostEmpty = 1000;

/**
 * What a file of LZ4 frames (LZ4 Frame Format 1.6.4, LZ4 Block Format) unpacks to, a block a piece. A block has 4 MiB at most, packed and
 * unpacked; no more than a few of that are held. Frames may follow each other; skippable ones are passed. Every checksum there is, is
 * checked; that of a whole frame stands at its end, behind pieces that were given. A frame that needs a dictionary is refused: nothing says
 * where that would be.
 */
export class Lz4Pieces {
  fed = 0;
  readonly #file: CaptureFile;
  readonly #history = new History();
  /** What was read of the file last, and how much of it was taken. */
  #ahead = new Uint8Array(0);
  #taken = 0;
  /** Frames and blocks since the last piece. */
  #empty = 0;
  #frame: Frame | undefined;
  /** What is thrown once the bytes before it have been handed out. */
  #failure: Error | undefined;

  constructor(file: CaptureFile) {
    this.#file = file;
  }

  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (++this.#empty > mostEmpty) throw broken('nothing but frames and blocks without content');
      this.#frame ??= this.#begin();
      if (this.#frame === undefined) return undefined;
      const piece = this.#block(this.#frame);
      if (piece === undefined) this.#frame = undefined;
      else if (piece.length > 0) {
        this.#empty = 0;
        return piece;
      }
    }
  }

  end(): void {
    this.#frame = undefined;
  }

  /** The descriptor of the next frame; undefined at the end of the file. */
  #begin(): Frame | undefined {
    while (this.fed < this.#file.size()) {
      const magic = word(this.#read(4));
      if ((magic & ~0xf) >>> 0 === skippableMagic) {
        this.#skip(word(this.#read(4)));
        if (++this.#empty > mostEmpty) throw broken('nothing but frames and blocks without content');
        continue;
      }
      if (magic !== frameMagic) throw broken('no LZ4 frame begins here');
      return this.#descriptor();
    }
    return undefined;
  }

  /** Flags, block size, size of the content, and a byte of their XXH32. */
  #descriptor(): Frame {
    const start = this.#read(2);
    const [flags, blocks] = [start[0]!, start[1]!];
    if (flags >> 6 !== 1) throw broken('another version of LZ4 frames');
    if (flags & 2 || blocks & 0x8f) throw broken('reserved bits');
    const size = flags & 8 ? this.#read(8) : new Uint8Array(0);
    if (flags & 1) throw broken('the frame needs a dictionary');
    const checksum = new Xxh32().take(start).take(size).digest();
    if (this.#read(1)[0] !== ((checksum >>> 8) & 0xff)) throw broken('the header checksum');
    this.#history.clear();
    const blockSize = blockSizes[(blocks >> 4) & 7];
    if (blockSize === undefined) throw broken('a reserved block size');
    return {
      blockSize,
      linked: (flags & 0x20) === 0,
      blockChecksums: (flags & 0x10) !== 0,
      content: flags & 4 ? new Xxh32() : undefined,
      size: flags & 8 ? BigInt(word(size)) | (BigInt(word(size, 4)) << 32n) : undefined,
      unpacked: 0n,
    };
  }

  /** What the next block unpacks to; undefined behind the last one. */
  #block(frame: Frame): Uint8Array | undefined {
    const said = word(this.#read(4));
    if (said === 0) {
      this.#end(frame);
      return undefined;
    }
    const length = said & 0x7fff_ffff;
    if (length > frame.blockSize) throw broken('a block is larger than its frame lets it');
    const packed = this.#readUpTo(length);
    if (packed.length < length) this.#failure = early();
    else if (frame.blockChecksums && word(this.#read(4)) !== new Xxh32().take(packed).digest())
      throw broken('the checksum of a block');
    if (!frame.linked) this.#history.clear();
    const bytes =
      said & 0x8000_0000
        ? this.#history.store(packed)
        : this.#history.open(packed, frame.blockSize, (failure) => (this.#failure ??= failure));
    frame.content?.take(bytes);
    frame.unpacked += BigInt(bytes.length);
    return bytes;
  }

  #end(frame: Frame): void {
    if (frame.content !== undefined && word(this.#read(4)) !== frame.content.digest())
      throw broken('the checksum of the content');
    if (frame.size !== undefined && frame.size !== frame.unpacked) throw broken('the size of the content');
  }

  #read(length: number): Uint8Array {
    const bytes = this.#readUpTo(length);
    if (bytes.length < length) throw early();
    return bytes;
  }

  #readUpTo(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let had = 0;
    while (had < length && (this.#taken < this.#ahead.length || this.#readAhead())) {
      const part = this.#ahead.subarray(this.#taken, this.#taken + length - had);
      bytes.set(part, had);
      had += part.length;
      this.#taken += part.length;
      this.fed += part.length;
    }
    return bytes.subarray(0, had);
  }

  /** False at the end of the file. */
  #readAhead(): boolean {
    const bytes = new Uint8Array(readSize);
    this.#ahead = bytes.subarray(0, this.#file.read(this.fed, bytes));
    this.#taken = 0;
    return this.#ahead.length > 0;
  }

  #skip(length: number): void {
    const end = this.fed + length;
    this.fed = Math.min(end, this.#file.size());
    this.#ahead = new Uint8Array(0);
    this.#taken = 0;
    if (this.fed < end) throw early();
  }
}

/** What came out last, where matches reach back to: one buffer for all blocks and frames, however small or many they are. */
class History {
  #bytes = new Uint8Array(0);
  /** Where the next byte comes; all bytes before it are within reach. */
  #to = 0;

  clear(): void {
    this.#to = 0;
  }

  /** What a stored block holds. */
  store(bytes: Uint8Array): Uint8Array {
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#to);
    this.#to += bytes.length;
    return bytes;
  }

  /** What a packed block holds, `most` bytes at most. `failed` hears of what is wrong in it; the bytes before that are there. */
  open(packed: Uint8Array, most: number, failed: (failure: Error) => void): Uint8Array {
    this.#makeRoom(most);
    const begin = this.#to;
    try {
      for (const input = new Sequences(packed); input.more; ) this.#sequence(input, begin + most);
    } catch (error) {
      failed(error as Error);
    }
    return this.#bytes.slice(begin, this.#to);
  }

  /** Literals, and but for the last sequence of a block a match behind them. */
  #sequence(input: Sequences, end: number): void {
    const output = this.#bytes;
    const token = input.byte();
    const literals = input.take(input.length(token >> 4));
    if (literals.length > end - this.#to) throw broken('literals go beyond their block');
    output.set(literals, this.#to);
    this.#to += literals.length;
    if (!input.more) return;
    const offset = input.byte() | (input.byte() << 8);
    const match = input.length(token & 15) + 4;
    const to = this.#to;
    if (offset === 0 || offset > to) throw broken('a match begins before all bytes');
    if (match > end - to) throw broken('a match goes beyond its block');
    // A match may reach into itself: then it repeats what it has just written.
    if (offset >= match) output.copyWithin(to, to - offset, to - offset + match);
    else for (let i = 0; i < match; i++) output[to + i] = output[to + i - offset]!;
    this.#to += match;
  }

  /** Moves what is within reach to the front only where the room behind it has been used up. */
  #makeRoom(size: number): void {
    if (this.#to + size <= this.#bytes.length) return;
    const kept = this.#bytes.slice(Math.max(0, this.#to - windowSize), this.#to);
    const needed = 2 * windowSize + size;
    if (this.#bytes.length < needed) this.#bytes = new Uint8Array(needed);
    this.#bytes.set(kept);
    this.#to = kept.length;
  }
}

/** The bytes of a packed block, read from the front. */
class Sequences {
  readonly #packed: Uint8Array;
  #at = 0;

  constructor(packed: Uint8Array) {
    this.#packed = packed;
  }

  get more(): boolean {
    return this.#at < this.#packed.length;
  }

  byte(): number {
    if (!this.more) throw broken('a block ends inside a sequence');
    return this.#packed[this.#at++]!;
  }

  /** A token has the length of the literals in its upper four bits, that of the match, less 4, in its lower four; 15 goes on in bytes of 255. */
  length(begun: number): number {
    let all = begun;
    if (begun === 15) for (let byte = 255; byte === 255; all += byte) byte = this.byte();
    return all;
  }

  take(count: number): Uint8Array {
    if (count > this.#packed.length - this.#at) throw broken('literals go beyond their block');
    this.#at += count;
    return this.#packed.subarray(this.#at - count, this.#at);
  }
}

function word(bytes: Uint8Array, at = 0): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function early(): Error {
  return broken('the file ends early');
}

/** It stays inside: whoever unpacks says where the file is broken. */
function broken(reason: string): Error {
  return new Error(reason);
}
