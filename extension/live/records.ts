/**
 * A classic pcap as it comes from a program, cut into whole records. Files take whole records alone, so that each of them can be read at any
 * moment, whatever becomes of the program.
 */
import type { Limits } from '../../dissector/bytes/index.ts';
import { LiveRefusal } from './refusal.ts';

const HEAD_BYTES = 24;
const RECORD_HEAD_BYTES = 16;
/** Microseconds and nanoseconds, in either byte order. */
const magics: ReadonlyMap<number, boolean> = new Map([
  [0xd4c3b2a1, true],
  [0x4d3cb2a1, true],
  [0xa1b2c3d4, false],
  [0xa1b23c4d, false],
]);

export interface Records {
  /** The head of the file, once: 24 bytes. */
  readonly head: Uint8Array | undefined;
  /** Whole records, one after the other. */
  readonly records: readonly Uint8Array[];
}

export class RecordCutter {
  readonly #frameSize: number;
  #rest: Buffer = Buffer.alloc(0);
  #isLittle: boolean | undefined;

  constructor({ frameSize }: Pick<Limits, 'frameSize'>) {
    this.#frameSize = frameSize;
  }

  /** Bytes of a record that has not come whole. */
  get pending(): number {
    return this.#rest.length;
  }

  /** What has become whole by these bytes. Throws a LiveRefusal where they are no pcap, or a record is over the limit frameSize. */
  take(bytes: Uint8Array): Records {
    const all = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    let head: Uint8Array | undefined;
    if (this.#isLittle === undefined) {
      if (all.length < HEAD_BYTES) return this.#keep(all, undefined, []);
      this.#isLittle = magics.get(all.readUInt32BE(0));
      if (this.#isLittle === undefined) throw new LiveRefusal('other', 'What the program writes is no pcap capture.');
      head = all.subarray(0, HEAD_BYTES);
      at = HEAD_BYTES;
    }
    const records: Uint8Array[] = [];
    while (all.length - at >= RECORD_HEAD_BYTES) {
      const length = this.#isLittle ? all.readUInt32LE(at + 8) : all.readUInt32BE(at + 8);
      if (length > this.#frameSize)
        throw new LiveRefusal('other', `The program writes a packet over the limit frameSize of ${this.#frameSize} bytes.`);
      const end = at + RECORD_HEAD_BYTES + length;
      if (end > all.length) break;
      records.push(all.subarray(at, end));
      at = end;
    }
    return this.#keep(all.subarray(at), head, records);
  }

  #keep(rest: Uint8Array, head: Uint8Array | undefined, records: readonly Uint8Array[]): Records {
    // A copy: what it was cut from may be large, and is let go of.
    this.#rest = Buffer.from(rest);
    return { head, records };
  }
}
