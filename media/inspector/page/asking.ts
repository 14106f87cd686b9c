/**
 * Asks what the worker answers to one view alone. The answers stand in the file of `extension/worker/answers` that has the view's
 * id for its name; the page knows them by their types, and nothing else of the worker.
 */
import type { ViewQuestion } from '../../../extension/wire/inspector.ts';
import type { Calls } from '../../../extension/wire/rpc.ts';

export type Ask<Q extends Calls> = <M extends keyof Q & string>(question: M, params: Q[M]['params']) => Promise<Q[M]['result']>;

export function asking<Q extends Calls>(
  call: (method: 'view', question: ViewQuestion) => Promise<unknown>,
  view: string,
): Ask<Q> {
  return (question, params) => call('view', { view, question, params }) as Promise<never>;
}
