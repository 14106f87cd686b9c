/**
 * One dissection worker: a thread that owns one capture, so that the extension host never waits for a capture and a capture
 * that brings its worker down takes nothing else with it.
 */
import * as vscode from 'vscode';
import type { Overview, WorkerCalls, WorkerEvents } from '../../wire/inspector.ts';
import { Connection } from '../../wire/rpc.ts';
import * as check from './checks.ts';
import { startThread, type Thread } from './thread.ts';

type None = Record<never, never>;

export interface WorkerEnds {
  overview(overview: Overview): void;
  /** The thread ended without being asked to; called once, after the waiting calls have failed with the same sentence. */
  ended(reason: string): void;
}

export class CaptureWorker {
  readonly #thread: Thread;
  readonly #connection: Connection<WorkerCalls, None, None, WorkerEvents>;
  #over = false;

  constructor(file: vscode.Uri, name: string, ends: WorkerEnds) {
    this.#connection = new Connection<WorkerCalls, None, None, WorkerEvents>(
      (message) => this.#thread.post(message, handedOver(message)),
      {},
      { overview: (data: unknown) => ends.overview(check.overview(data)) },
    );
    const ended = (reason: string): void => {
      if (this.#over) return;
      this.#over = true;
      this.#connection.close(reason);
      this.#thread.terminate();
      ends.ended(reason);
    };
    const message = (received: unknown): void => {
      try {
        this.#connection.receive(received);
      } catch (error) {
        ended(vscode.l10n.t('The dissection sent what it must not: {0}', error instanceof Error ? error.message : String(error)));
      }
    };
    this.#thread = startThread(file, `peerscope ${name}`, { message, ended });
  }

  get over(): boolean {
    return this.#over;
  }

  call<M extends keyof WorkerCalls & string>(method: M, params: WorkerCalls[M]['params']): Promise<WorkerCalls[M]['result']> {
    return this.#connection.call(method, params);
  }

  dispose(): void {
    if (this.#over) return;
    this.#over = true;
    this.#connection.close(vscode.l10n.t('The capture was closed.'));
    this.#thread.terminate();
  }
}

/** A whole file that is sent changes hands instead of being copied. */
function handedOver(message: unknown): ArrayBuffer[] {
  const bytes = (message as { params?: { bytes?: unknown } }).params?.bytes;
  return bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : [];
}
