import type { Field } from '../bytes/index.ts';
import { PacketView, parsePacket } from '../link/index.ts';
import type { Analysis, MessageInfo } from '../session/index.ts';

/** One row of the packet list as a filter sees it. What costs is made when a condition asks for it, and once. */
export class FilterRow {
  readonly analysis: Analysis;
  /** 1-based. */
  frame = 0;
  n = -1;
  #info: MessageInfo | undefined;
  #own: Field | undefined;
  #lower: readonly Field[] | undefined;
  readonly #view = new PacketView();
  #bytes: Uint8Array | undefined;

  constructor(analysis: Analysis) {
    this.analysis = analysis;
  }

  /** Goes to a frame (1-based) and its message, or -1. */
  at(frame: number, n: number): this {
    this.frame = frame;
    this.n = n;
    this.#info = undefined;
    this.#own = undefined;
    this.#lower = undefined;
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
      const { reader } = this.analysis;
      this.#bytes = reader.frameBytes(this.frame - 1);
      parsePacket(
        this.#bytes,
        reader.frames.linkType(this.frame - 1),
        this.#view,
        undefined,
        reader.frames.original(this.frame - 1),
      );
    }
    return this.#view;
  }

  /** The frame's captured bytes; valid until the next row. */
  get bytes(): Uint8Array {
    this.#bytes ?? this.view;
    return this.#bytes!;
  }

  /** The layer of the message's own protocol: a tree is made for this. Undefined where the row is no message. */
  get own(): Field | undefined {
    const { info } = this;
    if (info === undefined) return undefined;
    this.#own ??= this.analysis.dissectAlone(info).layer;
    return this.#own;
  }

  /** The layers below a protocol, of the frame alone. */
  get lower(): readonly Field[] {
    this.#lower ??= this.analysis.frameTree(this.frame - 1).layers;
    return this.#lower;
  }
}
