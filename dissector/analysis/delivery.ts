import { type Piece, slicePieces } from '../bytes/index.ts';
import { tcpFlag } from '../link/index.ts';
import type { Direction } from '../protocol/conversation.ts';
import type { Packets } from './packets.ts';

/**
 * What a packet of a conversation brings: a UDP payload, or a TCP segment. One object is filled for packet after packet; whoever
 * needs a part of it later keeps that.
 */
export class Delivery {
  direction: Direction = 0;
  /** 1-based. */
  frame = 0;
  payload: Uint8Array = new Uint8Array(0);
  /** Where the payload starts in the frame's bytes. */
  offset = 0;
  /** Bytes of the payload that were not captured. */
  missing = 0;
  /** For a datagram put together from fragments. */
  pieces: readonly Piece[] | undefined;
  seq = 0;
  ack = 0;
  flags = 0;
  hasAck = false;
  /** Of the frame, in seconds since 1970; NaN where it has none. */
  time = Number.NaN;

  /** Takes the packet read last; `code` is its conversation times two plus direction. */
  fill({ view, carrier, datagram, time }: Packets, code: number, frame: number): void {
    this.direction = (code & 1) as Direction;
    this.frame = frame;
    this.payload = carrier.subarray(view.payloadStart, view.payloadEnd);
    this.offset = view.payloadStart;
    this.missing = view.payloadMissing;
    this.pieces = datagram === undefined ? undefined : slicePieces(datagram.pieces, view.payloadStart, view.payloadEnd);
    this.seq = view.seq;
    this.ack = view.ack;
    this.flags = view.flags;
    this.time = time;
    this.hasAck = (view.flags & tcpFlag.ack) !== 0;
  }
}
