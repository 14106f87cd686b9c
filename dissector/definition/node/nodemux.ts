import type { Encodable, FieldValues } from '../../codec/index.ts';
import type { Layer } from '../layer.ts';
import type { MuxOptions } from '../mux.ts';
import type { ReadMessage } from '../readmessage.ts';
import { type Hearing, NodeStage } from './nodestage.ts';

/** Where a frame stands in its stream. */
export interface FramePlace {
  /** It is the first that this side sends in the stream. */
  readonly isFirst: boolean;
  /** This side sends no bytes after it. */
  readonly isLast: boolean;
  /** This side opened the stream. */
  readonly isOwn: boolean;
}

/** How a node speaks through a multiplexer: what a conversation reads of it, and how frames are made. */
export interface NodeMuxOptions extends MuxOptions {
  /** The number of the stream that this side opens after so many others; `dialled`: it opened the link. */
  readonly number: (count: number, dialled: boolean) => Encodable;
  /** The values of a frame that carries bytes of a stream. */
  readonly frame: (stream: Encodable, data: Uint8Array, place: FramePlace) => FieldValues;
  /** The values of frames that a node sends back at once for one that came. */
  readonly replies?: (frame: ReadMessage) => readonly FieldValues[];
  /** Whether the other side sends no bytes in the stream after a frame: a node then ends its own side, too. */
  readonly ends?: (frame: ReadMessage) => boolean;
  /** Whether a frame resets its stream: it is over at once, for both sides. */
  readonly resets?: (frame: ReadMessage) => boolean;
}

/** A stream of a multiplexer. */
export interface NodeStream {
  readonly stage: NodeStage;
  readonly isOwn: boolean;
  /** The frame that tells the other side that no more bytes come; undefined where it was told. */
  last(): FieldValues | undefined;
}

/** The streams of a multiplexer, as a node has them. Limit `sessions` for those that are open at once. */
export class NodeMux {
  readonly #outer: NodeStage;
  readonly #layer: Layer;
  readonly #options: NodeMuxOptions;
  readonly #hearing: Hearing;
  readonly #streams = new Map<unknown, NodeStream>();
  #opened = 0;

  /** `came`: the other side opened a stream. `reply`: sends a frame back. */
  constructor(
    outer: NodeStage,
    layer: Layer,
    options: NodeMuxOptions,
    hearing: Hearing,
    on: { came(stream: NodeStream): void; reply(values: FieldValues): void },
  ) {
    this.#outer = outer;
    this.#layer = layer;
    this.#options = options;
    this.#hearing = hearing;
    const { stream: numberOf, opens = () => true, replies, ends, resets, data } = options;
    outer.pump(layer, (frame) => {
      for (const values of replies?.(frame) ?? []) on.reply(values);
      const number = numberOf(frame) as Encodable;
      let stream = this.#streams.get(number);
      if (stream === undefined && opens(frame)) {
        stream = this.#add(number, false);
        if (stream !== undefined) on.came(stream);
      }
      const [start, end] = frame.$.ranges.get(data) ?? [0, 0];
      if (end > start) stream?.stage.feed(frame.$.bytes.slice(start, end));
      const isReset = resets?.(frame) === true;
      if (!isReset && ends?.(frame) !== true) return;
      const last = isReset ? undefined : stream?.last();
      if (last !== undefined) on.reply(last);
      this.#streams.delete(number);
    });
  }

  /** Throws an Error where too many are open. */
  open(dialled: boolean): NodeStream {
    const stream = this.#add(this.#options.number(this.#opened++, dialled), true);
    if (stream === undefined) throw new Error(`${this.#hearing.limits.sessions} streams are open (limit sessions).`);
    return stream;
  }

  #add(number: Encodable, isOwn: boolean): NodeStream | undefined {
    if (this.#streams.size >= this.#hearing.limits.sessions) return undefined;
    let isFirst = true;
    const frame = (data: Uint8Array, isLast: boolean): FieldValues => {
      const values = this.#options.frame(number, data, { isFirst, isLast, isOwn });
      isFirst = false;
      return values;
    };
    const stage = new NodeStage(this.#hearing, (bytes, spoiling) =>
      this.#outer.write(this.#layer.encode(frame(bytes, false)), spoiling),
    );
    let hasEnded = false;
    const last = (): FieldValues | undefined => {
      if (hasEnded) return undefined;
      hasEnded = true;
      return frame(new Uint8Array(0), true);
    };
    const stream = { stage, isOwn, last };
    this.#streams.set(number, stream);
    return stream;
  }
}
