import type { Derivation } from './derivations.ts';
import type { Dissection, MessageView } from './dissection.ts';
import type { KeyRing } from './keyring.ts';
import type { TriedKey } from './keytrials.ts';
import type { MessageHeader, SessionStep } from './steps.ts';

/** What is asked of a protocol for one message after the first pass. `Protocol` says what each of them does. */
export interface CarriedHooks {
  readonly dissect: (message: MessageView) => Dissection;
  readonly explain?: (message: MessageView, keys: KeyRing) => readonly TriedKey[];
  readonly part?: (message: MessageHeader) => SessionStep | undefined;
  readonly compute?: (message: MessageView, keys: KeyRing) => readonly Derivation[];
}

/** A message that stands in the table of the protocol that carries it, and is of another one. */
export interface CarriedMessage {
  readonly hooks: CarriedHooks;
  /** What the first pass of that protocol learned of it. */
  readonly facts: unknown;
}
