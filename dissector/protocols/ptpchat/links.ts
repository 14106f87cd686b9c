import type { MessageTable } from '../../session/index.ts';
import type { Facts } from './channels.ts';

/** What ties a message to another one: the name of the generated field, and the other's frame. */
export interface Link {
  readonly name: 'acknowledged_in' | 'acknowledges' | 'answers' | 'answered_in' | 'retransmission_of' | 'same_message_as';
  readonly frame: number;
}

export const linkTexts: Readonly<Record<Link['name'], string>> = {
  acknowledged_in: 'acknowledged in frame',
  acknowledges: 'acknowledges frame',
  answers: 'answers frame',
  answered_in: 'answered in frame',
  retransmission_of: 'retransmission of frame',
  same_message_as: 'same message, to another node, as frame',
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
