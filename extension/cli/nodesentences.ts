import type { NodeEvent } from '../../dissector/testnode/index.ts';
import { addressText } from '../node/sockets/address.ts';

/** What a person is told of an event of a node or a relay; undefined where that is nothing. */
export function sentenceOf(event: NodeEvent): string | undefined {
  switch (event.kind) {
    case 'told':
      return event.link === undefined ? event.text : `${addressText(event.link.remote)}: ${event.text}`;
    case 'opened':
      return `${addressText(event.link.remote)} connected`;
    case 'closed':
      return `${addressText(event.link.remote)} disconnected (${event.why})`;
    case 'sent':
      return event.note === undefined ? undefined : `${addressText(event.link.remote)}: ${event.note}.`;
    default:
      return undefined;
  }
}
