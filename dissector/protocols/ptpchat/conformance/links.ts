import type { MessageTable } from '../../../protocol/index.ts';
import type { Facts, MessageLink } from '../facts.ts';

/** Links of one message that are kept: a message acknowledged a thousand times needs no thousand fields. */
const mostLinks = 8;

/** Adds facts about a message to what is known of it. */
export function tell(messages: MessageTable<Facts>, id: number, facts: Partial<Facts>): void {
  const known = messages.facts.get(id);
  messages.facts.set(id, { encrypted: false, ...known, ...facts });
}

export function link(messages: MessageTable<Facts>, id: number, name: MessageLink['name'], frame: number): void {
  const known = messages.facts.get(id)?.links ?? [];
  if (known.length >= mostLinks || known.some((one) => one.name === name && one.frame === frame)) return;
  tell(messages, id, { links: [...known, { name, frame }] });
}
