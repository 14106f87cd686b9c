import type { Check, Value } from '../bytes/index.ts';
import type { Direction, KeyRing, Rule } from '../protocol/index.ts';
import type { Layer } from './layer.ts';
import { type MuxOptions, mux } from './mux.ts';
import { type NoiseOptions, NoiseReader } from './noise.ts';
import type { ReadMessage } from './readmessage.ts';
import type { Reading, Stage } from './stage.ts';

/** What a conversation and all that is inside of it have together. */
export interface Shared {
  readonly ring: KeyRing;
  readonly stages: Stage[];
}

/** A conversation, or a stream inside of one, in the hands of its author. Methods that read are called with `yield*`. */
export class Talk {
  readonly #stage: Stage;
  readonly #shared: Shared;

  constructor(stage: Stage, shared: Shared) {
    this.#stage = stage;
    this.#shared = shared;
    shared.stages.push(stage);
  }

  /** The next message: of one direction, or of whichever sends it first. Throws a TypeError for a layer that is no struct. */
  *read(layer: Layer, direction?: Direction): Reading<ReadMessage> {
    if (!layer.isDelimited) throw new TypeError(`The layer ${layer.id} is no struct: nothing tells where its messages end.`);
    return yield { stage: this.#stage, layer, direction };
  }

  /** The next message of each side, in whatever order they come; by direction. */
  *pair(layer: Layer): Reading<readonly [ReadMessage, ReadMessage]> {
    const first = yield* this.read(layer);
    const second = yield* this.read(layer, first.$.direction === 0 ? 1 : 0);
    return first.$.direction === 0 ? [first, second] : [second, first];
  }

  /** Reads a Noise handshake; `inner` is the conversation that its transport messages hold. Without its keys that never begins. */
  *noise(
    layer: Layer & { readonly field: string },
    name: string,
    options: NoiseOptions,
  ): Reading<{
    readonly inner: Talk;
    readonly payloads: readonly [ReadMessage | undefined, ReadMessage | undefined];
    readonly statics: readonly [Uint8Array | undefined, Uint8Array | undefined];
  }> {
    const { inner, ...rest } = yield* new NoiseReader(this.#stage, layer, name, options, this.#shared.ring).read();
    return { ...rest, inner: new Talk(inner, this.#shared) };
  }

  /** From here on frames of a multiplexer, each stream read by `follow`. The conversation goes on behind it without waiting. */
  mux(layer: Layer, options: MuxOptions, follow: (stream: Talk, first: ReadMessage) => Reading): void {
    mux(this.#stage, layer, options, (stage, first) => follow(new Talk(stage, this.#shared), first));
  }

  /** A breach of a rule by a message. */
  find(rule: Rule, { $ }: ReadMessage, text: string, others: readonly ReadMessage[] = []): void {
    const frames = others.map((each) => each.$.frame);
    this.#stage.sink.find(rule, $.row, text, frames);
  }

  /** The verdict on a field of a message: a signature, a checksum. */
  check({ $ }: ReadMessage, field: string, check: Check): void {
    $.shown.checks ??= new Map();
    $.shown.checks.set(field, check);
  }

  /** A value that is computed for a message, one of the `treeFields` of its layer. */
  note({ $ }: ReadMessage, name: string, value: Value): void {
    $.shown.notes ??= new Map();
    $.shown.notes.set(name, value);
  }
}
