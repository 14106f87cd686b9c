import type { Address, Link } from '../../../dissector/protocol/index.ts';

/** What sockets tell a relay. */
export interface RelayPortEvents {
  /**
   * Somebody has connected, or an address was not heard of before; undefined when there can be no more. `attach` is told the link before
   * anything is written to it.
   */
  opened(remote: Address, local: Address, attach: (link: Link) => void): Link | undefined;
  /** The link to the forward address is open, for the one that came; undefined when that is gone. */
  forwarded(client: number, remote: Address, local: Address, attach: (link: Link) => void): Link | undefined;
  /** The forward address could not be reached for the link that came. */
  unreached(client: number, why: string): void;
  received(link: number, bytes: Uint8Array): void;
  /** It brings no more, and still takes what is written (TCP). */
  ended(link: number): void;
  closed(link: number, why: string, abrupt: boolean): void;
  told(text: string, grave: boolean): void;
}

/** The sockets of one relay: one that listens, and for each link that came one to the forward address. No other address is dialled. */
export interface RelayPort {
  readonly local: Address;
  /** Its listening socket was closed by something else than `end`, in a sentence. */
  readonly lost: string | undefined;
  /** False when it is dropped because too much waits. */
  write(link: Link, bytes: Uint8Array): boolean;
  finish(link: Link): void;
  close(link: Link, abrupt: boolean): void;
  read(link: Link, isRead: boolean): void;
  /** Closes everything once what was written is on its way. */
  end(): Promise<void>;
}
