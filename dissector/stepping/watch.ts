import type { Direction } from '../protocol/index.ts';

/** What a data breakpoint watches: the state of a session, or a field of what one side of a conversation sends. */
export type Watch =
  | { readonly kind: 'state'; readonly session: number }
  | { readonly kind: 'field'; readonly field: string; readonly conversation: number; readonly direction: Direction };

/** A watch as the id of a data breakpoint, which clients keep and give back. */
export function watchText(watch: Watch): string {
  if (watch.kind === 'state') return `state ${watch.session}`;
  return `field ${watch.conversation} ${watch.direction} ${watch.field}`;
}

/** The watch of an id; undefined for another text. */
export function readWatch(text: string): Watch | undefined {
  const state = /^state (\d{1,10})$/.exec(text);
  if (state !== null) return { kind: 'state', session: Number(state[1]) };
  const field = /^field (\d{1,10}) ([01]) (\S+)$/.exec(text);
  if (field === null) return undefined;
  return { kind: 'field', conversation: Number(field[1]), direction: Number(field[2]) as Direction, field: field[3]! };
}

/** What a person calls it. */
export function watchedName(watch: Watch): string {
  return watch.kind === 'state' ? 'the state' : watch.field;
}
