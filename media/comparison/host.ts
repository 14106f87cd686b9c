/** The page's end of the connection to the extension host. */
import type { ComparisonEvents, ComparisonPageCalls } from '../../extension/wire/comparing.ts';
import { Connection, type Listeners } from '../../extension/wire/rpc.ts';

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

type None = Record<never, never>;

export type Call = <M extends keyof ComparisonPageCalls & string>(
  method: M,
  params: ComparisonPageCalls[M]['params'],
) => Promise<ComparisonPageCalls[M]['result']>;

export function connect(listeners: Listeners<ComparisonEvents>): Call {
  const vscode = acquireVsCodeApi();
  const connection = new Connection<ComparisonPageCalls, None, None, ComparisonEvents>(
    (message) => vscode.postMessage(message),
    {},
    listeners,
  );
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => connection.receive(data));
  return (method, params) => connection.call(method, params);
}
