/** What the other side of a link controls, each with its name. */
export interface NodeLimits {
  /** Links at once; a further one is refused. */
  readonly links: number;
  /** Seconds in which a handshake has to be done; a link that takes longer is closed. */
  readonly handshakeSeconds: number;
  /** Seconds without a datagram after which a UDP link is forgotten. */
  readonly idleSeconds: number;
  /**
   * Seconds without a datagram after which nothing is sent of itself to an address that has not shown to hear this node: someone
   * else may have written it into the last one.
   */
  readonly unprovenSeconds: number;
  /** Bytes that wait to be written to one TCP link; over it the link is broken off. */
  readonly unwrittenBytes: number;
  /**
   * Messages that wait for a person. Over it outgoing ones are let through and datagrams that come in are dropped; bytes that come
   * in on a TCP link are let through after those of the link that wait, since a stream has no gaps.
   */
  readonly heldMessages: number;
  /** Datagrams kept to be sent again by the fault "replay". */
  readonly replayed: number;
}

export const nodeLimits: NodeLimits = Object.freeze({
  links: 1_024,
  handshakeSeconds: 30,
  idleSeconds: 300,
  unprovenSeconds: 10,
  unwrittenBytes: 0x0080_0000,
  heldMessages: 1_000,
  replayed: 16,
});
