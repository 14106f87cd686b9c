import { step } from '../protocol/steps.ts';
import type { Analysis } from './analysis.ts';

/** The state in which a capture leaves a session. */
export interface LastState {
  readonly state: string;
  /** In words. */
  readonly doc: string;
}

/** By conversation: the state of its newest session after the last message of the capture. In one pass over all messages. */
export function lastStates(analysis: Analysis): ReadonlyMap<number, LastState> {
  const sessions = new Map<unknown, string>();
  const states = new Map<number, LastState>();
  for (let n = 0; n < analysis.messageCount; n++) {
    const part = analysis.part(n);
    if (part === undefined) continue;
    const { name, direction, conversation } = analysis.message(n);
    const { machine, session } = part;
    const { after } = step(machine, sessions.get(session) ?? machine.start, { n, part, name, direction });
    sessions.set(session, after);
    states.set(conversation.id, { state: after, doc: machine.states[after] ?? '' });
  }
  return states;
}
