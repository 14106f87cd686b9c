/** The shapes of what arrives from the page of a comparison. A request that fails here is answered with the error. */
import { integer, object, oneOf } from '../../wire/checks.ts';
import type { ComparisonPageCalls } from '../../wire/comparing.ts';

export function ready(value: unknown): ComparisonPageCalls['ready']['params'] {
  return { again: object(value, 'ready').again === true };
}

export function unfold(value: unknown): ComparisonPageCalls['unfold']['params'] {
  const { start, count, of } = object(value, 'unfold');
  return {
    start: integer(start, 'unfold.start', 0),
    count: integer(count, 'unfold.count', 0),
    of: oneOf(of, ['equal', 'a', 'b', 'unlisted'] as const, 'unfold.of'),
  };
}

export function showPlace(value: unknown): ComparisonPageCalls['showPlace']['params'] {
  const { side, at } = object(value, 'showPlace');
  return { side: oneOf(side, ['a', 'b'] as const, 'showPlace.side'), at: integer(at, 'showPlace.at', 1) };
}
