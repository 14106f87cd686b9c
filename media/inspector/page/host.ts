/** The page's end of the connection to the extension host, and what VS Code keeps for the page. */
import type { WebviewCalls, WebviewEvents } from '../../../extension/wire/inspector.ts';
import { Connection, type Listeners } from '../../../extension/wire/rpc.ts';

interface VsCode {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCode;

type None = Record<never, never>;

export type Call = <M extends keyof WebviewCalls & string>(
  method: M,
  params: WebviewCalls[M]['params'],
) => Promise<WebviewCalls[M]['result']>;

export interface Host {
  readonly call: Call;
  stored(): unknown;
  store(state: unknown): void;
}

export function connect(listeners: Listeners<WebviewEvents>): Host {
  const vscode = acquireVsCodeApi();
  const connection = new Connection<WebviewCalls, None, None, WebviewEvents>(
    (message) => vscode.postMessage(message),
    {},
    listeners,
  );
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => connection.receive(data));
  return {
    call: (method, params) => connection.call(method, params),
    stored: () => vscode.getState(),
    store: (state) => vscode.setState(state),
  };
}

/** What went wrong, as a sentence to show. */
export function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
