/** What Node unpacks. In a browser decompressors.web.ts stands in its place. */
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { type Decompressor, type Decompressors, UnpackRefusal } from '../../dissector/capture/index.ts';

/** Bytes that come out at once: a hundred thousand small pieces take longer than what is in them. */
const PIECE_SIZE = 0x10_0000;

/** In larger pieces than Node's DecompressionStream has: several times as fast. */
class OfStream implements Decompressor {
  readonly #stream: Transform;
  readonly #pieces: Uint8Array[] = [];
  #failure: Error | undefined;
  #ended = false;
  #told: () => void = () => {};

  constructor(stream: Transform) {
    this.#stream = stream;
    // Pieces are taken as they come: what a stream holds back is lost when it fails.
    stream.on('data', (piece: Uint8Array) => {
      this.#pieces.push(piece);
      this.#told();
    });
    stream.on('end', () => this.#end());
    stream.on('error', (error) => this.#end(refusalOf(error) ?? error));
  }

  readonly writable = {
    getWriter: () => ({
      write: (chunk: Uint8Array) => this.#write(chunk),
      close: async () => void this.#stream.end(),
      abort: async () => void this.#stream.destroy(),
    }),
  };

  readonly readable = {
    getReader: () => ({
      read: async () => {
        while (this.#pieces.length === 0 && !this.#ended) await new Promise<void>((told) => (this.#told = told));
        const value = this.#pieces.shift();
        if (value === undefined && this.#failure !== undefined) throw this.#failure;
        return { done: value === undefined, value };
      },
      cancel: async () => void this.#stream.destroy(),
    }),
  };

  /** Comes back once all of the chunk is unpacked. */
  #write(chunk: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
  }

  #end(failure?: Error): void {
    this.#failure = failure;
    this.#ended = true;
    this.#told();
  }
}

/** A window of Zstandard may be larger than what Node gives it memory for. */
function refusalOf(error: NodeJS.ErrnoException): UnpackRefusal | undefined {
  if (error.code !== 'ZSTD_error_frameParameter_windowTooLarge') return undefined;
  return new UnpackRefusal('The file is compressed with a window of more than 128 MiB. Unpack it first: zstd -d --long=31');
}

function decompressor(stream: (options: { readonly chunkSize: number }) => Transform): new () => Decompressor {
  return class extends OfStream {
    constructor() {
      super(stream({ chunkSize: PIECE_SIZE }));
    }
  };
}

/** Since Node 22.15; the types here are of the oldest Node that is supported. */
const { createZstdDecompress } = zlib as { readonly createZstdDecompress?: typeof zlib.createGunzip };

export const decompressors: Decompressors = {
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  gzip: decompressor(zlib.createGunzip),
  ...(createZstdDecompress === undefined ? {} : { Zstandard: decompressor(createZstdDecompress) }),
};
