/** A page's end of the connection to the extension host. */
import { type Calls, Connection, type Events, type Listeners } from '../../extension/wire/rpc.ts';

interface VsCode {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCode;

type None = Record<never, never>;

/** A call of the host, by its name. */
export type CallOf<C extends Calls> = <M extends keyof C & string>(method: M, params: C[M]['params']) => Promise<C[M]['result']>;

export interface PageHost<C extends Calls> {
  readonly call: CallOf<C>;
  /** What VS Code keeps for the page while it is hidden. */
  stored(): unknown;
  store(state: unknown): void;
}

/** Once a page: VS Code gives its interface a single time. */
export function connectPage<C extends Calls, E extends Events>(listeners: Listeners<E>): PageHost<C> {
  const vscode = acquireVsCodeApi();
  const connection = new Connection<C, None, None, E>((message) => vscode.postMessage(message), {}, listeners);
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
