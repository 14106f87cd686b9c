import type { Piece } from '../bytes/index.ts';
import type { Direction } from '../protocol/index.ts';
import { readWhole } from './content.ts';
import type { Layer } from './layer.ts';
import type { ReadMessage, TakenMessage } from './readmessage.ts';
import type { MessageSink } from './sink.ts';
import type { Place, ReadRequest } from './stage.ts';

export interface Datagram {
  readonly direction: Direction;
  readonly bytes: Uint8Array;
  readonly pieces: readonly Piece[];
  /** Bytes of it that were not captured. */
  readonly cut: number;
}

/** Bytes of memory that a datagram takes beside its own, roughly. */
const COST = 200;

/**
 * The datagrams of a conversation and whoever reads them. Each is one message: one that is none is told of, and the next is read all the
 * same.
 */
export class DatagramStage implements Place {
  readonly sink: MessageSink;
  #waiting: { readonly request: ReadRequest; readonly resume: (message: ReadMessage) => void } | undefined;
  /** By direction, those that nobody has read yet: of the side that is not listened to. */
  readonly #queues = [new Queue(), new Queue()] as const;
  /** As it is counted for all stages. */
  #held = 0;
  #came = 0;
  #isSettled = false;
  #isAdvancing = false;

  constructor(sink: MessageSink) {
    this.sink = sink;
  }

  /** A datagram has come. Limits `pendingStream` and, for all conversations, `allPending`. */
  take(datagram: Datagram): void {
    this.#queues[datagram.direction].push({ ...datagram, bytes: datagram.bytes.slice() }, this.#came++);
    this.#advance();
    this.#count();
    const { pendingStream, allPending } = this.sink.limits;
    if (this.#held > pendingStream || (this.#held > 0 && this.sink.held > allPending)) {
      const limit = this.#held > pendingStream ? 'pendingStream' : 'allPending';
      this.#showAll(`datagrams that nothing has read are over the limit ${limit}`);
    }
  }

  await(request: ReadRequest, resume: (message: ReadMessage) => void): void {
    this.#waiting = { request, resume };
    this.#advance();
  }

  settle(): void {
    this.#isSettled = true;
    this.#showAll();
  }

  /** The capture has ended: nobody is going to read what is left. */
  end(): void {
    this.#showAll();
  }

  /** A loop and no recursion: whoever is resumed waits again at once. */
  #advance(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    for (;;) {
      const datagram = this.#waiting === undefined ? undefined : this.#next(this.#waiting.request.direction);
      if (datagram === undefined) break;
      this.#read(datagram);
    }
    this.#isAdvancing = false;
    if (this.#isSettled) this.#showAll();
  }

  #read({ direction, bytes, pieces, cut }: Datagram): void {
    const { request, resume } = this.#waiting!;
    const { layer } = request;
    const { taken, problem } = readWhole(layer, bytes, this.sink.limits, { pieces });
    if (problem === undefined && cut === 0) {
      this.#waiting = undefined;
      resume(this.sink.add(direction, layer, taken));
      return;
    }
    const isCut = cut > 0 && problem?.kind !== 'malformed';
    const state = isCut ? 'incomplete' : (problem?.kind ?? 'malformed');
    this.sink.addBroken(direction, layer, taken, state, isCut ? '' : (problem?.text ?? ''), nameOf(taken, layer));
  }

  /** The oldest of one direction, or of both. */
  #next(wanted: Direction | undefined): Datagram | undefined {
    const [first, second] = this.#queues;
    const queue = wanted === undefined ? (first.came <= second.came ? first : second) : this.#queues[wanted];
    return queue.take();
  }

  #showAll(why?: string): void {
    let untold = why;
    for (let next = this.#next(undefined); next !== undefined; next = this.#next(undefined)) {
      this.sink.addBytes(next.direction, { pieces: next.pieces, carrier: undefined }, untold);
      untold = undefined;
    }
    this.#count();
  }

  #count(): void {
    const held = this.#queues[0].held + this.#queues[1].held;
    this.sink.held += held - this.#held;
    this.#held = held;
  }
}

/** Datagrams that wait, with when each came. */
class Queue {
  #waiting: { readonly datagram: Datagram; readonly came: number }[] = [];
  #head = 0;
  /** Bytes of memory, roughly. */
  held = 0;

  /** When the oldest came. */
  get came(): number {
    return this.#waiting[this.#head]?.came ?? Number.POSITIVE_INFINITY;
  }

  push(datagram: Datagram, came: number): void {
    this.#waiting.push({ datagram, came });
    this.held += datagram.bytes.length + COST;
  }

  take(): Datagram | undefined {
    const datagram = this.#waiting[this.#head]?.datagram;
    if (datagram === undefined) return undefined;
    this.held -= datagram.bytes.length + COST;
    // Now and then, so that a million datagrams take a million steps.
    if (++this.#head * 2 >= this.#waiting.length) {
      this.#waiting.splice(0, this.#head);
      this.#head = 0;
    }
    return datagram;
  }
}

/** The name of a message that is not whole; its author may rely on fields that are not there. */
function nameOf({ values }: TakenMessage, layer: Layer): string | undefined {
  try {
    return layer.nameOf(values);
  } catch {
    return undefined;
  }
}
