import bzip2 from '@openpgp/unbzip2-stream/lib/bzip2.js';
import { malformed, overLimit, type Problem, tooShort } from '../bytes/index.ts';

export interface Unpacked {
  /** All blocks up to the problem whose CRC fits, and for a problem of kind `limit` as many bytes as that allows. */
  readonly bytes: Uint8Array;
  /** `at` is the offset in the packed bytes. */
  readonly problem?: Problem;
}

/** What the library is stopped with; it is not caught inside. */
class Stop {
  readonly problem: Problem;

  constructor(problem: Problem) {
    this.problem = problem;
  }
}

/** Bytes that are unpacked where the caller names no limit. */
const usualLimit = 0x0100_0000;

/** Kept for the next stream: most are of a few bytes, and clearing megabytes for each takes longer than reading it. */
let block = new Int32Array(0);

/**
 * Opens bzip2 streams, one after the other as the bzip2 program does, up to `limit` bytes. A packed
 * byte may become thousands, so output stops in the middle of a block. Besides the output, which grows by doubling, there is
 * memory for one block: 3.6 MB at most.
 */
export function openBzip2(packed: Uint8Array, limit: number = usualLimit): Unpacked {
  const output = new Output(limit);
  const input = new Input(packed);
  const bits = (count: number | null): number => input.bits(count);
  let kept = 0;
  try {
    do {
      const size = bzip2.header(bits) * 100_000;
      if (block.length < size) block = new Int32Array(size);
      for (let crc: number | null = 0; crc !== null; ) {
        crc = bzip2.decompress(bits, (byte) => output.take(byte, input.at), block, size, crc);
        kept = output.length;
      }
    } while (input.at < packed.length);
    return { bytes: output.first(kept) };
  } catch (error) {
    const problem = error instanceof Stop ? error.problem : malformed(broken(error), input.at);
    return { bytes: output.first(problem.kind === 'limit' ? limit : kept), problem };
  }
}

function broken(error: unknown): string {
  return error instanceof Error && error.message.includes('crc')
    ? 'the CRC of a bzip2 block or stream does not fit its bytes'
    : 'expected a bzip2 stream or block, the bytes are none';
}

class Input {
  /** Bytes that were begun. */
  at = 0;
  private readonly packed: Uint8Array;
  private current = 0;
  private left = 0;

  constructor(packed: Uint8Array) {
    this.packed = packed;
  }

  /** Up to 32 bits, the first one highest; `null` skips what is left of a byte. */
  bits(count: number | null): number {
    let result = 0;
    if (count === null) this.left = 0;
    for (let needed = count ?? 0; needed > 0; ) {
      if (this.left === 0) {
        if (this.at >= this.packed.length) throw new Stop(tooShort('the rest of the bzip2 stream', 1, 0, this.at));
        this.current = this.packed[this.at++]!;
        this.left = 8;
      }
      const taken = Math.min(needed, this.left);
      this.left -= taken;
      needed -= taken;
      result = (result << taken) | ((this.current >>> this.left) & ((1 << taken) - 1));
    }
    return result;
  }
}

class Output {
  length = 0;
  private readonly limit: number;
  private bytes: Uint8Array;

  constructor(limit: number = usualLimit) {
    this.limit = limit;
    this.bytes = new Uint8Array(Math.min(limit, 0x1000));
  }

  take(byte: number, at: number): void {
    if (this.length === this.bytes.length) {
      if (this.length >= this.limit) {
        throw new Stop(overLimit('nodeListSize', this.limit, this.length + 1, 'bytes that bzip2 unpacks to', at));
      }
      const larger = new Uint8Array(Math.min(this.limit, this.length * 2));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length++] = byte;
  }

  first(count: number): Uint8Array {
    return this.bytes.slice(0, count);
  }
}
