import type { Piece } from '../bytes/index.ts';
import type { Conversation, Direction } from '../protocol/conversation.ts';
import type { DerivedRecords } from '../protocol/derivedrecords.ts';
import type { Decrypted, Finding, State } from '../protocol/finding.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { Observation } from './observation.ts';

const none: readonly Finding[] = [];

/** What the first pass knows of a message. (A class: lists and filters make a million of them.) */
export class MessageInfo {
  /** Its place in the order in which the messages of the capture complete, from 0. */
  readonly n: number;
  /** 1-based frame that completed it. */
  readonly frame: number;
  readonly protocol: Protocol;
  readonly name: string;
  readonly direction: Direction;
  readonly conversation: Conversation;
  readonly state: State;
  readonly encrypted: boolean;
  readonly decrypted: Decrypted;
  /** Its state is `encrypted` for a part of it: the rest could be read. */
  readonly isPartEncrypted: boolean;
  readonly findings: readonly Finding[];
  readonly #pieces: readonly Piece[] | undefined;
  readonly #derived: DerivedRecords;

  constructor(n: number, id: number, { messages, protocol, derived }: Observation, conversations: readonly Conversation[]) {
    this.n = n;
    this.frame = messages.frame(id);
    this.protocol = protocol;
    this.name = messages.names[messages.name(id)]!;
    this.direction = messages.direction(id);
    this.conversation = conversations[messages.conversation(id)]!;
    this.state = messages.state(id);
    this.encrypted = messages.encrypted(id);
    this.decrypted = messages.decrypted(id);
    this.isPartEncrypted = messages.isPartEncrypted(id);
    this.findings = messages.findings.get(id) ?? none;
    this.#derived = derived;
    this.#pieces = messages.pieces.get(id);
  }

  /** Every frame it is made of, 1-based, in order. */
  get frames(): readonly number[] {
    if (this.#pieces === undefined) return [this.frame];
    return this.#derived.framesOf(this.#pieces);
  }
}
