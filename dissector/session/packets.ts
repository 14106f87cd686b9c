import type { Limits } from '../bytes/index.ts';
import type { CaptureReader } from '../capture/index.ts';
import { type Datagram, FragmentTable, PacketView, parsePacket, parseReassembled } from '../link/index.ts';

const none = new Uint8Array(0);

/**
 * Reads the frames of a capture as packets, fragments put together. What it holds is of the packet read last, since an object for
 * each would cost more than its reading.
 */
export class Packets {
  readonly view = new PacketView();
  /** The frame's bytes, in which the addresses lie. */
  frame: Uint8Array = none;
  /** The bytes in which the payload lies, where `view` points: the frame's, or those of a datagram put together. */
  carrier: Uint8Array = none;
  /** The datagram, where fragments made one. */
  datagram: Datagram | undefined;
  readonly #reader: CaptureReader;
  readonly #limits: Limits;
  #fragments: FragmentTable;

  constructor(reader: CaptureReader, limits: Limits) {
    this.#reader = reader;
    this.#limits = limits;
    this.#fragments = new FragmentTable(limits);
  }

  startOver(): void {
    this.#fragments = new FragmentTable(this.#limits);
  }

  /** Reads the packet of a frame (0-based); false for a fragment that completes none. */
  read(index: number): boolean {
    const { view } = this;
    const { frames } = this.#reader;
    const frame = this.#reader.frameBytes(index);
    parsePacket(frame, frames.linkType(index), view, this.#limits, frames.original(index));
    this.frame = this.carrier = frame;
    this.datagram = undefined;
    if (!view.isFragment) return true;
    const { datagram } = this.#fragments.add(frame, view, index + 1, frames.seconds(index));
    if (datagram !== undefined) this.#reassembled(datagram);
    return datagram !== undefined;
  }

  /** Reads the packet of a frame (0-based) that completed a datagram once more: its fragments are gone from the table by now. */
  readAgain(index: number, datagram: Datagram): void {
    const { frames } = this.#reader;
    const frame = this.#reader.frameBytes(index);
    parsePacket(frame, frames.linkType(index), this.view, this.#limits, frames.original(index));
    this.frame = frame;
    this.#reassembled(datagram);
  }

  #reassembled(datagram: Datagram): void {
    this.datagram = datagram;
    parseReassembled(datagram, this.view, this.#limits);
    this.carrier = datagram.bytes;
  }
}
