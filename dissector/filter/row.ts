import type { Analysis, MessageInfo } from '../analysis/index.ts';
import { defaultLimits, type Field } from '../bytes/index.ts';
import { PacketView, packetViews, parsePacket } from '../link/index.ts';
import { retransmissionsOf } from './retransmissions.ts';

/** One row of the packet list as a filter sees it. What costs is made when a condition asks for it, and once. */
export class FilterRow {
  readonly analysis: Analysis;
  /** 1-based. */
  frame = 0;
  n = -1;
  #info: MessageInfo | undefined;
  #own: Field | undefined;
  #layers: readonly Field[] | undefined;
  #lower: readonly Field[] | undefined;
  readonly #view = new PacketView();
  #views: readonly PacketView[] | undefined;
  #bytes: Uint8Array | undefined;

  constructor(analysis: Analysis) {
    this.analysis = analysis;
  }

  /** Goes to a frame (1-based) and its message, or -1. */
  at(frame: number, n: number): this {
    this.frame = frame;
    this.n = n;
    this.#info = undefined;
    this.#own = this.#layers = undefined;
    this.#lower = undefined;
    this.#views = undefined;
    this.#bytes = undefined;
    return this;
  }

  get info(): MessageInfo | undefined {
    if (this.n < 0) return undefined;
    this.#info ??= this.analysis.message(this.n);
    return this.#info;
  }

  /** The frame's headers, read without a tree: what most filters ask for costs a hundredth of one. Offsets are in `bytes`. */
  get view(): PacketView {
    if (this.#bytes === undefined) {
      this.#bytes = this.analysis.reader.frameBytes(this.frame - 1);
      this.#parse(this.#bytes, this.frame - 1);
    }
    return this.#view;
  }

  #parse(bytes: Uint8Array, index: number): void {
    const { frames } = this.analysis.reader;
    parsePacket(bytes, frames.linkType(index), this.#view, undefined, frames.original(index));
  }

  /** Whether the frame brings nothing that an earlier one of its TCP stream did not bring. */
  get isRetransmission(): boolean {
    const found = retransmissionsOf(this.analysis);
    while (found.length < this.frame) {
      const index = found.length;
      this.#parse(this.analysis.reader.frameBytes(index), index);
      const place = this.analysis.conversationOf(index + 1);
      found.add(this.#view, place === undefined ? undefined : place.conversation * 2 + place.direction);
      this.#own = this.#layers = undefined;
      this.#overwritten();
    }
    return found.has(this.frame);
  }

  /** The headers of every packet of the frame: of one in a tunnel those of the tunnel come first. */
  get views(): readonly PacketView[] {
    const { view } = this;
    const { frames } = this.analysis.reader;
    this.#views ??=
      view.depth === 0
        ? [view]
        : packetViews(this.bytes, frames.linkType(this.frame - 1), defaultLimits, frames.original(this.frame - 1));
    return this.#views;
  }

  /** The frame's captured bytes; valid until the next row, or until a message of several frames is read. */
  get bytes(): Uint8Array {
    if (this.#bytes === undefined) this.view;
    return this.#bytes!;
  }

  /** The layer of the message's own protocol: a tree is made for this. Undefined where the row is no message. */
  get own(): Field | undefined {
    const { info } = this;
    if (info === undefined) return undefined;
    if (this.#own === undefined) {
      this.#own = this.analysis.dissectAlone(info).layer;
      this.#overwritten();
    }
    return this.#own;
  }

  /** The layers of the message, those that it stands in and those that it carries among them. */
  get layers(): readonly Field[] {
    const { info } = this;
    if (info === undefined) return [];
    if (this.#layers === undefined) {
      this.#layers = this.analysis.layersAlone(info);
      this.#overwritten();
    }
    return this.#layers;
  }

  /** The bytes of the message: the frame's payload, or what was put together of several. Undefined where the row is no message. */
  get messageBytes(): Uint8Array | undefined {
    const { info } = this;
    if (info === undefined) return undefined;
    const bytes = this.analysis.messageBytes(info);
    this.#overwritten();
    return bytes;
  }

  /** Other frames were read, the pieces of a message say: the reader has put them where this frame's bytes were. */
  #overwritten(): void {
    this.#bytes = this.#views = undefined;
  }

  /** The layers below a protocol, of the frame alone. */
  get lower(): readonly Field[] {
    this.#lower ??= this.analysis.frameTree(this.frame - 1).layers;
    return this.#lower;
  }
}
