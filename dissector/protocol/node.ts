/**
 * The active side of a protocol: a node that others talk to. No I/O and no clock of its own: what happens comes in by the
 * calls of `NodeSession`, what it does goes out by its `NodeContext`, and one order of calls gives one order of actions.
 */
import type { Limits } from '../bytes/index.ts';
import type { FieldValues } from '../codec/index.ts';
import type { Corruption } from './corruption.ts';
import type { ObserverContext } from './observe.ts';

/** A numeric IPv4 or IPv6 address (no zone) and a port of UDP or TCP. */
export interface Address {
  readonly ip: string;
  readonly port: number;
}

/** A way to one other node: a TCP connection, or the address that a UDP socket talks with. */
export interface Link {
  /** Counts up; none is used twice. */
  readonly id: number;
  readonly remote: Address;
  readonly local: Address;
  /** This node opened it: it is the outbound side, the initiator, the client. */
  readonly dialled: boolean;
}

/** All that a peer can do. */
export interface NodeContext {
  readonly limits: Limits;
  readonly choices: ObserverContext['choices'];
  readonly transport: 'udp' | 'tcp';
  /** Nanoseconds since 1970: for times that are sent. */
  now(): bigint;
  /**
   * Nanoseconds of the node's own clock, for ages and time-outs: they never go back, and stand still while a message waits for a person or
   * a debugger is stopped.
   */
  clock(): bigint;
  /** Secret random bytes. */
  random(length: number): Uint8Array;
  /** Wants a message sent. It is made by `fill` at once; `emit` follows when it really goes out, which may be later or never. */
  send(link: number, message: string, given?: FieldValues): void;
  /**
   * A message of the application was accepted: neither the session itself nor its handshake needs it. `given`: the values that another
   * session is to say it with; what belongs to this session alone (counters, signatures, ids) is left out.
   */
  deliver(link: number, message: string, given: FieldValues): void;
  /** Ends the link after what was sent. */
  close(link: number, why: string): void;
  /** Calls `timer` once after so many milliseconds; again to set it anew, `undefined` to stop it. */
  timer(link: number, name: string, milliseconds: number | undefined): void;
  /** Bytes that may go over a link at once: no end of them over TCP, and to an address that has proven to hear this node. */
  allowance(link: number): number;
  /** A line of a key log (a secret): what opens the traffic of this node. */
  key(line: string): void;
  /** A sentence for the person at the node: never a secret. */
  tell(link: number, text: string, grave?: boolean): void;
  /** The link to an address, opened where there is none yet (UDP). Undefined where there can be no more. */
  reach(remote: Address): number | undefined;
}

export interface LinkStatus {
  /** The protocol's own name of the state. */
  readonly state: string;
  /** What the state is, in a sentence. */
  readonly doc: string;
  /** The handshake is done: data may flow. */
  readonly ready: boolean;
  /**
   * The other side has repeated something that only this node can have told it: a cookie, or what is encrypted to a key of this session.
   * Anyone can write any sender into a datagram: over UDP an address that has proven nothing is sent three times what came at most.
   */
  readonly isProven?: boolean;
}

/**
 * A node of one protocol, on all its links. Bytes from a link may be anything: nothing throws but `fill` and `emit`, and these
 * only an Error whose message tells a person what is missing (no session yet) or which value does not fit.
 */
export interface NodeSession {
  opened(link: Link): void;
  /** A UDP payload, or the next bytes of a TCP stream. */
  received(link: number, bytes: Uint8Array): void;
  timer(link: number, name: string): void;
  /**
   * What was sent waits, since the address has proven nothing and too little came from there: a protocol that can ask for a proof does.
   * It is called for what that sends, too.
   */
  waits?(link: number): void;
  closed(link: number): void;
  /** Says goodbye as the protocol does; the node closes the link after it. */
  shutdown(link: number): void;
  status(link: number): LinkStatus;
  /** Names of the messages that the machine allows this node to send now. */
  allowedMessages(link: number): readonly string[];
  /** The values of a message as its `MessageForm` encodes them: all that `given` leaves out, filled in as the session would. */
  fill(link: number, message: string, given: FieldValues): FieldValues;
  /** Bytes for the wire. What the session knows of the message from now on is what these bytes say. */
  emit(link: number, message: string, values: FieldValues, spoiling: Corruption): Uint8Array;
}

/** Where a message keeps what a fault spoils: the path of names to it, by message. */
export type Places = Readonly<Record<string, readonly string[]>>;

/** How a protocol is spoken, as data beside the peer itself. */
export interface NodeDefinition {
  readonly transports: readonly ('udp' | 'tcp')[];
  /** The port of the reference implementation, where it has one. */
  readonly port?: number;
  /** Roles that a node can take; without one it is the opener on links that it dialled, and the other side on those that came. */
  readonly roles: readonly { readonly id: string; readonly doc: string }[];
  /** Values that a signature fault breaks, and those that a stale-nonce fault sets back. */
  readonly signatures: Places;
  readonly nonces: Places;
  /** Messages whose bytes are made with a secret key. */
  readonly sealed: readonly string[];
  /** Messages that its sessions `deliver`: the application's; all others are the session's own. Absent where it delivers none. */
  readonly delivers?: readonly string[];
  /** By what the other side can tell this node from another one, in a sentence; absent where that is not known. */
  readonly recognition?: string;
  /** Kinds of keys that a new identity can have, the first of them without a choice; absent where there is only one. */
  readonly identityKinds?: readonly string[];
  /** A new identity as text: long-term private keys, a JSON object; `kind` is one of `identityKinds`. */
  createIdentity(random: (length: number) => Uint8Array, kind?: string): Promise<string>;
  /** Starts a node; a sentence when the text is no identity of this protocol. */
  start(context: NodeContext, identity: string, role?: string): NodeSession | string;
}
