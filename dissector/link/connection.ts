import { defaultLimits, type Limits, type Piece } from '../bytes/index.ts';
import { tcpFlag } from './numbers.ts';
import type { AllWaiting, StreamSink } from './streamsink.ts';
import { TcpDirection } from './tcp.ts';

/** One TCP segment as it was captured. */
export interface TcpSegment {
  readonly direction: 0 | 1;
  /** Unsigned numbers and `tcpFlag` bits of its header; `ack` counts where `hasAck`. */
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly hasAck: boolean;
  /** Valid during the call only. */
  readonly payload: Uint8Array;
  /** 1-based frame, and where the payload lies in it. */
  readonly frame: number;
  readonly offset: number;
  /** Bytes of the payload that were not captured. */
  readonly missing: number;
  /** In seconds; NaN where it is not known. */
  readonly time: number;
  /** Of a segment that came in IP fragments: where its payload lies. */
  readonly pieces?: readonly Piece[] | undefined;
}

/** What a segment that waits costs beside its bytes. */
const waitingCost = 512;

/**
 * Both directions of one TCP connection. While one of them has a hole that its receiver acknowledged past, the segments of both wait
 * but for those that fill it: what a side says next may answer bytes that are still to be found, and must not come before them.
 */
export class TcpConnection {
  private readonly limits: Limits;
  private readonly all: AllWaiting;
  private readonly directions: readonly [TcpDirection, TcpDirection];
  private queue: TcpSegment[] = [];
  private head = 0;
  private queued = 0;

  constructor(sinks: readonly [StreamSink, StreamSink], limits: Limits = defaultLimits, all: AllWaiting = { waiting: 0 }) {
    this.limits = limits;
    this.all = all;
    this.directions = [new TcpDirection(sinks[0], limits, all), new TcpDirection(sinks[1], limits, all)];
  }

  /** The next segment in capture order. Its bytes are copied only if it must wait. */
  segment(segment: TcpSegment): void {
    if (this.isOpen) {
      this.process(segment);
      return;
    }
    const { direction, seq, flags, payload, time, missing } = segment;
    const length = payload.length + missing;
    if (this.directions[direction].fills(seq, flags, length)) this.process(segment);
    else {
      this.push(segment);
      for (const one of this.directions) one.wait(time, length);
      if (this.queued > this.limits.outOfOrder || this.all.waiting > this.limits.allOutOfOrder) this.giveUp();
    }
    this.replay();
  }

  /** The capture ended. */
  finish(): void {
    while (this.head < this.queue.length) {
      this.giveUp();
      this.replay();
    }
    for (const one of this.directions) one.finish();
  }

  /** Nothing waits: neither segments here nor a hole that was acknowledged. */
  private get isOpen(): boolean {
    return this.head === this.queue.length && !this.isOverdue;
  }

  private get isOverdue(): boolean {
    return this.directions[0].isOverdue || this.directions[1].isOverdue;
  }

  private giveUp(): void {
    for (const one of this.directions) one.giveUp();
  }

  private putFirst(segment: TcpSegment): void {
    if (this.head === 0) this.queue.unshift(kept(segment));
    else this.queue[--this.head] = kept(segment);
    this.count(segment.payload.length + waitingCost);
  }

  private push(segment: TcpSegment): void {
    this.queue.push(kept(segment));
    this.count(segment.payload.length + waitingCost);
  }

  private count(bytes: number): void {
    this.queued += bytes;
    this.all.waiting += bytes;
  }

  private replay(): void {
    while (this.head < this.queue.length && !this.isOverdue) {
      const segment = this.queue[this.head++];
      this.count(-segment.payload.length - waitingCost);
      this.process(segment);
    }
    if (this.head * 2 < this.queue.length) return;
    this.queue.splice(0, this.head);
    this.head = 0;
  }

  private process(segment: TcpSegment): void {
    const { direction, seq, flags, payload, frame, offset, missing, time, pieces } = segment;
    const stream = this.directions[direction];
    const isBegun = (flags & tcpFlag.syn) !== 0 || stream.sawSyn;
    if (segment.hasAck && isBegun && (flags & tcpFlag.rst) === 0) this.directions[1 - direction].begins(segment.ack);
    if (segment.hasAck) this.directions[1 - direction].acknowledge(segment.ack, time);
    // It may answer what it acknowledges.
    if (segment.hasAck && payload.length > 0 && this.directions[1 - direction].isOverdue && !stream.isOverdue) {
      this.putFirst({ ...segment, hasAck: false });
      return;
    }
    if (pieces === undefined || pieces.length === 0) stream.segment(seq, flags, payload, frame, offset, missing, time);
    else fragments(stream, segment, pieces);
  }
}

/** A copy that outlives the frame. */
function kept({ direction, seq, ack, flags, hasAck, payload, frame, offset, missing, time, pieces }: TcpSegment): TcpSegment {
  return { direction, seq, ack, flags, hasAck, payload: payload.slice(), frame, offset, missing, time, pieces };
}

/** A segment that came in IP fragments: a part for each, so that every byte is known by the frame that it lies in. */
function fragments(stream: TcpDirection, { seq, flags, payload, missing, time }: TcpSegment, pieces: readonly Piece[]): void {
  let at = 0;
  for (const piece of pieces) {
    const end = at + piece.length;
    const isLast = end >= payload.length;
    // The sequence number of data after a SYN is one higher; FIN comes after the last byte.
    const syn = at === 0 ? 0 : flags & tcpFlag.syn;
    const shown = (at === 0 ? flags : flags & ~tcpFlag.syn) & (isLast ? ~0 : ~(tcpFlag.fin | tcpFlag.rst));
    const first = (seq + at + (syn === 0 ? 0 : 1)) >>> 0;
    stream.segment(first, shown, payload.subarray(at, end), piece.frame, piece.offset, isLast ? missing : 0, time);
    at = end;
  }
}
