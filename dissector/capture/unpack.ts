import { defaultLimits, type Limits, malformed, overLimit, type Problem } from '../bytes/index.ts';
import type { CaptureFile } from './file.ts';

/** What this module needs of the platform's DecompressionStream (WHATWG Compression), which is injected. */
export interface Decompressor {
  readonly writable: {
    getWriter(): {
      write(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
      close(): Promise<void>;
      abort(reason?: unknown): Promise<void>;
    };
  };
  readonly readable: {
    getReader(): {
      read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
      cancel(reason?: unknown): Promise<void>;
    };
  };
}

export type DecompressorConstructor = new (format: 'gzip') => Decompressor;

export interface Unpacked {
  /** The unpacked bytes in order, for `memoryFile`; none where they were handed to a place of their own. */
  readonly chunks: Uint8Array[];
  readonly size: number;
  /** The compressed file ends early, is broken, or unpacks to more than limits.unpackedSize or limits.unpackRatio let it; what came before is there. */
  readonly problem?: Problem;
}

/** Takes unpacked bytes in order; they are its own from then on. False where it has no room for them: unpacking ends there. */
export type TakeUnpacked = (bytes: Uint8Array) => boolean;

const pieceSize = 0x1_0000;
/** So much may come out of any file, however small it is. */
const freeSize = 0x1000_0000;

/** Whether the file begins as gzip does (RFC 1952 section 2.3.1: 1f 8b). */
export function isGzip(file: CaptureFile): boolean {
  const start = new Uint8Array(2);
  return file.read(0, start) === 2 && start[0] === 0x1f && start[1] === 0x8b;
}

/** Compressed files that nothing here unpacks, by their first bytes (RFC 8878 section 3.1.1; LZ4 Frame Format 1.6.4). */
const otherCompressions = [
  { start: [0x28, 0xb5, 0x2f, 0xfd], name: 'Zstandard', command: 'zstd -d' },
  { start: [0x04, 0x22, 0x4d, 0x18], name: 'LZ4', command: 'lz4 -d' },
] as const;

/** What a person can do with a file that is compressed in a way which is not read, in a sentence; undefined for any other file. */
export function otherCompression(file: CaptureFile): string | undefined {
  const start = new Uint8Array(4);
  if (file.read(0, start) < start.length) return undefined;
  const found = otherCompressions.find((one) => one.start.every((byte, at) => byte === start[at]));
  return found && `The file is compressed with ${found.name}, which Peerscope does not read. Unpack it first: ${found.command}.`;
}

/**
 * Unpacks a gzip file in pieces. It is fed only as fast as it is read, so a small file that unpacks to much is stopped at
 * the limit without having been unpacked whole. `take` is handed the bytes; without it they are gathered in `chunks`.
 */
export async function unpackGzip(
  file: CaptureFile,
  Decompress: DecompressorConstructor,
  limits: Limits = defaultLimits,
  take?: TakeUnpacked,
): Promise<Unpacked> {
  const stream = new Decompress('gzip');
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const chunks: Uint8Array[] = [];
  const keep: TakeUnpacked = take ?? ((bytes) => chunks.push(bytes) > 0);
  let size = 0;
  let fed = 0;
  let stop = false;
  const feed = async () => {
    try {
      while (!stop) {
        const piece = new Uint8Array(pieceSize);
        const had = file.read(fed, piece);
        if (had === 0) break;
        fed += had;
        await writer.write(piece.subarray(0, had));
      }
      if (!stop) await writer.close();
    } catch {
      // The same error comes out of the reading side, where it is reported.
    }
  };
  const feeding = feed();
  let problem: Problem | undefined;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || value === undefined) break;
      const byRatio = Math.max(freeSize, fed * limits.unpackRatio);
      const room = Math.min(limits.unpackedSize, byRatio) - size;
      if (value.length > room) {
        const unpacked = size + value.length;
        problem =
          byRatio < limits.unpackedSize
            ? overLimit(
                'unpackRatio',
                limits.unpackRatio,
                Math.round(unpacked / fed),
                'Unpacked bytes for each compressed one',
                fed,
              )
            : overLimit('unpackedSize', limits.unpackedSize, unpacked, 'Unpacked size of this file', fed);
        if (room > 0 && keep(value.slice(0, room))) size += room;
        break;
      }
      if (!keep(value)) {
        problem = { kind: 'incomplete', text: 'There is no room for what this file unpacks to', at: fed, path: '' };
        break;
      }
      size += value.length;
    }
  } catch {
    const all = fed >= file.size();
    problem = all
      ? { kind: 'incomplete', text: 'The compressed file ends early or is broken near its end', at: fed, path: '' }
      : malformed('The compressed file is broken', fed);
  }
  stop = true;
  if (problem !== undefined) {
    // Both sides are let go; neither may be waited for, since a stream that has failed answers with its failure again.
    reader.cancel().catch(() => {});
    writer.abort().catch(() => {});
  } else await feeding;
  return problem === undefined ? { chunks, size } : { chunks, size, problem };
}
