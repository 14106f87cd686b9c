import { sha256 } from '@noble/hashes/sha2.js';
import type { Analysis, MessageInfo } from '../analysis/index.ts';
import { mapKey } from '../bytes/index.ts';
import type { Conversation, Direction, Protocol } from '../protocol/index.ts';
import { type Content, contentOf } from './content.ts';
import type { DeclaredFields } from './declared.ts';
import { type Mark, shapeOf } from './shape.ts';

export type Role = 'opener' | 'answerer';

/** A message of a conversation, as alignment sees it. */
export interface SequenceMessage {
  readonly n: number;
  readonly frame: number;
  readonly name: string;
  readonly role: Role;
  /** Equal for messages that may be the same one: of one name. */
  readonly kind: number;
  /** Equal for messages that differ in nothing but what is new in each run. */
  readonly shape: number;
  readonly marks: readonly Mark[];
}

/** The messages of one conversation in one protocol. */
export interface Sequence {
  readonly conversation: number;
  readonly protocol: string;
  readonly messages: readonly SequenceMessage[];
  /** The capture shows who opened it; else the role of who spoke first is a guess. */
  readonly areRolesKnown: boolean;
  /** Names of messages that a clock sends. */
  readonly periodic: ReadonlySet<string>;
}

/** Numbers for texts, the same for both captures. */
export class Tokens {
  readonly #numbers = new Map<string, number>();

  of(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

/** What a message says, as it is compared. */
export function messageContent(analysis: Analysis, message: MessageInfo, declared: DeclaredFields): Content[] {
  return contentOf(analysis.layersAlone(message), message.name, declared);
}

interface Found {
  readonly protocol: Protocol;
  readonly conversation: Conversation;
  readonly opener: Direction;
  readonly messages: SequenceMessage[];
}

/** The conversations of a capture in the order of their first messages; `wanted` leaves messages out. */
export function sequencesOf(
  analysis: Analysis,
  wanted: (n: number) => boolean,
  declared: DeclaredFields,
  tokens: Tokens,
): Sequence[] {
  const found = new Map<number, Found>();
  for (let n = 0; n < analysis.messageCount; n++) {
    if (!wanted(n)) continue;
    const message = analysis.message(n);
    const { conversation, protocol, direction } = message;
    const known = found.get(conversation.id) ?? {
      ...{ protocol, conversation, opener: conversation.opened ? 0 : direction, messages: [] },
    };
    found.set(conversation.id, known);
    known.messages.push(sequenceMessage(analysis, message, direction === known.opener ? 'opener' : 'answerer', declared, tokens));
  }
  return [...found.values()].map(({ conversation, protocol, messages }) => ({
    ...{ conversation: conversation.id, protocol: protocol.id, messages, areRolesKnown: conversation.opened },
    periodic: new Set(protocol.periodic),
  }));
}

const utf8 = new TextEncoder();
/** Bytes of a digest that tell shapes apart. */
const DIGEST = 16;

function sequenceMessage(
  analysis: Analysis,
  message: MessageInfo,
  role: Role,
  declared: DeclaredFields,
  tokens: Tokens,
): SequenceMessage {
  const { n, frame, name, state, decrypted } = message;
  const { text, marks } = shapeOf(messageContent(analysis, message, declared), decrypted === true);
  const digest = mapKey(sha256(utf8.encode(`${name}\n${state}\n${text}`)).subarray(0, DIGEST));
  return { ...{ n, frame, name, role, marks }, kind: tokens.of(`kind ${name}`), shape: tokens.of(`shape ${digest}`) };
}
