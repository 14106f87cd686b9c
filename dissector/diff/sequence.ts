import { sha256 } from '@noble/hashes/sha2.js';
import { mapKey } from '../bytes/index.ts';
import type { MessageContent } from './content.ts';
import type { DiffMessage } from './difference.ts';
import { type Mark, shapeOf } from './shape.ts';

export type Role = 'opener' | 'answerer';

/** A message of a conversation, as alignment sees it. */
export interface SequenceMessage extends DiffMessage {
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

const utf8 = new TextEncoder();
/** Bytes of a digest that tell shapes apart. */
const DIGEST = 16;

/** Where a message stands in its side, and what it is. */
export type MessagePlace = DiffMessage & Pick<SequenceMessage, 'name' | 'role'>;

export function sequenceMessage(
  place: MessagePlace,
  { state, isDecrypted, contents }: MessageContent,
  tokens: Tokens,
): SequenceMessage {
  const { text, marks } = shapeOf(contents, isDecrypted);
  const digest = mapKey(sha256(utf8.encode(`${place.name}\n${state}\n${text}`)).subarray(0, DIGEST));
  return { ...place, marks, kind: tokens.of(`kind ${place.name}`), shape: tokens.of(`shape ${digest}`) };
}
