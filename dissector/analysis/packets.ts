import type { Limits } from '../bytes/index.ts';
import type { CaptureReader } from '../capture/index.ts';
import { CopyTable, type Datagram, FragmentTable, linkType, PacketView, parsePacket, parseReassembled } from '../link/index.ts';

const none = new Uint8Array(0);

/**
 * Reads the frames of a capture as packets, fragments put together. What it holds is of the packet read last, since an object for
 * each would cost more than its reading.
 */
export class Packets {
  readonly view = new PacketView();
  /** The bytes in which the addresses lie: the frame's, or those of a datagram put together that is a tunnel. */
  frame: Uint8Array = none;
  /** The bytes in which the payload lies, where `view` points: the frame's, or those of a datagram put together. */
  carrier: Uint8Array = none;
  /** The datagram, where fragments made one. */
  datagram: Datagram | undefined;
  /** Packets that were captured twice: they are found when a frame is read first, and kept. */
  readonly copies = new CopyTable();
  readonly #other = new PacketView();
  /** Of the frame, in seconds since 1970; NaN where it has none. */
  time = Number.NaN;
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

  /**
   * Reads the packet of a frame (0-based); false for a fragment that completes none and, where it is read for the first time, for a
   * copy of one before it.
   */
  read(index: number, isFirst = false): boolean {
    const { view } = this;
    const { frames } = this.#reader;
    const frame = this.#reader.frameBytes(index);
    parsePacket(frame, frames.linkType(index), view, this.#limits, frames.original(index));
    this.frame = this.carrier = frame;
    this.datagram = undefined;
    this.time = frames.seconds(index) + frames.nanos(index) / 1e9;
    if (frames.linkType(index) === linkType.user0) view.inbound = this.#reader.facts(index).direction === 'inbound';
    if (isFirst && this.#isCopy(index)) return false;
    if (!view.isFragment) return true;
    // Looking for copies may have read other frames: the bytes of this one lie elsewhere then.
    const { datagram } = this.#fragments.add(this.frame, view, index + 1, frames.seconds(index));
    if (datagram !== undefined) this.#reassembled(datagram);
    return datagram !== undefined;
  }

  #isCopy(index: number): boolean {
    const { frames, clock = frames } = this.#reader;
    const sighting = (at: number) => ({
      frame: this.#reader.frameBytes(at),
      seconds: clock.seconds(at),
      nanos: clock.nanos(at),
      captureInterface: frames.interfaceIndex(at),
      file: this.#reader.origin?.(at).file,
    });
    const isCopy = this.copies.find(index, this.view, sighting(index), (before) => {
      const other = sighting(before);
      parsePacket(other.frame, frames.linkType(before), this.#other, this.#limits, frames.original(before));
      return { ...other, start: this.#other.networkStart };
    });
    this.frame = this.carrier = this.#reader.frameBytes(index);
    return isCopy;
  }

  /** Reads the packet of a frame (0-based) that completed a datagram once more: its fragments are gone from the table by now. */
  readAgain(index: number, datagram: Datagram): void {
    const { frames } = this.#reader;
    const frame = this.#reader.frameBytes(index);
    parsePacket(frame, frames.linkType(index), this.view, this.#limits, frames.original(index));
    this.frame = frame;
    this.time = frames.seconds(index) + frames.nanos(index) / 1e9;
    this.#reassembled(datagram);
  }

  #reassembled(datagram: Datagram): void {
    this.datagram = datagram;
    const { depth } = this.view;
    parseReassembled(datagram, this.view, this.#limits);
    this.carrier = datagram.bytes;
    if (this.view.depth > depth) this.frame = datagram.bytes;
  }
}
