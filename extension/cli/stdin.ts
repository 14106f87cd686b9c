/**
 * A capture from a pipe. A classic pcap goes through `pcap-parser` packet by packet, behind our limits; anything else (pcapng,
 * nanoseconds, gzip) is taken as it comes. Either way it becomes a capture with offsets, so that all that follows is the same.
 */
import { Readable } from 'node:stream';
import pcap, { type GlobalHeader, type PacketHeader } from 'pcap-parser';
import type { Limits } from '../../dissector/bytes/index.ts';
import { UnreadableCapture } from '../capture/failures.ts';
import { GrowingFile } from '../capture/growingfile.ts';

const BLOCK_SIZE = 1 << 18;
const classicMagics: readonly number[] = [0xa1b2c3d4, 0xd4c3b2a1];

/** A capture that comes through a pipe, as far as it has come. */
export class Incoming {
  readonly file: GrowingFile;
  #ended = false;
  #notice: string | undefined;
  #failure: Error | undefined;
  #size = 0;
  #heard: () => void = () => {};

  /** `name`: what the pipe is to a person. */
  constructor(stream: Readable, limits: Limits, name = 'Standard input') {
    const recording = new Recording(limits, name, () => this.#heard());
    this.file = recording.file;
    receive(stream, recording, limits)
      .then(
        (notice) => {
          this.#notice = notice;
        },
        (error: Error) => {
          this.#failure = error;
        },
      )
      .finally(() => {
        recording.flush();
        this.#ended = true;
        this.#heard();
      });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Why not everything was taken; known at the end. */
  get notice(): string | undefined {
    return this.#notice;
  }

  /** Comes true with further bytes, or at the end; false when `milliseconds` have passed without. Throws what the pipe fails with. */
  async more(milliseconds = Number.POSITIVE_INFINITY): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (!this.#ended && this.file.size() === this.#size)
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
        if (milliseconds !== Number.POSITIVE_INFINITY) timer = setTimeout(resolve, milliseconds);
      });
    clearTimeout(timer);
    if (this.#failure !== undefined) throw this.#failure;
    const isMore = this.#ended || this.file.size() > this.#size;
    this.#size = this.file.size();
    return isMore;
  }

  /** Comes at the end. Throws what the pipe fails with. */
  async end(): Promise<void> {
    while (!this.#ended) await this.more();
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** Takes all of a pipe; gives why not everything was taken. */
async function receive(stream: Readable, recording: Recording, limits: Limits): Promise<string | undefined> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 4) {
    const { done, value } = await chunks.next();
    if (done) break;
    head = Buffer.concat([head, Buffer.from(value)]);
  }
  const classic = head.length >= 4 && classicMagics.includes(head.readUInt32BE(0));
  const bytes = following(head, chunks);
  return classic ? packets(bytes, recording, limits) : whole(bytes, recording);
}

async function* following(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (;;) {
      const { done, value } = await rest.next();
      if (done) return;
      yield value;
    }
  } finally {
    // Whoever stops early lets go of the pipe, or the process would wait for its end.
    await rest.return?.();
  }
}

async function whole(bytes: AsyncGenerator<Buffer>, recording: Recording): Promise<string | undefined> {
  for await (const chunk of bytes) if (!recording.append(chunk)) return recording.full;
  return undefined;
}

function packets(bytes: AsyncGenerator<Buffer>, recording: Recording, limits: Limits): Promise<string | undefined> {
  // pcap-parser calls `new Buffer`, and the warning about that would stand between a person and the output.
  process.noDeprecation = true;
  const stream = Readable.from(bytes);
  const parser = pcap.parse(stream);
  return new Promise((resolve, reject) => {
    const stop = (notice: string | undefined): void => {
      parser.removeAllListeners();
      parser.on('error', () => {});
      stream.destroy();
      resolve(notice);
    };
    parser.on('globalHeader', (header) => recording.append(globalHeader(header)));
    parser.on('packetHeader', (header) => {
      const room = recording.append(recordHeader(header));
      // The parser would wait for all of it; our reader says what is wrong with such a record.
      if (header.capturedLength > limits.frameSize) stop(undefined);
      else if (!room) stop(recording.full);
    });
    parser.on('packetData', (data) => {
      if (!recording.append(data)) stop(recording.full);
    });
    parser.on('end', () => {
      // What the pipe broke off in: our reader tells it as a capture cut short.
      if (parser.buffer !== null) recording.append(parser.buffer);
      resolve(undefined);
    });
    parser.on('error', (error) => reject(new UnreadableCapture(`${error.message}.`)));
  });
}

/** Gathers bytes in blocks: a chunk a packet would cost more than the packet. What has come is told once a turn of the event loop. */
class Recording {
  readonly file = new GrowingFile();
  full: string;
  readonly #name: string;
  readonly #limits: Limits;
  readonly #told: () => void;
  /** What is left of the block, and how much of it is filled and not in the file yet. */
  #block = new Uint8Array(BLOCK_SIZE);
  #filled = 0;
  #size = 0;
  #waits = false;
  #hasRoom = true;

  constructor(limits: Limits, name: string, told: () => void) {
    this.#limits = limits;
    this.#name = name;
    this.#told = told;
    this.full = `${name} is over the limit unpackedSize of ${limits.unpackedSize} bytes; the rest is left out.`;
  }

  /** False when the limit is reached: these bytes are left out. */
  append(bytes: Uint8Array): boolean {
    if (!this.#hasRoom || this.#size + bytes.length > this.#limits.unpackedSize) return false;
    this.#size += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const count = Math.min(bytes.length - at, this.#block.length - this.#filled);
      this.#block.set(bytes.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled === this.#block.length) this.flush();
    }
    if (!this.#waits) {
      this.#waits = true;
      setImmediate(() => {
        this.#waits = false;
        this.flush();
        this.#told();
      });
    }
    return true;
  }

  /** Hands what is gathered to the file. */
  flush(): void {
    if (!this.file.append(this.#block.subarray(0, this.#filled))) {
      this.#hasRoom = false;
      this.full = `${this.#name} brings more than there is room for; the rest is left out.`;
    }
    this.#block = this.#filled === this.#block.length ? new Uint8Array(BLOCK_SIZE) : this.#block.subarray(this.#filled);
    this.#filled = 0;
  }
}

function globalHeader(header: GlobalHeader): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, header.majorVersion, true);
  view.setUint16(6, header.minorVersion, true);
  view.setInt32(8, header.gmtOffset, true);
  view.setUint32(12, header.timestampAccuracy, true);
  view.setUint32(16, header.snapshotLength, true);
  view.setUint32(20, header.linkLayerType, true);
  return bytes;
}

function recordHeader(header: PacketHeader): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.timestampSeconds, true);
  view.setUint32(4, header.timestampMicroseconds, true);
  view.setUint32(8, header.capturedLength, true);
  view.setUint32(12, header.originalLength, true);
  return bytes;
}
