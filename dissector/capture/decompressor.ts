import type { CaptureFile } from './file.ts';

/** What this room needs of the platform's DecompressionStream (WHATWG Compression), which is injected. */
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

/** Thrown by a stream that is not broken: what stands in the way, a sentence without its full stop. */
export class UnpackRefusal extends Error {}

/** What the platform unpacks: gzip (RFC 1952) everywhere, Zstandard (RFC 8878) where it has it. */
export interface Decompressors {
  /** Lets others go on for a moment: what is unpacked here would never wait by itself. */
  turn(): Promise<void>;
  readonly gzip: new () => Decompressor;
  readonly Zstandard?: new () => Decompressor;
}

const pieceSize = 0x1_0000;

/** What a decompressor of the platform makes of a file. */
export class DecompressedPieces {
  fed = 0;
  readonly #file: CaptureFile;
  readonly #writer: ReturnType<Decompressor['writable']['getWriter']>;
  readonly #reader: ReturnType<Decompressor['readable']['getReader']>;
  readonly #feeding: Promise<void>;
  #ended = false;

  constructor(file: CaptureFile, Decompress: new () => Decompressor) {
    const stream = new Decompress();
    this.#file = file;
    this.#writer = stream.writable.getWriter();
    this.#reader = stream.readable.getReader();
    this.#feeding = this.#feed();
  }

  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done || value === undefined) break;
      if (value.length > 0) return value;
    }
    await this.#feeding;
    return undefined;
  }

  end(): void {
    this.#ended = true;
    // Both sides are let go; neither may be waited for, since a stream that has failed answers with its failure again.
    this.#reader.cancel().catch(() => {});
    this.#writer.abort().catch(() => {});
  }

  async #feed(): Promise<void> {
    try {
      while (!this.#ended) {
        const piece = new Uint8Array(pieceSize);
        const had = this.#file.read(this.fed, piece);
        if (had === 0) break;
        this.fed += had;
        await this.#writer.write(piece.subarray(0, had));
      }
      if (!this.#ended) await this.#writer.close();
    } catch {
      // The same error comes out of the reading side, where it is reported.
    }
  }
}
