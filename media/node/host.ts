/** The page's end of the connection to the extension host. */
import type { NodeEvents, NodePageCalls } from '../../extension/wire/node.ts';
import { Connection, type Listeners } from '../../extension/wire/rpc.ts';

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

type None = Record<never, never>;

export type Call = <M extends keyof NodePageCalls & string>(
  method: M,
  params: NodePageCalls[M]['params'],
) => Promise<NodePageCalls[M]['result']>;

export function connect(listeners: Listeners<NodeEvents>): Call {
  const vscode = acquireVsCodeApi();
  const connection = new Connection<NodePageCalls, None, None, NodeEvents>(
    (message) => vscode.postMessage(message),
    {},
    listeners,
  );
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => connection.receive(data));
  return (method, params) => connection.call(method, params);
}
