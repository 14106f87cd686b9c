import { defaultLimits, type Limits } from '../bytes/index.ts';
import { tcpFlag } from './numbers.ts';
import type { AllWaiting, DropReason, StreamSink } from './streamsink.ts';

/** What waits for an earlier segment. `bytes` is undefined where the capture holds none of `length` (a snapped frame). */
interface Waiting {
  readonly start: number;
  readonly length: number;
  readonly bytes: Uint8Array | undefined;
  readonly frame: number;
  readonly offset: number;
}

/** A FIN or RST: the position where the stream would end, and its frame. */
interface Ending {
  readonly position: number;
  readonly frame: number;
}

/** What a waiting segment costs beside its bytes, in memory and in time: many tiny ones must not slip under the limit. */
const waitingCost = 512;

/**
 * How far a number may lie from where the stream stands to be believed, in bytes. A RST outside the receiver's window is answered
 * with a challenge ACK (RFC 5961 section 3.2), and few windows are larger; of random numbers it takes one in 4,096.
 */
const nearby = 0x10_0000;

/** The same for acknowledgements, which may run ahead of a capture that lost much. */
const plausible = 0x400_0000;

/**
 * How long a hole that the receiver acknowledged past is waited for: queues of a network card and merged files put a segment
 * behind the ACK that covers it. Whatever comes first: segments of the connection, bytes of the direction, seconds of the capture.
 */
const patience = { segments: 256, bytes: 0x4_0000, seconds: 1 };

const nothing = new Uint8Array(0);

/** Holes given up, and FINs at different positions, that are remembered of one direction. */
const mostGaps = 64;
const mostFins = 4;

/**
 * Puts the segments of one direction of a TCP connection in order (RFC 9293 section 3.4) and gives each byte of the stream
 * to the sink exactly once. Where segments overlap, the bytes that were captured first win. Positions count from the first
 * byte after the SYN; without a SYN the first segment with bytes (or a FIN) is the beginning, and earlier ones that come
 * later are dropped. While nothing was delivered, a SYN with another number begins the stream anew.
 *
 * Bytes that are missing become a `gap` when more than limits.outOfOrder waits behind them (or more than limits.allOutOfOrder
 * in all directions that share a count), when the receiver acknowledged past them a while ago (so the capture lost them, not the
 * network), or at `finish`.
 *
 * A FIN or RST alone does not end the stream: anyone on the path can forge one, and the receiver may have ignored it. A FIN counts
 * once the receiver acknowledges it or the sender goes on behind it; a RST, once nothing refutes it until `finish`. Data behind
 * either waits until the receiver acknowledges it; where no segment of the receiver was captured, the sender's word counts.
 */
export class TcpDirection {
  private readonly sink: StreamSink;
  private readonly limits: Limits;
  private readonly all: AllWaiting;
  private started = false;
  /** The first number that the receiver asked for, as its connection began: that of the first byte. */
  private asked: number | undefined;
  private hasSyn = false;
  private ended: 'fin' | 'rst' | undefined;
  /** A segment of the receiver was captured: its acknowledgements decide. */
  private answered = false;
  /** Sequence number and position of the next byte to deliver. */
  private nextSeq = 0;
  private next = 0;
  /** The highest position that the receiver acknowledged. */
  private acknowledged = 0;
  /** Up to here, what the receiver acknowledged was waited for in vain. */
  private missed = 0;
  /** FINs by position, lowest first; once one is confirmed it is the only one. */
  private fins: Ending[] = [];
  private finConfirmed = false;
  /** A RST that nothing has refuted: what comes from its position on waits. */
  private reset: Ending | undefined;
  /** Since the receiver acknowledged past a hole. */
  private overdue: { segments: number; bytes: number; readonly time: number } | undefined;
  /** Holes that were given up, the newest last. */
  private gaps: { start: number; end: number }[] = [];
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

  /** Its SYN was captured. */
  get sawSyn(): boolean {
    return this.hasSyn;
  }

  /** Whether `end` was called. */
  get isEnded(): boolean {
    return this.ended !== undefined;
  }

  /**
   * One segment in capture order: sequence number (unsigned), `tcpFlag` bits, its captured payload, where that lies, and
   * how many bytes of the payload the capture does not hold; `time` in seconds where it is known. Bytes are copied only if they
   * must wait.
   */
  segment(
    seq: number,
    flags: number,
    bytes: Uint8Array,
    frame: number,
    offsetInFrame: number,
    missing = 0,
    time = Number.NaN,
  ): void {
    const isSyn = (flags & tcpFlag.syn) !== 0;
    const isFin = (flags & tcpFlag.fin) !== 0;
    const first = isSyn ? (seq + 1) >>> 0 : seq;
    const length = bytes.length + missing;
    if (this.ended !== undefined) {
      this.afterEnd(first, bytes.length, frame);
      return;
    }
    this.wait(time, length);
    // The payload of a reset is a note for people, not a part of the stream (RFC 9293 section 3.5.3).
    if ((flags & tcpFlag.rst) !== 0) {
      this.setReset(seq, frame);
      return;
    }
    if (!this.started) {
      // An empty segment may be a keepalive probe, whose sequence number is one too low.
      if (length === 0 && !isFin && !isSyn) return;
      this.started = true;
      this.nextSeq = this.firstSeq(first, isSyn);
      this.reset = undefined;
    }
    if (isSyn) this.setSyn(first);
    const start = this.next + ((first - this.nextSeq) | 0);
    this.weigh(start, length);
    if (isFin && start + length >= this.next) this.addFin({ position: start + length, frame });
    if (start === this.next && !this.isWaiting && start + length <= this.barrier) {
      this.deliver(bytes, frame, offsetInFrame);
      this.skip(missing);
    } else if (length > 0) {
      this.place(start, bytes, frame, offsetInFrame, missing);
      this.drain();
      while (this.isWaiting && this.holdsTooMuch) {
        if (this.waiting[this.head].start >= this.barrier) this.dismissEnding();
        this.jump();
      }
    }
    this.endAtFin();
    this.settleHole();
  }

  /**
   * The receiver's acknowledgement number: the next byte that it wants; `time` in seconds where it is known. Call it for each
   * segment of the other direction.
   */
  acknowledge(ack: number, time = Number.NaN): void {
    this.answered = true;
    if (!this.started || this.ended !== undefined) return;
    this.wait(time, 0);
    const position = this.next + ((ack - this.nextSeq) | 0);
    if (position > this.reach + plausible) return;
    this.acknowledged = Math.max(this.acknowledged, position);
    if (this.reset !== undefined && position > this.reset.position) this.reset = undefined;
    if (!this.finConfirmed) this.judgeFins(position);
    this.drain();
    this.endAtFin();
    this.settleHole(time);
  }

  /** The receiver's first acknowledgement in a connection whose beginning was captured: the byte after the SYN, which may be lost. */
  begins(ack: number): void {
    if (!this.started) this.asked ??= ack;
  }

  /** Where the stream begins: at the SYN, or where its receiver said, or else with what was captured first. */
  private firstSeq(first: number, isSyn: boolean): number {
    if (isSyn || this.asked === undefined) return first;
    const lost = (first - this.asked) | 0;
    return lost > 0 && lost <= nearby ? this.asked : first;
  }

  /** The receiver acknowledged past a hole that may still be filled. */
  get isOverdue(): boolean {
    return this.overdue !== undefined;
  }

  /** Whether a segment of `length` bytes brings bytes of the hole that is waited for. */
  fills(seq: number, flags: number, length: number): boolean {
    if (this.overdue === undefined || length === 0 || (flags & tcpFlag.rst) !== 0) return false;
    const start = this.next + ((seq - this.nextSeq) | 0) + ((flags & tcpFlag.syn) === 0 ? 0 : 1);
    const end = this.isWaiting ? this.waiting[this.head].start : this.acknowledged;
    return start < end && start + length > this.next;
  }

  /** A segment of the connection has passed, of `length` bytes: after a number of them an overdue hole is given up. */
  wait(time: number, length: number): void {
    const { overdue } = this;
    if (overdue === undefined) return;
    overdue.segments++;
    overdue.bytes += length;
    const { segments, bytes, seconds } = patience;
    if (overdue.segments > segments || overdue.bytes > bytes || time - overdue.time > seconds) this.giveUp();
  }

  /** Gives the holes up that the receiver acknowledged past. */
  giveUp(): void {
    if (this.overdue === undefined) return;
    this.overdue = undefined;
    while (this.isWaiting && this.hasHole) this.jump();
    if (this.finConfirmed && !this.isWaiting) this.skip(this.fins[0].position - this.next);
    this.missed = this.acknowledged;
    this.endAtFin();
  }

  /** The capture ended: delivers what waits behind gaps. */
  finish(): void {
    if (this.ended !== undefined) return;
    while (this.isWaiting && this.waiting[this.head].start < this.barrier) this.jump();
    const fin = this.fins[0];
    if (fin !== undefined) {
      this.skip(fin.position - this.next);
      this.end('fin', fin.frame);
    } else if (this.reset !== undefined) this.end('rst', this.reset.frame);
  }

  /** Where delivery stops until it is known whether the stream ends there. */
  private get barrier(): number {
    const fin = this.fins.length === 0 ? Number.POSITIVE_INFINITY : this.fins[0].position;
    return this.reset === undefined ? fin : Math.min(fin, this.reset.position);
  }

  /** The end of what was captured. */
  private get reach(): number {
    if (!this.isWaiting) return this.next;
    const { start, length } = this.waiting[this.waiting.length - 1];
    return start + length;
  }

  /** While nothing was delivered, the newest SYN is right: an opener that was refused tries again, and so does what answers it. */
  private setSyn(first: number): void {
    if (this.next !== 0) return;
    this.reset = undefined;
    this.hasSyn = true;
    const shift = (first - this.nextSeq) | 0;
    if (shift === 0) return;
    this.nextSeq = first;
    const kept = this.waiting.splice(this.head);
    this.clearWaiting();
    this.acknowledged = this.missed = 0;
    this.fins = this.fins
      .map(({ position, frame }) => ({ position: position - shift, frame }))
      .filter(({ position }) => position >= 0);
    for (const { start, length, bytes, frame, offset } of kept)
      this.place(start - shift, bytes ?? nothing, frame, offset, bytes === undefined ? length : 0);
  }

  /**
   * A reset counts if the receiver can take it; it ignores others, as forged or long on their way (RFC 9293 section 3.5.3). One that
   * answers a segment stands where its acknowledgement did, before what was sent since.
   */
  private setReset(seq: number, frame: number): void {
    if (!this.started) {
      this.reset ??= { position: 0, frame };
      return;
    }
    const position = this.next + ((seq - this.nextSeq) | 0);
    if (position < Math.min(this.acknowledged, this.next) || position - this.reach > nearby) return;
    if (this.fins.length > 0 && !this.finConfirmed && position === this.fins[0].position + 1) {
      this.confirmFin(this.fins[0]);
      this.endAtFin();
    } else this.reset ??= { position: Math.max(position, this.reach), frame };
  }

  private addFin(fin: Ending): void {
    if (this.finConfirmed || this.fins.some(({ position }) => position === fin.position) || this.fins.length === mostFins) return;
    this.fins.push(fin);
    this.fins.sort((a, b) => a.position - b.position);
  }

  /** What a segment of the sender says about an end that it seemed to have reached. */
  private weigh(start: number, length: number): void {
    if (length === 0) {
      const fin = this.finConfirmed ? undefined : this.fins.find(({ position }) => position + 1 === start);
      if (fin !== undefined) this.confirmFin(fin);
    } else if (!this.answered && !this.finConfirmed && start + length > this.barrier) this.dismissEnding();
  }

  /** What an acknowledgement says: of a FIN it takes one number more than the bytes. */
  private judgeFins(position: number): void {
    const fin = this.fins.find((one) => one.position + 1 === position);
    if (fin !== undefined) this.confirmFin(fin);
    else if (this.fins.length > 0 && position > this.fins[0].position + 1 && position <= this.reach + nearby)
      this.fins = this.fins.filter((one) => one.position >= position);
  }

  private confirmFin(fin: Ending): void {
    this.fins = [fin];
    this.finConfirmed = true;
    this.dropWaiting(fin.position, 'after-fin');
  }

  private dismissEnding(): void {
    const { barrier } = this;
    if (this.reset !== undefined && this.reset.position <= barrier) this.reset = undefined;
    if (!this.finConfirmed) this.fins = this.fins.filter(({ position }) => position > barrier);
  }

  /** Takes away what waits from `position` on. */
  private dropWaiting(position: number, why: DropReason): void {
    while (this.isWaiting) {
      const last = this.waiting[this.waiting.length - 1];
      if (last.start + last.length <= position) break;
      this.waiting.pop();
      this.count(-(last.bytes === undefined ? 0 : last.length) - waitingCost);
      const length = Math.max(0, position - last.start);
      if (last.bytes !== undefined) this.sink.dropped?.(last.length - length, why, last.frame);
      if (length === 0) continue;
      this.waiting.push({ ...last, length, bytes: last.bytes?.subarray(0, length) });
      this.count((last.bytes === undefined ? 0 : length) + waitingCost);
    }
  }

  private afterEnd(first: number, length: number, frame: number): void {
    const start = this.next + ((first - this.nextSeq) | 0);
    const behind = Math.min(length, start + length - this.next);
    if (behind > 0) this.sink.dropped?.(behind, this.ended === 'rst' ? 'after-rst' : 'after-fin', frame);
  }

  /** Starts to count when a hole is acknowledged, and stops when it is filled. */
  private settleHole(time = Number.NaN): void {
    if (this.ended !== undefined || !this.hasHole) this.overdue = undefined;
    else this.overdue ??= { segments: 0, bytes: 0, time };
  }

  /** Whether the receiver has bytes that are missing here. */
  private get hasHole(): boolean {
    if (!this.isWaiting) return this.acknowledged > Math.max(this.next, this.missed);
    const { start } = this.waiting[this.head];
    return start > this.next && start <= this.acknowledged && start < this.barrier;
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

  private endAtFin(): void {
    if (this.finConfirmed && this.next >= this.fins[0].position) this.end('fin', this.fins[0].frame);
  }

  private end(kind: 'fin' | 'rst', frame: number): void {
    if (this.ended !== undefined) return;
    this.ended = kind;
    this.overdue = undefined;
    this.dropWaiting(this.next, kind === 'rst' ? 'after-rst' : 'after-fin');
    this.clearWaiting();
    this.sink.end(kind, frame);
  }

  private clearWaiting(): void {
    this.waiting = [];
    this.head = 0;
    this.count(-this.waitingBytes);
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
    const { start } = this.waiting[this.head];
    if (start > this.next) {
      if (this.gaps.length === mostGaps) this.gaps.shift();
      this.gaps.push({ start: this.next, end: start });
    }
    this.skip(start - this.next);
    this.drain();
  }

  /** Delivers what waits for nothing any more. */
  private drain(): void {
    const { barrier } = this;
    while (this.isWaiting && this.waiting[this.head].start <= this.next && this.waiting[this.head].start < barrier) {
      const one = this.waiting[this.head];
      const length = Math.min(one.length, barrier - one.start);
      const bytes = one.bytes?.subarray(0, length);
      if (length === one.length) this.head++;
      else this.waiting[this.head] = behind(one, length);
      this.count(-(bytes === undefined ? 0 : length) - (length === one.length ? waitingCost : 0));
      if (bytes === undefined) this.skip(length);
      else this.deliver(bytes, one.frame, one.offset);
    }
    if (this.head * 2 < this.waiting.length) return;
    this.waiting.splice(0, this.head);
    this.head = 0;
  }

  /** Keeps the parts of a segment that are new: after `next`, before an acknowledged FIN, and in no other waiting segment. */
  private place(start: number, bytes: Uint8Array, frame: number, offset: number, missing: number): void {
    const captured = start + bytes.length;
    const fin = this.finConfirmed ? this.fins[0].position : Number.POSITIVE_INFINITY;
    const end = Math.min(captured + missing, fin);
    if (start < this.next) this.tellLate(start, Math.min(captured, this.next), frame);
    if (captured > fin) this.sink.dropped?.(Math.min(bytes.length, captured - fin), 'after-fin', frame);
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

  /** Of captured bytes before `next`: those that were never delivered. */
  private tellLate(start: number, end: number, frame: number): void {
    let late = 0;
    const left: typeof this.gaps = [];
    for (const gap of this.gaps) {
      const [from, to] = [Math.max(start, gap.start), Math.min(end, gap.end)];
      if (from >= to) left.push(gap);
      else {
        late += to - from;
        if (gap.start < from) left.push({ start: gap.start, end: from });
        if (to < gap.end) left.push({ start: to, end: gap.end });
      }
    }
    if (late > 0) this.sink.dropped?.(late, 'late', frame);
    this.gaps = left.slice(-mostGaps);
    const early = this.hasSyn ? 0 : Math.min(0, end) - start;
    // One byte too low: a keepalive probe.
    if (early > 1) this.sink.dropped?.(early, 'early', frame);
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

/** A waiting segment without its first `length` bytes. */
function behind({ start, length: whole, bytes, frame, offset }: Waiting, length: number): Waiting {
  return { start: start + length, length: whole - length, bytes: bytes?.subarray(length), frame, offset: offset + length };
}
