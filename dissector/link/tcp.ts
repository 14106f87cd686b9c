import { defaultLimits, type Limits } from '../bytes/index.ts';
import { tcpFlag } from './numbers.ts';

/** Takes a byte stream in order. Calls come from within TcpDirection's methods. */
export interface StreamSink {
  /** The next bytes, captured in frame `frame` (1-based) at `offset`. `bytes` is valid during the call only. */
  data(bytes: Uint8Array, frame: number, offset: number): void;
  /** `length` bytes of the stream were not captured. */
  gap(length: number): void;
  /** The sender finished (FIN) or broke off (RST). Nothing follows. */
  end(kind: 'fin' | 'rst'): void;
}

/** What waits for an earlier segment. `bytes` is undefined where the capture holds none of `length` (a snapped frame). */
interface Waiting {
  readonly start: number;
  readonly length: number;
  readonly bytes: Uint8Array | undefined;
  readonly frame: number;
  readonly offset: number;
}

/** What a waiting segment costs beside its bytes, in memory and in time: many tiny ones must not slip under the limit. */
const waitingCost = 512;

/** What waits in many directions together, in bytes: a million that hold a little hold much. */
export interface AllWaiting {
  waiting: number;
}

/** The largest receive window there is: 65,535 shifted by 14 bits (RFC 7323 section 2.3), rounded up. */
const largestWindow = 0x4000_0000;

/**
 * Puts the segments of one direction of a TCP connection in order (RFC 9293 section 3.4) and gives each byte of the stream
 * to the sink exactly once. Where segments overlap, the bytes that were captured first win. Positions count from the first
 * byte after the SYN; without a SYN the first segment with bytes (or a FIN) is the beginning, and earlier ones that come
 * later are dropped.
 *
 * Bytes that are missing become a `gap` when more than limits.outOfOrder waits behind them (or more than limits.allOutOfOrder
 * in all directions that share a count), when the receiver acknowledges past them (so the capture lost them, not the network),
 * or at `finish`.
 */
export class TcpDirection {
  private readonly sink: StreamSink;
  private readonly limits: Limits;
  private readonly all: AllWaiting;
  private started = false;
  private ended = false;
  /** Sequence number and position of the next byte to deliver. */
  private nextSeq = 0;
  private next = 0;
  /** Position up to which the receiver is known to have everything; never past `next`. */
  private acknowledged = 0;
  /** Position of the FIN; infinite until one is seen. */
  private fin = Number.POSITIVE_INFINITY;
  /** From `head` on: sorted, not overlapping, all behind `next`. Taking from the front moves `head`, not the array. */
  private waiting: Waiting[] = [];
  private head = 0;
  private waitingBytes = 0;

  constructor(sink: StreamSink, limits: Limits = defaultLimits, all: AllWaiting = { waiting: 0 }) {
    this.sink = sink;
    this.limits = limits;
    this.all = all;
  }

  /** Bytes of the stream so far, gaps counted. */
  get position(): number {
    return this.next;
  }

  /** Whether `end` was called. */
  get isEnded(): boolean {
    return this.ended;
  }

  /**
   * One segment in capture order: sequence number (unsigned), `tcpFlag` bits, its captured payload, where that lies, and
   * how many bytes of the payload the capture does not hold. Bytes are copied only if they must wait.
   */
  segment(seq: number, flags: number, bytes: Uint8Array, frame: number, offsetInFrame: number, missing = 0): void {
    if (this.ended) return;
    if ((flags & tcpFlag.rst) !== 0) {
      if (this.started && !this.isInWindow(seq)) return;
      // The payload of a reset is a note for people, not a part of the stream (RFC 9293 section 3.5.3).
      this.flush();
      this.end('rst');
      return;
    }
    const first = (flags & tcpFlag.syn) !== 0 ? (seq + 1) >>> 0 : seq;
    const length = bytes.length + missing;
    const isFin = (flags & tcpFlag.fin) !== 0;
    if (!this.started) {
      // An empty segment may be a keepalive probe, whose sequence number is one too low.
      if (length === 0 && !isFin && (flags & tcpFlag.syn) === 0) return;
      this.started = true;
      this.nextSeq = first;
    }
    const start = this.next + ((first - this.nextSeq) | 0);
    if (isFin && start + length >= this.next) this.setFin(start + length);
    if (start === this.next && !this.isWaiting && start + length <= this.fin) {
      this.deliver(bytes, frame, offsetInFrame);
      this.skip(missing);
    } else if (length > 0) {
      this.place(start, bytes, frame, offsetInFrame, missing);
      this.drain();
      while (this.isWaiting && this.holdsTooMuch) this.jump();
    }
    this.endAtFin();
  }

  /** The receiver's acknowledgement number: the next byte that it wants. Call it for each segment of the other direction. */
  acknowledge(ack: number): void {
    if (!this.started || this.ended) return;
    const acknowledged = this.next + ((ack - this.nextSeq) | 0);
    while (this.isWaiting && this.waiting[this.head].start <= acknowledged) this.jump();
    if (acknowledged > this.fin) this.skip(this.fin - this.next);
    this.acknowledged = Math.max(this.acknowledged, Math.min(acknowledged, this.next));
    this.endAtFin();
  }

  /** The capture ended: delivers what waits behind gaps. */
  finish(): void {
    if (this.ended) return;
    this.flush();
    if (this.fin !== Number.POSITIVE_INFINITY) this.skip(this.fin - this.next);
    this.endAtFin();
  }

  /**
   * Whether the receiver can take a reset with this sequence number; it ignores others, as forged or long on their way (RFC
   * 9293 section 3.5.3). One that answers a segment stands where its acknowledgement did, before what was sent since.
   */
  private isInWindow(seq: number): boolean {
    const position = this.next + ((seq - this.nextSeq) | 0);
    return position >= this.acknowledged && position - this.acknowledged < largestWindow;
  }

  /** The first FIN counts, or an earlier one; what waits past it is not a part of the stream. */
  private setFin(position: number): void {
    if (position >= this.fin) return;
    this.fin = position;
    while (this.isWaiting) {
      const last = this.waiting[this.waiting.length - 1];
      if (last.start + last.length <= position) break;
      this.waiting.pop();
      this.count(-(last.bytes === undefined ? 0 : last.length) - waitingCost);
      if (last.start >= position) continue;
      const length = position - last.start;
      this.waiting.push({ ...last, length, bytes: last.bytes?.subarray(0, length) });
      this.count((last.bytes === undefined ? 0 : length) + waitingCost);
    }
  }

  private count(bytes: number): void {
    this.waitingBytes += bytes;
    this.all.waiting += bytes;
  }

  private get holdsTooMuch(): boolean {
    return this.waitingBytes > this.limits.outOfOrder || this.all.waiting > this.limits.allOutOfOrder;
  }

  private get isWaiting(): boolean {
    return this.head < this.waiting.length;
  }

  private flush(): void {
    while (this.isWaiting) this.jump();
  }

  private endAtFin(): void {
    if (this.next >= this.fin) this.end('fin');
  }

  private end(kind: 'fin' | 'rst'): void {
    if (this.ended) return;
    this.ended = true;
    this.waiting = [];
    this.head = 0;
    this.count(-this.waitingBytes);
    this.sink.end(kind);
  }

  private advance(length: number): void {
    this.next += length;
    this.nextSeq = (this.nextSeq + length) >>> 0;
  }

  private deliver(bytes: Uint8Array, frame: number, offset: number): void {
    if (bytes.length === 0) return;
    this.advance(bytes.length);
    this.sink.data(bytes, frame, offset);
  }

  private skip(length: number): void {
    if (length <= 0) return;
    this.advance(length);
    this.sink.gap(length);
  }

  /** Gives the hole before the first waiting segment up. */
  private jump(): void {
    this.skip(this.waiting[this.head].start - this.next);
    this.drain();
  }

  /** Delivers what waits for nothing any more. */
  private drain(): void {
    while (this.isWaiting && this.waiting[this.head].start <= this.next) {
      const { bytes, length, frame, offset } = this.waiting[this.head++];
      this.count(-(bytes === undefined ? 0 : length) - waitingCost);
      if (bytes === undefined) this.skip(length);
      else this.deliver(bytes, frame, offset);
    }
    if (this.head * 2 < this.waiting.length) return;
    this.waiting.splice(0, this.head);
    this.head = 0;
  }

  /** Keeps the parts of a segment that are new: after `next`, before a FIN, and in no other waiting segment. */
  private place(start: number, bytes: Uint8Array, frame: number, offset: number, missing: number): void {
    const captured = start + bytes.length;
    const end = Math.min(captured + missing, this.fin);
    let at = Math.max(start, this.next);
    let index = this.indexAfter(at);
    while (at < end) {
      const other = this.waiting[index];
      let stop = other === undefined ? end : Math.min(end, other.start);
      if (at < stop) {
        const has = at < captured;
        if (has) stop = Math.min(stop, captured);
        const part = has ? bytes.slice(at - start, stop - start) : undefined;
        this.waiting.splice(index, 0, { start: at, length: stop - at, bytes: part, frame, offset: offset + (at - start) });
        this.count((part?.length ?? 0) + waitingCost);
        index++;
        at = stop;
      } else {
        at = other.start + other.length;
        index++;
      }
    }
  }

  /** Index of the first waiting segment that ends after position `at`. */
  private indexAfter(at: number): number {
    let low = this.head;
    let high = this.waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { start, length } = this.waiting[middle];
      if (start + length <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
