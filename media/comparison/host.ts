/** The connection of a comparison's page to the extension host. */
import type { ComparisonEvents, ComparisonPageCalls } from '../../extension/wire/comparing.ts';
import type { Listeners } from '../../extension/wire/rpc.ts';
import { type CallOf, connectPage } from '../base/connection.ts';

export type Call = CallOf<ComparisonPageCalls>;

export function connect(listeners: Listeners<ComparisonEvents>): Call {
  return connectPage<ComparisonPageCalls, ComparisonEvents>(listeners).call;
}
