import type { Limits } from '../../bytes/index.ts';
import type { Corruption, Direction } from '../../protocol/index.ts';
import type { Layer } from '../layer.ts';
import type { ReadMessage, TakenMessage } from '../readmessage.ts';
import { Stage, type StageSink } from '../stage.ts';

/** The direction of what comes in: a node reads nothing else. */
const THEIRS: Direction = 1;

/** Who is told what a node reads on one link. */
export interface Hearing {
  readonly limits: Limits;
  /** Bytes that wait in all stages of the node. */
  held: number;
  /** What came in cannot be read. */
  broken(text: string): void;
  /** A message came. */
  passed(message: string, isOwn: boolean): void;
  /** Bytes came that nobody reads. */
  unread(length: number): void;
}

class NodeSink implements StageSink {
  readonly #hearing: Hearing;

  constructor(hearing: Hearing) {
    this.#hearing = hearing;
  }

  get limits(): Limits {
    return this.#hearing.limits;
  }

  get held(): number {
    return this.#hearing.held;
  }

  set held(bytes: number) {
    this.#hearing.held = bytes;
  }

  add(direction: Direction, layer: Layer, { values, bytes, pieces, ranges }: TakenMessage): ReadMessage {
    this.#hearing.passed(layer.nameOf(values), false);
    const facts: ReadMessage['$'] = { direction, frame: 0, row: 0, bytes, pieces, ranges, shown: { layer } };
    return Object.assign(values, { $: facts }) as unknown as ReadMessage;
  }

  addBroken(_: Direction, layer: Layer | undefined, __: unknown, ___: string, text: string): void {
    this.#hearing.broken(`${layer?.title ?? 'A message'} cannot be read: ${text}.`);
  }

  addBytes(_: Direction, { pieces }: Pick<TakenMessage, 'pieces'>): void {
    this.#hearing.unread(pieces.reduce((sum, { length }) => sum + length, 0));
  }
}

/** Bytes on their way out: what each stage around makes of them, down to those of the wire. */
export type Write = (bytes: Uint8Array, spoiling: Corruption) => Uint8Array;

/** A conversation of a node, or a stream inside of it: what comes in is read here, and `write` wraps what goes out. */
export class NodeStage {
  readonly #stage: Stage<NodeSink>;
  readonly write: Write;

  constructor(hearing: Hearing, write: Write) {
    this.#stage = new Stage(new NodeSink(hearing));
    this.write = write;
  }

  /** More bytes of the other side. Limits `pendingStream` and `allPending`. */
  feed(bytes: Uint8Array): void {
    this.#stage.feed(THEIRS, bytes, [{ frame: 0, offset: 0, length: bytes.length }]);
  }

  /** The next message of the other side. */
  await(layer: Layer, resume: (message: ReadMessage) => void): void {
    this.#stage.await({ stage: this.#stage, layer, direction: THEIRS }, resume);
  }

  /** From here on `each` is called with every message. */
  pump(layer: Layer, each: (message: ReadMessage) => void): void {
    this.#stage.pump((direction) => {
      for (let next = this.#stage.take(direction, layer); next !== undefined; next = this.#stage.take(direction, layer))
        each(next);
    });
  }

  /** Nobody is going to read. */
  settle(): void {
    this.#stage.settle();
  }
}
