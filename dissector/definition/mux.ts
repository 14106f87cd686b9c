import type { Direction } from '../protocol/index.ts';
import type { Layer } from './layer.ts';
import { piecesOf, type ReadMessage } from './readmessage.ts';
import { type Reading, run, Stage } from './stage.ts';

/** How a multiplexer keeps its streams apart. */
export interface MuxOptions {
  /** The number of the stream that a frame belongs to. */
  readonly stream: (frame: ReadMessage) => unknown;
  /** Whether a frame opens its stream; where left out, the first frame of a stream does. */
  readonly opens?: (frame: ReadMessage) => boolean;
  /** Name of the field that holds bytes of the stream. */
  readonly data: string;
}

/**
 * Reads frames of a multiplexer from here on. Each stream is a stage of its own, read by the conversation that `follow` gives; its
 * messages are layers of the frames that complete them. Limit `sessions` for the streams of all conversations.
 */
export function mux(
  stage: Stage,
  layer: Layer,
  { stream: keyOf, opens = () => true, data }: MuxOptions,
  follow: (inner: Stage, first: ReadMessage) => Reading,
): void {
  const streams = new Map<unknown, Stage>();
  const open = (key: unknown, first: ReadMessage): Stage | undefined => {
    if (!opens(first) || !stage.sink.mayFollow()) return undefined;
    const inner = new Stage(stage.sink);
    streams.set(key, inner);
    run(follow(inner, first), () => inner.settle());
    return inner;
  };
  stage.pump((direction: Direction) => {
    for (;;) {
      const frame = stage.take(direction, layer);
      if (frame === undefined) return;
      const key = keyOf(frame);
      const inner = streams.get(key) ?? open(key, frame);
      const range = frame.$.ranges.get(data);
      const facts = stage.sink.facts(frame.$.row);
      if (facts?.layer === layer) facts.data = data;
      if (inner === undefined || range === undefined || range[0] === range[1]) continue;
      inner.feed(direction, frame.$.bytes.subarray(...range), piecesOf(frame.$, data), frame.$.row);
    }
  });
}
