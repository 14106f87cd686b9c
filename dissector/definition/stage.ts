import type { Limits, Piece } from '../bytes/index.ts';
import { type Direction, endedInside, StreamBuffer, type StreamEnd } from '../protocol/index.ts';
import { type Layer, valuesOfLayer } from './layer.ts';
import { type ReadMessage, rangesOf, type TakenMessage, type Tried } from './readmessage.ts';
import type { MessageSink } from './sink.ts';
import { invalidPart } from './verdicts.ts';

/** Who is told what a stage reads. */
export interface StageSink {
  readonly limits: Limits;
  /** Bytes that wait in all stages. */
  held: number;
  /** A message. */
  add(direction: Direction, layer: Layer, taken: TakenMessage): ReadMessage;
  /** Bytes that are no message, or not all of one, and why. */
  addBroken(
    direction: Direction,
    layer: Layer | undefined,
    at: Pick<TakenMessage, 'pieces' | 'carrier'>,
    state: 'malformed' | 'incomplete',
    text: string,
  ): void;
  /** Bytes that nobody reads, and why, where that was not told yet. */
  addBytes(direction: Direction, at: Pick<TakenMessage, 'pieces' | 'carrier'>, why: string | undefined): void;
}

/** Where a conversation reads messages. */
export interface Place<Sink extends StageSink = MessageSink> {
  readonly sink: Sink;
  /** Waits for a message; `resume` is called with it, at once where it is there. */
  await(request: ReadRequest, resume: (message: ReadMessage) => void): void;
  /** Nobody is going to read: what comes is shown as bytes. */
  settle(): void;
  /** A direction has ended. */
  end(direction: Direction, why: StreamEnd | undefined): void;
}

/** What a conversation waits for: a message of a layer, from one side or from whichever sends it first. */
export interface ReadRequest {
  readonly stage: { await(request: ReadRequest, resume: (message: ReadMessage) => void): void };
  readonly layer: Layer;
  readonly direction: Direction | undefined;
}

/** A conversation as its author writes it: it yields what it waits for, and is given the message. */
export type Reading<T = void> = Generator<ReadRequest, T, ReadMessage>;

/** What takes the bytes of a stage once no conversation reads from it any more. */
export type Pump = (direction: Direction) => void;

/**
 * Two streams of bytes, one a direction, and whoever reads from them: the streams of TCP, what Noise messages hold, one stream of a
 * multiplexer. Bytes come by `feed`; a message may begin in one record and end in another.
 */
export class Stage<Sink extends StageSink = MessageSink> implements Place<Sink> {
  readonly buffers: [StreamBuffer, StreamBuffer] = [new StreamBuffer(), new StreamBuffer()];
  readonly sink: Sink;
  /** What each key did for the messages here. */
  tried: Tried | undefined;
  #waiting: { readonly request: ReadRequest; readonly resume: (message: ReadMessage) => void } | undefined;
  #pump: Pump | undefined;
  /** Why a direction was given up, where no row has told it yet. */
  readonly #untold: [string | undefined, string | undefined] = [undefined, undefined];
  /** Bytes of a direction that are needed before it is worth to look again. */
  readonly #needed = [1, 1];
  /** Nothing more can be read of a direction: its bytes are broken, or some are missing. */
  readonly #broken = [false, false];
  /** Of each direction, the rows that brought its bytes, and how many each. */
  readonly #carriers = [new Carriers(), new Carriers()] as const;
  /** Bytes that wait here, as they are counted for all stages. */
  #held = 0;
  #isAdvancing = false;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  /**
   * More bytes of a direction, which lie in these pieces, brought by a row where that shows the messages in them. Limits `pendingStream`
   * and, for all stages, `allPending`.
   */
  feed(direction: Direction, bytes: Uint8Array, pieces: readonly Piece[], carrier?: number): void {
    this.fill(direction, bytes, pieces, carrier);
    this.advance();
    const buffer = this.buffers[direction];
    const { pendingStream, allPending } = this.sink.limits;
    this.#count();
    if (buffer.length > pendingStream || (buffer.length > 0 && this.sink.held > allPending)) {
      const limit = buffer.length > pendingStream ? 'pendingStream' : 'allPending';
      this.giveUp(direction, `${buffer.length} bytes that no message has taken are over the limit ${limit}`, 'malformed');
      this.#count();
    }
  }

  /** Adds bytes that nobody reads yet. */
  fill(direction: Direction, bytes: Uint8Array, pieces: readonly Piece[], carrier?: number): void {
    if (carrier !== undefined) this.#carriers[direction].add(carrier, bytes.length);
    let at = 0;
    for (const { frame, offset, length } of pieces) {
      this.buffers[direction].append(bytes.subarray(at, at + length), frame, offset);
      at += length;
    }
  }

  /** Reads what is there for whoever waits. A loop and no recursion: one segment may hold thousands of messages. */
  advance(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    while (this.#step(0) || this.#step(1));
    this.#isAdvancing = false;
  }

  /** Whether something was read. */
  #step(direction: Direction): boolean {
    const buffer = this.buffers[direction];
    const before = buffer.length;
    if (before === 0) return false;
    if (this.#broken[direction]) this.takeRest(direction);
    else if (this.#pump !== undefined) this.#pump(direction);
    else {
      const waiting = this.#waiting;
      const wanted = waiting?.request.direction;
      if (waiting === undefined || (wanted !== undefined && wanted !== direction)) return false;
      const message = this.take(direction, waiting.request.layer);
      if (message !== undefined) {
        this.#waiting = undefined;
        waiting.resume(message);
      }
    }
    return buffer.length < before;
  }

  /** Waits for a message; `resume` is called with it, at once where it is there. */
  await(request: ReadRequest, resume: (message: ReadMessage) => void): void {
    this.#waiting = { request, resume };
    this.#needed.fill(1);
    this.advance();
  }

  /** From here on `pump` takes all that comes. */
  pump(pump: Pump): void {
    this.#pump = pump;
    this.#needed.fill(1);
    this.advance();
  }

  /** Nobody is going to read: what comes is shown as bytes. A pump that was set goes on. */
  settle(): void {
    if (this.#pump === undefined) this.pump((direction) => this.takeRest(direction));
  }

  /** Takes the next message and shows it; undefined where it is not whole, or is none: then the direction is given up. */
  take(direction: Direction, layer: Layer): ReadMessage | undefined {
    const taken = this.takeSilently(direction, layer);
    return taken === undefined ? undefined : this.sink.add(direction, layer, taken);
  }

  /** Takes the next message for whoever shows it himself. */
  takeSilently(direction: Direction, layer: Layer): TakenMessage | undefined {
    const buffer = this.buffers[direction];
    if (buffer.length < this.#needed[direction]! || this.#broken[direction]) return undefined;
    const { bytes } = buffer;
    const { field, end, problem } = layer.decode(bytes, 0, 0, bytes.length, this.sink.limits);
    if (problem?.kind === 'incomplete') {
      this.#needed[direction] = problem.at + (problem.needed ?? 1);
      return undefined;
    }
    this.#needed[direction] = 1;
    if (problem !== undefined || end === 0) {
      this.giveUp(direction, problem?.text ?? 'a message has no bytes', 'malformed', layer);
      return undefined;
    }
    const own = bytes.slice(0, end);
    const ranges = rangesOf(field);
    return {
      ...{
        values: valuesOfLayer(field, (value) => moved(value, bytes, own)),
        bytes: own,
        ranges,
        tried: this.tried,
        invalid: invalidPart(field),
      },
      ...this.#taken(direction, end),
    };
  }

  /** Gives a direction up: what it holds is no message, and why. What comes later is shown as bytes. */
  giveUp(direction: Direction, text: string, state: 'malformed' | 'incomplete', layer = this.#waiting?.request.layer): void {
    const buffer = this.buffers[direction];
    this.#broken[direction] = true;
    if (buffer.length > 0) this.sink.addBroken(direction, layer, this.#taken(direction, buffer.length), state, text);
    else this.#untold[direction] = text;
  }

  /** Bytes of a direction are missing: nothing after them can be read. */
  gap(direction: Direction, length: number): void {
    const text = `${length} byte${length === 1 ? ' is' : 's are'} missing in the capture: what follows is not decoded`;
    this.giveUp(direction, text, 'incomplete');
  }

  /** A direction has ended. Where the capture ended first, it is no fault that a message is not whole. */
  end(direction: Direction, why: StreamEnd | undefined): void {
    if (this.buffers[direction].length === 0) return;
    const layer = this.#waiting?.request.layer;
    if (layer === undefined || this.#broken[direction]) this.takeRest(direction);
    else this.giveUp(direction, endedInside(why, `a message of ${layer.title}`) ?? '', 'incomplete');
    this.#count();
  }

  /** Shows what is left of a direction as bytes. */
  takeRest(direction: Direction): void {
    const buffer = this.buffers[direction];
    if (buffer.length === 0) return;
    this.sink.addBytes(direction, this.#taken(direction, buffer.length), this.#untold[direction]);
    this.#untold[direction] = undefined;
  }

  #taken(direction: Direction, length: number): Pick<TakenMessage, 'pieces' | 'carrier'> {
    return { pieces: this.buffers[direction].take(length), carrier: this.#carriers[direction].take(length) };
  }

  #count(): void {
    const held = this.buffers[0].length + this.buffers[1].length;
    this.sink.held += held - this.#held;
    this.#held = held;
  }
}

/** The same bytes in a copy of what they are a part of: a buffer is valid only until more comes, and an author may keep a key. */
function moved(value: Uint8Array, whole: Uint8Array, copy: Uint8Array): Uint8Array {
  if (value.buffer !== whole.buffer) return value;
  const start = value.byteOffset - whole.byteOffset;
  return copy.subarray(start, start + value.length);
}

/** The rows that brought the bytes of a direction that no message has taken yet. */
class Carriers {
  #rows: { readonly row: number; left: number }[] = [];
  #head = 0;

  add(row: number, length: number): void {
    this.#rows.push({ row, left: length });
  }

  /** Takes the first bytes away; the row that brought the last of them. */
  take(length: number): number | undefined {
    let last: number | undefined;
    for (let left = length; left > 0 && this.#head < this.#rows.length; ) {
      const first = this.#rows[this.#head]!;
      const taken = Math.min(left, first.left);
      last = first.row;
      left -= taken;
      first.left -= taken;
      if (first.left === 0) this.#head++;
    }
    if (this.#head * 2 >= this.#rows.length) {
      this.#rows.splice(0, this.#head);
      this.#head = 0;
    }
    return last;
  }
}

/** Runs a conversation until it waits; `done` is called with what it returns. */
export function run<T>(reading: Reading<T>, done: (result: T) => void): void {
  const go = (message?: ReadMessage): void => {
    const { value, done: isOver } = reading.next(message as ReadMessage);
    if (isOver === true) done(value as T);
    else (value as ReadRequest).stage.await(value as ReadRequest, go);
  };
  go();
}
