import type { MessageTable } from '../../session/index.ts';
import type { Facts } from './channels.ts';

/** What ties a message to another one: the name of the generated field, and the other's frame. */
export interface Link {
  readonly name: 'acknowledged_in' | 'acknowledges' | 'answers' | 'answered_in' | 'retransmission_of' | 'same_message_as';
  readonly frame: number;
}

export const linkDocs: Readonly<Record<Link['name'], string>> = {
  acknowledged_in: 'The ACK that names the id of this message.',
  acknowledges: 'The message that this ACK is for; the last copy of it.',
  answers: 'The request that this message answers.',
  answered_in: 'The first answer to this request.',
  retransmission_of: 'The first copy of this message between the same sockets.',
  same_message_as: 'The first copy of this message, sent to another node.',
};

/** Links of one message that are kept: a message acknowledged a thousand times needs no thousand fields. */
const mostLinks = 8;

/** Adds facts about a message to what is known of it. */
export function tell(messages: MessageTable, id: number, facts: Partial<Facts>): void {
  const known = messages.facts.get(id) as Facts | undefined;
  messages.facts.set(id, { encrypted: false, ...known, ...facts });
}

export function link(messages: MessageTable, id: number, name: Link['name'], frame: number): void {
  const known = (messages.facts.get(id) as Facts | undefined)?.links ?? [];
  if (known.length >= mostLinks || known.some((one) => one.name === name && one.frame === frame)) return;
  tell(messages, id, { links: [...known, { name, frame }] });
}
