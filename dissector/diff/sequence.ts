import type { MessageContent } from './content.ts';
import type { DiffMessage } from './difference.ts';
import { shapeOf } from './shape.ts';
import type { MarkForms, MarkValue, Tokens } from './tokens.ts';

export type Role = 'opener' | 'answerer';

/** A message of a conversation, as alignment sees it. */
export interface SequenceMessage {
  readonly n: number;
  /** As `DiffMessage` has them. */
  readonly frame: number | undefined;
  readonly line: number | undefined;
  readonly name: string;
  readonly role: Role;
  /** Equal for messages that may be the same one: of one name. */
  readonly kind: number;
  /** Equal for messages that differ in nothing but what is new in each run. */
  readonly shape: number;
  /** Values that are compared by what came before, and what they are of. */
  readonly marks: readonly MarkValue[];
  readonly forms: MarkForms;
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

/** Where a message stands in its side, and what it is. */
export type MessagePlace = DiffMessage & Pick<SequenceMessage, 'name' | 'role'>;

export function sequenceMessage(
  { n, frame, line, name, role }: MessagePlace,
  conversation: number,
  { state, isDecrypted, contents }: MessageContent,
  tokens: Tokens,
): SequenceMessage {
  const made = shapeOf(contents, isDecrypted);
  const { shape, forms } = tokens.shape(`${state} ${name}`, made);
  const marks = made.marks.map(({ content: { field }, history }) => tokens.mark(history, field.value, conversation));
  return { n, frame, line, name, role, kind: tokens.kind(name), shape, forms, marks };
}
