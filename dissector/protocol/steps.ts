import type { Direction } from './conversation.ts';
import type { MessageView } from './dissection.ts';
import { advance, type Machine } from './machine.ts';

/** What is known of a message without reading its bytes. */
export type MessageHeader<Facts = unknown, Session = unknown> = Pick<
  MessageView<Facts, Session>,
  'name' | 'direction' | 'state' | 'encrypted' | 'conversation' | 'frame' | 'facts' | 'session'
>;

/** The session that a message belongs to. Messages with the same `session` (by identity) are its steps, in capture order. */
export interface SessionStep {
  readonly session: unknown;
  /** Names the session among those of its conversation: `session 2 of 3`, `channel 4e…`. */
  readonly title: string;
  /** The direction in which the side that opened the session sends; none in a conversation that it takes no part in. */
  readonly opener: Direction | undefined;
  readonly machine: Machine;
  /** What the machine calls the message, where that is not the name of its row. */
  readonly as?: string;
  /**
   * The state that the message found, should the machine not allow it in the one that the walk has come to: what led there is
   * not in the capture.
   */
  readonly unseen?: string;
  /** Where `unseen` was asked, the session stays in its state: when the message was sent nobody can tell. */
  readonly stays?: boolean;
  /** It moves nothing and breaks no order: a copy of an earlier step, or bytes of which nobody can tell what they are. */
  readonly idle?: boolean;
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

/** A message with the session that it is a step of; `opener` is a direction of its own conversation. */
export type Member = { readonly n: number; readonly part: SessionStep } & Pick<MessageHeader, 'name' | 'direction'>;

/** The steps of a session's messages in their order: the machine is walked from its start. */
export function walk(machine: Machine, members: Iterable<Member>): Step[] {
  const steps: Step[] = [];
  for (const member of members) steps.push(step(machine, steps.at(-1)?.after ?? machine.start, member));
  return steps;
}

/** One step on from a state. */
export function step(machine: Machine, from: string, { n, name: row, direction, part }: Member): Step {
  const name = part.as ?? row;
  const by = direction === part.opener ? 'opener' : 'answerer';
  let at = from;
  let next = part.idle === true ? at : advance(machine, at, name, by);
  if (next === undefined && part.unseen !== undefined) {
    next = advance(machine, part.unseen, name, by);
    if (next !== undefined && part.stays === true) next = at;
    else if (next !== undefined) at = part.unseen;
  }
  return { n, by, before: at, after: next ?? at, allowed: next !== undefined };
}
