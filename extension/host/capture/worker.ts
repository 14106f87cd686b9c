/**
 * One dissection worker: a thread that owns one capture, or compares two, so that the extension host never waits for a capture and a
 * capture that brings its worker down takes nothing else with it.
 */
import * as vscode from 'vscode';
import type { HookWatch, WatchedHook } from '../../capture/hookwatch.ts';
import type { ComparingCalls } from '../../wire/comparing.ts';
import type { Overview, WorkerCalls, WorkerEvents } from '../../wire/inspector.ts';
import { Connection } from '../../wire/rpc.ts';
import type { ThreadSource } from './capturethreads.ts';
import * as check from './checks.ts';
import { StuckModules } from './stuckmodules.ts';
import type { Thread } from './thread.ts';

type None = Record<never, never>;
type ThreadCalls = WorkerCalls & ComparingCalls;

export interface WorkerEnds {
  overview(overview: Overview): void;
  /** The thread ended without being asked to; called once, after the waiting calls have failed with the same sentence. */
  ended(reason: string): void;
  /** A module does not return; the thread ends right after. */
  stuck(hook: WatchedHook, seconds: number): void;
}

export class CaptureWorker {
  readonly #thread: Thread;
  readonly #connection: Connection<ThreadCalls, None, None, WorkerEvents>;
  #over = false;
  readonly #modules: StuckModules;

  constructor(threads: ThreadSource, ends: WorkerEnds) {
    this.#connection = new Connection<ThreadCalls, None, None, WorkerEvents>(
      (message) => this.#thread.post(message, handedOver(message)),
      {},
      {
        overview: (data: unknown) => ends.overview(check.overview(data)),
        hooks: (data: unknown) => this.#modules.watch(data as HookWatch),
      },
    );
    const ended = (reason: string): void => {
      if (this.#over) return;
      this.#end(reason);
      ends.ended(reason);
    };
    this.#modules = new StuckModules((hook, seconds) => {
      if (this.#over) return;
      ends.stuck(hook, seconds);
      ended(vscode.l10n.t('The protocol {0} did not return from "{1}" within {2} s.', hook.protocol, hook.hook, seconds));
    });
    const message = (received: unknown): void => {
      try {
        this.#connection.receive(received);
      } catch (error) {
        ended(vscode.l10n.t('The dissection sent what it must not: {0}', error instanceof Error ? error.message : String(error)));
      }
    };
    this.#thread = threads.start({ message, ended });
  }

  get over(): boolean {
    return this.#over;
  }

  call<M extends keyof ThreadCalls & string>(method: M, params: ThreadCalls[M]['params']): Promise<ThreadCalls[M]['result']> {
    return this.#connection.call(method, params);
  }

  dispose(): void {
    if (!this.#over) this.#end(vscode.l10n.t('The capture was closed.'));
  }

  #end(reason: string): void {
    this.#over = true;
    this.#modules.dispose();
    this.#connection.close(reason);
    this.#thread.terminate();
  }
}

/** A whole file that is sent changes hands instead of being copied. */
function handedOver(message: unknown): ArrayBuffer[] {
  const bytes = (message as { params?: { bytes?: unknown } }).params?.bytes;
  return bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : [];
}
