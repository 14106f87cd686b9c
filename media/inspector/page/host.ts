/** The inspector's connection to the extension host. */
import type { WebviewCalls, WebviewEvents } from '../../../extension/wire/inspector.ts';
import type { Listeners } from '../../../extension/wire/rpc.ts';
import { type CallOf, connectPage, type PageHost } from '../../base/connection.ts';

export type Call = CallOf<WebviewCalls>;
export type Host = PageHost<WebviewCalls>;

export function connect(listeners: Listeners<WebviewEvents>): Host {
  return connectPage<WebviewCalls, WebviewEvents>(listeners);
}
