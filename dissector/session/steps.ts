import type { Check } from '../bytes/index.ts';
import { advance, type Machine } from './machine.ts';
import type { Captured, Direction } from './protocol.ts';

/** What is known of a message without reading its bytes. */
export type Placed = Pick<
  Captured,
  'name' | 'direction' | 'state' | 'encrypted' | 'conversation' | 'frame' | 'facts' | 'session'
>;

/** The session that a message belongs to. Messages with the same `session` (by identity) are its steps, in capture order. */
export interface Part {
  readonly session: unknown;
  /** Names the session among those of its conversation: `session 2 of 3`, `channel 4e…`. */
  readonly title: string;
  /** The direction in which the side that opened the session sends. */
  readonly opener: Direction;
  readonly machine: Machine;
}

/** A value in a computation; without `value` it is unknown, and `unknown` says which key would tell it. */
export interface Quantity {
  readonly name: string;
  readonly value?: Uint8Array | string;
  readonly unknown?: string;
  /** Opens traffic to whoever has it: never shown without being asked for, never written anywhere. */
  readonly secret?: true;
}

/** One computation that a side does when it sends or receives a message, with the values of this message. */
export interface Computation {
  /** The formula of the specification in its own symbols: `ck, k = HKDF(ck, ee)`. */
  readonly formula: string;
  /** The clause of the specification, or of the document it leans on. */
  readonly clause: string;
  readonly inputs: readonly Quantity[];
  readonly results: readonly Quantity[];
  /** For a computation that checks: a tag, a signature, a cookie, a padding. */
  readonly check?: Check;
}

/** A message as a step of its session. */
export interface Step {
  readonly n: number;
  readonly by: 'opener' | 'answerer';
  /** States of the machine around it; the same where it changes nothing or the machine does not allow it. */
  readonly before: string;
  readonly after: string;
  readonly allowed: boolean;
}

/** A session from its first message to its last. */
export interface SessionSteps {
  readonly title: string;
  readonly machine: Machine;
  readonly steps: readonly Step[];
}

/** The steps of messages in their order: the machine is walked from its start. */
export function walk({ machine, opener }: Part, messages: Iterable<{ readonly n: number } & Placed>): Step[] {
  const steps: Step[] = [];
  let state: string = machine.start;
  for (const { n, name, direction } of messages) {
    const by = direction === opener ? 'opener' : 'answerer';
    const next = advance(machine, state, name, by);
    steps.push({ n, by, before: state, after: next ?? state, allowed: next !== undefined });
    state = next ?? state;
  }
  return steps;
}
