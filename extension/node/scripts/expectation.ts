/** What an expectation of a script says, and which messages it takes. */
import type { MessageForm } from '../../../dissector/codec/index.ts';
import type { FieldNode } from '../../../dissector/script/index.ts';
import type { ScriptNode } from './node.ts';
import type { ReceivedMessage } from './receivedmessages.ts';
import type { ScriptRelay } from './relay.ts';

/** Where messages come: at a node, or through a relay. */
export type Hearing = ScriptNode | ScriptRelay;

/** What an expectation says. */
export interface Expected {
  readonly message: string;
  readonly state: string | undefined;
  readonly within: number;
  readonly fields: readonly FieldNode[];
}

/** A name that has no layout (undecodable, say) tells the state by itself. */
export function isTaken(heard: ReceivedMessage, state: string | undefined, form: MessageForm | undefined): boolean {
  if (state === undefined) return heard.isRead || form === undefined;
  return state === 'any' || heard.state === state;
}

export function formOf({ protocol }: Hearing, message: string) {
  return protocol.messages?.find(({ name }) => name === message);
}

export function ms(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;
}
