import { printable } from '../wire/printable.ts';

/** Members of responses and events that a client shows as they are: a debug console and a terminal take escape sequences in them. */
const shown: ReadonlySet<string> = new Set([
  'output',
  'result',
  'value',
  'message',
  'format',
  'text',
  'description',
  'details',
  'type',
]);

/** The body of a response or an event, with words of peers, scripts and files that steer no terminal. Paths, names and bytes stay as they are. */
export function shownWords(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(shownWords);
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      typeof value === 'string' && shown.has(name) ? value.split('\n').map(printable).join('\n') : shownWords(value),
    ]),
  );
}
