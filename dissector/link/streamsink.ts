/**
 * Why captured bytes are in no stream: the hole that they would have filled was given up before (`late`), they stand before the
 * first byte of a stream whose SYN was not captured (`early`), or behind its end (`after-fin`, `after-rst`).
 */
export type DropReason = 'late' | 'early' | 'after-fin' | 'after-rst';

/** Takes a byte stream in order. Calls come from within TcpDirection's methods. */
export interface StreamSink {
  /** The next bytes, captured in frame `frame` (1-based) at `offset`. `bytes` is valid during the call only. */
  data(bytes: Uint8Array, frame: number, offset: number): void;
  /** `length` bytes of the stream were not captured. */
  gap(length: number): void;
  /** The sender finished (FIN) or broke off (RST), in frame `frame`. Nothing follows. */
  end(kind: 'fin' | 'rst', frame: number): void;
  /** `length` captured bytes of frame `frame` are not delivered. Retransmissions of what was delivered are not told. */
  dropped?(length: number, why: DropReason, frame: number): void;
}

/** What waits in many directions together, in bytes: a million that hold a little hold much. */
export interface AllWaiting {
  waiting: number;
}
