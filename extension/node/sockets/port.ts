import type { Address, Link } from '../../../dissector/protocol/index.ts';

/** What sockets tell a node. */
export interface PortEvents {
  /** A new link, told to `attach` before the node speaks on it; undefined when there can be no more. */
  opened(remote: Address, local: Address, dialled: boolean, attach?: (link: Link) => void): Link | undefined;
  /** The link to an address, where there is one. */
  known(remote: Address): Link | undefined;
  received(link: number, bytes: Uint8Array): void;
  /** `by`: this side broke it off, or the other one ended it. */
  closed(link: number, why: string, abrupt: boolean, by: 'own' | 'other'): void;
  told(text: string, grave: boolean): void;
}

/** The sockets of one node. */
export interface Port {
  /** The address of its socket; of the last connection, where it only dials. */
  readonly local: Address;
  /** Its socket was closed by something else than `end`, in a sentence: nothing comes any more. */
  readonly lost: string | undefined;
  /** Opens a link to an address; what becomes of it comes by the events. */
  dial(remote: Address): void;
  /** The own address that another one will see; undefined where it cannot be reached. */
  reach(remote: Address): Address | undefined;
  /** False when it is dropped because too much waits. */
  write(link: Link, bytes: Uint8Array): boolean;
  close(link: Link, abrupt: boolean): void;
  /** Closes everything once what was written is on its way. */
  end(): Promise<void>;
}
