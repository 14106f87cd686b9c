import type { Limits } from '../bytes/index.ts';
import type { CaptureReader } from '../capture/index.ts';
import { type Datagram, FragmentTable, PacketView, parsePacket, parseReassembled } from '../link/index.ts';

/** One packet as a whole: where `view` points for its payload, and the fragments it was put together from. */
export interface Packet {
  /** The frame's bytes, in which the addresses lie. */
  readonly frame: Uint8Array;
  /** The bytes in which the payload lies: the frame's, or those of a datagram put together. */
  readonly carrier: Uint8Array;
  readonly datagram: Datagram | undefined;
}

/** Reads the frames of a capture as packets, fragments put together. `view` is that of the packet read last. */
export class Packets {
  readonly view = new PacketView();
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

  /** The packet of a frame (0-based); `waiting` for a fragment that completes none. */
  read(index: number): Packet | 'waiting' {
    const { view } = this;
    const { frames } = this.#reader;
    const frame = this.#reader.frameBytes(index);
    parsePacket(frame, frames.linkType(index), view, this.#limits, frames.original(index));
    if (!view.isFragment) return { frame, carrier: frame, datagram: undefined };
    const { datagram } = this.#fragments.add(frame, view, index + 1, frames.seconds(index));
    if (datagram === undefined) return 'waiting';
    parseReassembled(datagram.bytes, view);
    return { frame, carrier: datagram.bytes, datagram };
  }

  /**
   * The datagram that the fragment `last` completes, once more: its fragments are gone from the table by now, so those
   * before it that `isPart` names are read again.
   */
  readAgain(last: number, isPart: (index: number) => boolean): Packet | 'waiting' {
    const table = this.#fragments;
    this.#fragments = new FragmentTable(this.#limits);
    for (let index = Math.max(0, last - this.#limits.fragments); index < last; index++) if (isPart(index)) this.read(index);
    const packet = this.read(last);
    this.#fragments = table;
    return packet;
  }
}
