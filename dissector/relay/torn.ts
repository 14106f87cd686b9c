import { orUndefined } from '../crypto/index.ts';
import { endIn, rangeIn } from './piecerange.ts';
import type { Unit } from './units.ts';

/** Its records hold parts of messages, the rest of which stand in others: those before it have gone on. */
export function isTorn({ sealed, messages }: Unit): boolean {
  if (messages.length === 0) return sealed !== undefined;
  const clear = sealed && orUndefined(() => sealed.clear);
  const [first, last] = [messages[0]?.inside?.pieces, messages.at(-1)?.inside?.pieces];
  if (clear === undefined || last === undefined) return false;
  const end = endIn(clear.pieces, last);
  return end !== undefined && (end < clear.length || rangeIn(clear.pieces, first!)?.[0] !== 0);
}
