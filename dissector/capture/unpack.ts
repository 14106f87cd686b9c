import { defaultLimits, type Limits, malformed, overLimit, type Problem } from '../bytes/index.ts';
import { DecompressedPieces, type Decompressors } from './decompressor.ts';
import type { CaptureFile } from './file.ts';
import { Lz4Pieces } from './lz4.ts';

/** How a capture is compressed as a file. */
export type Compression = 'gzip' | 'Zstandard' | 'LZ4';

/** What comes out of a compressed file, piece by piece, and only as fast as it is asked for. */
export interface UnpackedPieces {
  /** Bytes of the file that were read so far. */
  readonly fed: number;
  /** The next piece, never empty; undefined at the end. What is broken is thrown: what came before is right. */
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

/** Takes unpacked bytes in order; they are its own from then on. False where it has no room for them: unpacking ends there. */
export type TakeUnpacked = (bytes: Uint8Array) => boolean;

/** So much may come out of any file, however small it is. */
const freeSize = 0x1000_0000;

/** First bytes of a compressed file: RFC 1952 section 2.3.1, RFC 8878 section 3.1.1, LZ4 Frame Format 1.6.4. */
const starts: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['Zstandard', [0x28, 0xb5, 0x2f, 0xfd]],
  ['LZ4', [0x04, 0x22, 0x4d, 0x18]],
];

/** How the file is compressed, by its first bytes; undefined where it is not. */
export function compressionOf(file: CaptureFile): Compression | undefined {
  const start = new Uint8Array(4);
  const had = file.read(0, start);
  return starts.find(([, bytes]) => bytes.length <= had && bytes.every((byte, at) => byte === start[at]))?.[0];
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
  let problem: Problem | undefined;
  try {
    for (let value = await pieces.next(); value !== undefined; value = await pieces.next()) {
      const byRatio = Math.max(freeSize, pieces.fed * limits.unpackRatio);
      const room = Math.min(limits.unpackedSize, byRatio) - size;
      if (value.length > room) {
        problem = tooMuch(limits, byRatio, size + value.length, pieces.fed);
        if (room > 0 && keep(value.slice(0, room))) size += room;
        break;
      }
      if (!keep(value)) {
        problem = { kind: 'incomplete', text: 'There is no room for what this file unpacks to', at: pieces.fed, path: '' };
        break;
      }
      size += value.length;
    }
  } catch {
    const all = pieces.fed >= file.size();
    problem = all
      ? { kind: 'incomplete', text: 'The compressed file ends early or is broken near its end', at: pieces.fed, path: '' }
      : malformed('The compressed file is broken', pieces.fed);
  }
  pieces.end();
  return problem === undefined ? { chunks, size } : { chunks, size, problem };
}

function tooMuch(limits: Limits, byRatio: number, unpacked: number, fed: number): Problem {
  if (byRatio >= limits.unpackedSize)
    return overLimit('unpackedSize', limits.unpackedSize, unpacked, 'Unpacked size of this file', fed);
  return overLimit('unpackRatio', limits.unpackRatio, Math.round(unpacked / fed), 'Unpacked bytes for each compressed one', fed);
}
