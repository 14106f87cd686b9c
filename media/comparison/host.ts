/** The connection of a comparison's page to the extension host. */
import type { ComparisonEvents, ComparisonPageCalls } from '../../extension/wire/comparing.ts';
import type { Listeners } from '../../extension/wire/rpc.ts';
import { connectPage, type PageHost } from '../base/connection.ts';

export function connect(listeners: Listeners<ComparisonEvents>): PageHost<ComparisonPageCalls> {
  return connectPage<ComparisonPageCalls, ComparisonEvents>(listeners);
}
