/** The connection of the test nodes' page to the extension host. */
import type { NodePageCalls, NodePageEvents } from '../../extension/wire/node.ts';
import type { Listeners } from '../../extension/wire/rpc.ts';
import { type CallOf, connectPage } from '../base/connection.ts';

export type Call = CallOf<NodePageCalls>;

export function connect(listeners: Listeners<NodePageEvents>): Call {
  return connectPage<NodePageCalls, NodePageEvents>(listeners).call;
}
