import type { Field, Json, Limits, Origin, Piece, Source } from '../bytes/index.ts';
import type { MessageForm } from '../codec/index.ts';
import type { Candidate, NumberTable, OpenChoice } from './choices.ts';
import type { TriedKey } from './explain.ts';
import type { KeyKind, KeyRing } from './keyring.ts';
import type { Machine } from './machine.ts';
import type { MessageTable } from './messages.ts';
import type { PeerKind } from './peer.ts';
import type { Computation, Part, Placed } from './steps.ts';
import type { StreamBuffer } from './stream.ts';
import type { Verifications } from './verifications.ts';

export type Severity = 'error' | 'warning' | 'note';
export type State = 'decoded' | 'encrypted' | 'malformed' | 'incomplete';
export type Direction = 0 | 1;

/** What the specification would say about a message. `frames` are 1-based. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly text: string;
  readonly clause: string;
  readonly frames: readonly number[];
}

/** A rule that a protocol checks, declared once; a Finding is one breach of it. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  readonly clause: string;
}

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

/** What is known of a conversation before its protocol is: its first datagrams, or the beginning of both streams. */
export interface Glance {
  readonly transport: 'udp' | 'tcp';
  readonly ports: readonly [number, number];
  readonly datagrams: readonly { readonly direction: Direction; readonly bytes: Uint8Array }[];
  readonly streams: readonly [Uint8Array, Uint8Array];
}

/** A glance of this confidence pins the protocol at once; one of `probable` when nothing better came. */
export const certain = 80;
export const probable = 40;

/** Why a TCP direction ended: closed, broken off, the capture ends, or the limit `pendingStream` was passed. */
export type StreamEnd = 'fin' | 'rst' | 'capture' | 'limit';

/** What the first pass gives to a protocol. */
export interface Bench {
  readonly keys: KeyRing;
  readonly limits: Limits;
  readonly messages: MessageTable;
  readonly verifications: Verifications;
  /** The candidates of an open choice in the order in which to try them; one where the user pinned it. */
  readonly choices: {
    of<T extends Candidate>(choice: OpenChoice<T>): readonly T[];
    isPinned(choice: OpenChoice): boolean;
    names(table: NumberTable): ReadonlyMap<number, string>;
  };
  /** Seconds since 1970 of a frame (1-based); NaN where the capture has no time. */
  time(frame: number): number;
}

/** The first pass of one protocol over one capture: sees each message once, in capture order, and adds facts. */
export interface Observer {
  conversation(conversation: Conversation): ConversationObserver;
  /** The capture has ended: what takes long about that, in parts between which others get their turn. All of it is done before `end`. */
  settle?(): Iterable<void>;
  /** The capture has ended. */
  end(): void;
}

export interface ConversationObserver {
  /** One UDP payload, valid during the call only. `cut` bytes of it were not captured. `pieces` when it came in fragments: where it lies. */
  datagram?(direction: Direction, bytes: Uint8Array, frame: number, cut: number, pieces?: readonly Piece[]): void;
  /** More bytes of a TCP direction have come; take whole messages from the buffer. `ended`: nothing follows, and `why`. */
  stream?(direction: Direction, buffer: StreamBuffer, frame: number, ended: boolean, why?: StreamEnd): void;
  /** Bytes of a TCP direction are missing before whatever comes next; the buffer holds what came before. */
  gap?(direction: Direction, buffer: StreamBuffer, length: number): void;
}

/** One message as the second pass sees it. */
export interface Captured {
  readonly name: string;
  readonly direction: Direction;
  readonly state: State;
  readonly encrypted: boolean;
  readonly conversation: Conversation;
  readonly frame: number;
  /** The message's bytes as captured are `bytes[start, end)`, in the Source with the id `source`. */
  readonly bytes: Uint8Array;
  readonly source: number;
  readonly start: number;
  readonly end: number;
  readonly facts: unknown;
  readonly session: unknown;
  /** Adds a Source to the tree (decrypted bytes, say) and returns it. */
  derive(name: string, bytes: Uint8Array, origin: Origin): Source;
}

/** The second pass: pure, repeatable, on demand. */
export interface Dissection {
  readonly layer: Field;
  /** `fields` of `decode --json`. */
  readonly fields: Json;
  /** The whole message after decryption. */
  readonly whole: Uint8Array;
  /** Present when the message holds a signature: whether it verifies, null where that cannot be checked. */
  readonly signatureValid?: boolean | null;
  /** A line for the packet list. */
  readonly info: string;
  /** For an encrypted message: which key would open it, a sentence each. */
  readonly missing: readonly string[];
}

export interface Protocol {
  readonly id: string;
  readonly title: string;
  /** Name of its specification. */
  readonly document: string;
  /** The message names of the specification, at most 256; names that only the wire knows are added to them. */
  readonly names: readonly string[];
  readonly keys: readonly KeyKind[];
  readonly rules: readonly Rule[];
  /** Its messages both ways and in words: the encoder, the reference and completion come from them. */
  readonly messages?: readonly MessageForm[];
  readonly machines?: readonly Machine[];
  /** What its specification leaves open; from them come the settings. */
  readonly choices?: readonly (OpenChoice | NumberTable)[];
  /** 0..100: how sure the bytes (first) and ports (second) make it that this is the protocol. */
  recognise(glance: Glance): number;
  observe(bench: Bench): Observer;
  dissect(message: Captured): Dissection;
  /** What each given key did for one message, step by step, with public values only. */
  explain?(message: Captured, keys: KeyRing): readonly TriedKey[];
  /** The session that a message is a step of; none for one that stands alone. Cheap: asked for every message of a capture. */
  part?(message: Placed): Part | undefined;
  /** What both sides compute for a message, in the order in which they do, with the values of this one as far as the keys tell them. */
  compute?(message: Captured, keys: KeyRing): readonly Computation[];
  /** Its active side: without it there is no test node of this protocol. */
  readonly peer?: PeerKind;
}
