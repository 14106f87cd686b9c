import { defaultLimits, type Limits, malformed, overLimit, type Problem } from '../bytes/index.ts';
import { DecompressedPieces, type Decompressors, UnpackRefusal } from './decompressor.ts';
import type { CaptureFile } from './file.ts';
import { Lz4Pieces } from './lz4.ts';

/** How a capture is compressed as a file. */
export type Compression = 'gzip' | 'Zstandard' | 'LZ4';

/** What comes out of a compressed file, piece by piece, and only as fast as it is asked for. */
export interface UnpackedPieces {
  /** Bytes of the file that were read so far. */
  readonly fed: number;
  /** The next piece, never empty; undefined at the end. What is broken is thrown, an UnpackRefusal with words for it; what came before was given. */
  next(): Promise<Uint8Array | undefined>;
  /** Lets go of everything, wherever it stands. */
  end(): void;
}

export interface Unpacked {
  /** The unpacked bytes in order, for `memoryFile`; none where they were handed to a place of their own. */
  readonly chunks: Uint8Array[];
  readonly size: number;
  /** The compressed file ends early, is broken, or unpacks to more than limits.unpackedSize or limits.unpackRatio let it; what came before is there. */
  readonly problem?: Problem;
}

/**
 * Takes unpacked bytes in order; they are its own from then on. False where it has no room for them: unpacking ends there. `fed` bytes of the file
 * were read so far. What it throws comes through.
 */
export type TakeUnpacked = (bytes: Uint8Array, fed: number) => boolean;

/** Bytes that are read or come out before others get a turn. */
const turnSize = 0x40_0000;
/** So much may come out of any file, however small it is. */
const freeSize = 0x1000_0000;

/** First bytes of a compressed file: RFC 1952 section 2.3.1, RFC 8878 section 3.1.1, LZ4 Frame Format 1.6.4. */
const starts: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['Zstandard', [0x28, 0xb5, 0x2f, 0xfd]],
  ['LZ4', [0x04, 0x22, 0x4d, 0x18]],
];

/** The format of LZ4 before its frames ("legacy" in LZ4 Frame Format 1.6.4). */
const legacyLz4 = [0x02, 0x21, 0x4c, 0x18];
/** Skippable frames in front of the first that is none: programs for many threads write one. */
const mostSkipped = 16;

/** How the file is compressed, by its first bytes; undefined where it is not. */
export function compressionOf(file: CaptureFile): Compression | undefined {
  let at = 0;
  for (let skipped = 0; skipped <= mostSkipped; skipped++) {
    const start = new Uint8Array(8);
    const had = file.read(at, start);
    const found = starts.find(([, bytes]) => bytes.length <= had && begins(start, bytes))?.[0];
    if (found !== undefined) return at === 0 || found !== 'gzip' ? found : undefined;
    // Zstandard and LZ4 have the same skippable frames: a magic of sixteen, and a length, little-endian.
    const isSkippable = had === start.length && (start[0]! & 0xf0) === 0x50 && begins(start.subarray(1), [0x2a, 0x4d, 0x18]);
    if (!isSkippable) return undefined;
    at += start.length + new DataView(start.buffer).getUint32(4, true);
  }
  return undefined;
}

/** Why a file is not read that is compressed all the same, in a sentence; undefined for any other file. */
export function otherCompression(file: CaptureFile): string | undefined {
  const start = new Uint8Array(legacyLz4.length);
  file.read(0, start);
  return begins(start, legacyLz4)
    ? 'The file is compressed in the legacy format of LZ4, which Peerscope does not read. Unpack it first: lz4 -d.'
    : undefined;
}

function begins(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, at) => byte === bytes[at]);
}

/** Whether `unpack` can: LZ4 always, the others where the platform has a decompressor. */
export function canUnpack(compression: Compression, platform: Decompressors): boolean {
  return compression === 'LZ4' || platform[compression] !== undefined;
}

/**
 * Unpacks a file that `canUnpack` is true for, in pieces. It is fed only as fast as it is read, so a small file that unpacks to much is
 * stopped at the limit without having been unpacked whole. `take` is handed the bytes; without it they are gathered in `chunks`.
 */
export async function unpack(
  file: CaptureFile,
  compression: Compression,
  platform: Decompressors,
  limits: Limits = defaultLimits,
  take?: TakeUnpacked,
): Promise<Unpacked> {
  const pieces: UnpackedPieces =
    compression === 'LZ4' ? new Lz4Pieces(file) : new DecompressedPieces(file, platform[compression]!);
  const chunks: Uint8Array[] = [];
  const keep: TakeUnpacked = take ?? ((bytes) => chunks.push(bytes) > 0);
  let size = 0;
  let turned = 0;
  try {
    for (;;) {
      const value = await pieces.next().catch((error) => problemOf(error, pieces.fed, file));
      if (value === undefined) return { chunks, size };
      if (!(value instanceof Uint8Array)) return { chunks, size, problem: value };
      const byRatio = Math.max(freeSize, pieces.fed * limits.unpackRatio);
      const room = Math.min(limits.unpackedSize, byRatio) - size;
      if (value.length > room) {
        const problem = tooMuch(limits, byRatio, size + value.length, pieces.fed);
        if (room > 0 && keep(value.slice(0, room), pieces.fed)) size += room;
        return { chunks, size, problem };
      }
      if (!keep(value, pieces.fed)) {
        const text = 'There is no room for what this file unpacks to';
        return { chunks, size, problem: { kind: 'incomplete', text, at: pieces.fed, path: '' } };
      }
      size += value.length;
      if (size + pieces.fed - turned < turnSize) continue;
      turned = size + pieces.fed;
      await platform.turn();
    }
  } finally {
    pieces.end();
  }
}

function problemOf(error: unknown, fed: number, file: CaptureFile): Problem {
  if (error instanceof UnpackRefusal) return malformed(error.message, fed);
  return fed >= file.size()
    ? { kind: 'incomplete', text: 'The compressed file ends early or is broken near its end', at: fed, path: '' }
    : malformed('The compressed file is broken', fed);
}

function tooMuch(limits: Limits, byRatio: number, unpacked: number, fed: number): Problem {
  if (byRatio >= limits.unpackedSize)
    return overLimit('unpackedSize', limits.unpackedSize, unpacked, 'Unpacked size of this file', fed);
  return overLimit('unpackRatio', limits.unpackRatio, Math.round(unpacked / fed), 'Unpacked bytes for each compressed one', fed);
}
