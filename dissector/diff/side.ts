import type { Protocol } from '../protocol/index.ts';
import type { ComparedField, MessageContent } from './content.ts';
import type { DeclaredFields } from './declared.ts';
import type { Sequence, SequenceMessage } from './sequence.ts';
import type { Tokens } from './tokens.ts';

/** A side of a comparison: a capture, or a baseline that was made of one. */
export interface DiffSide {
  /** Those that decode it; their declarations count for both sides. */
  readonly protocols: readonly Protocol[];
  /** It holds some conversations of a capture: what else the other side has is no difference. */
  readonly isPart: boolean;
  /** Its conversations in the order of their first messages. */
  sequences(declared: DeclaredFields, tokens: Tokens): Sequence[];
  message(n: number, declared: DeclaredFields): MessageContent;
  /** A copy of the bytes of a field in a message; undefined where it is computed, or they are not there. */
  bytes(n: number, field: ComparedField): Uint8Array | undefined;
  /** Seconds from one message to the other; undefined where that is not known. */
  elapsed(from: SequenceMessage, to: SequenceMessage): number | undefined;
}
