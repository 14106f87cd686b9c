export type Direction = 0 | 1;

/** Two endpoints that talk. Direction 0 goes from `endpoints[0]` to `endpoints[1]`. */
export interface Conversation {
  readonly id: number;
  readonly transport: 'udp' | 'tcp';
  /** `127.0.0.1:7000`, `[::1]:7101`. */
  readonly endpoints: readonly [string, string];
  readonly ports: readonly [number, number];
  /** TCP: its SYN was seen, so `endpoints[0]` opened it. */
  readonly opened: boolean;
}

/** Why a TCP direction ended: closed, broken off, the capture ends, or the limit `pendingStream` was passed. */
export type StreamEnd = 'fin' | 'rst' | 'capture' | 'limit';

/**
 * What is wrong where a TCP direction ended inside a message, `what` by name. Nothing where the capture ended first: it cannot show
 * what came then.
 */
export function endedInside(why: StreamEnd | undefined, what: string): string | undefined {
  if (why === 'fin') return `the connection is closed inside ${what}`;
  return why === 'rst' ? `the connection is reset inside ${what}` : undefined;
}
