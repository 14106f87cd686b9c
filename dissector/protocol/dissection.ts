import type { Budget, Field, Json, Limits, Origin, Piece, Source } from '../bytes/index.ts';
import type { Choices } from './choices.ts';
import type { Conversation, Direction } from './conversation.ts';
import type { State } from './finding.ts';

/** `bytes[start, end)` in the Source with the id `source`. */
export interface PlacedBytes {
  readonly bytes: Uint8Array;
  readonly source: number;
  readonly start: number;
  readonly end: number;
}

/** One message as the second pass sees it, with what the first pass learned: the protocol's own facts of it, and its session. */
export interface MessageView<Facts = unknown, Session = unknown> {
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
  readonly facts: Facts | undefined;
  readonly session: Session | undefined;
  readonly limits: Limits;
  /** The candidates of open choices that were tried: one where a person pinned it. */
  readonly choices: Choices;
  /** What costly work may cost, in this pass and the first together. */
  readonly budget: Budget;
  /** Adds a Source to the tree (decrypted bytes, say) and returns it. */
  derive(name: string, bytes: Uint8Array, origin: Origin): Source;
  /** Where other bytes of the capture lie in the tree, those of a stream inside say: a Source is added for them where there is none. */
  place(pieces: readonly Piece[]): PlacedBytes;
}

/** A message that another one carries. */
export interface MessageInside {
  /** One of the protocol's `names`; empty for bytes that no layer claims. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** A field held it encrypted: `whole` of the message around it has the ciphertext. */
  readonly wasSealed: boolean;
}

/** The second pass: pure, repeatable, on demand. */
export interface Dissection {
  readonly layer: Field;
  /** Layers inside of it, the outermost first: of what it carries. The `name` of each is one of the protocol's `layers`. */
  readonly inside?: readonly Field[];
  /** The same as messages, and what fields hold that were decrypted. */
  readonly within?: readonly MessageInside[];
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
