/** Gunzip, in Node. In a browser gunzip.web.ts stands in its place. */
import { createGunzip } from 'node:zlib';
import type { Decompressor, DecompressorConstructor } from '../../dissector/capture/index.ts';

/** Bytes that come out at once: a hundred thousand small pieces take longer than what is in them. */
const PIECE_SIZE = 0x10_0000;

/** In larger pieces than its DecompressionStream has: several times as fast. */
class Gunzip implements Decompressor {
  readonly #stream = createGunzip({ chunkSize: PIECE_SIZE });
  readonly #pieces: Uint8Array[] = [];
  #failure: Error | undefined;
  #ended = false;
  #told: () => void = () => {};

  constructor() {
    // Pieces are taken as they come: what a stream holds back is lost when it fails.
    this.#stream.on('data', (piece: Uint8Array) => {
      this.#pieces.push(piece);
      this.#told();
    });
    this.#stream.on('end', () => this.#end());
    this.#stream.on('error', (error) => this.#end(error));
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

export const Decompress: DecompressorConstructor = Gunzip;
