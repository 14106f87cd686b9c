/**
 * One dissection worker: a thread that owns one capture, so that the extension host never waits for a capture and a capture
 * that brings its worker down takes nothing else with it.
 */
import { Worker } from 'node:worker_threads';
import type { Overview, WorkerCalls, WorkerEvents } from '../wire/inspector.ts';
import { Connection } from '../wire/rpc.ts';
import * as check from './checks.ts';

type None = Record<never, never>;

export interface WorkerEnds {
  overview(overview: Overview): void;
  /** The thread ended without being asked to; called once, after the waiting calls have failed with the same sentence. */
  ended(reason: string): void;
}

export class CaptureWorker {
  readonly #thread: Worker;
  readonly #connection: Connection<WorkerCalls, None, None, WorkerEvents>;
  #over = false;

  constructor(file: string, name: string, ends: WorkerEnds) {
    this.#thread = new Worker(file, { name: `peerscope ${name}` });
    this.#connection = new Connection<WorkerCalls, None, None, WorkerEvents>(
      (message) => this.#thread.postMessage(message, handedOver(message)),
      {},
      { overview: (data: unknown) => ends.overview(check.overview(data)) },
    );
    const end = (reason: string): void => {
      if (this.#over) return;
      this.#over = true;
      this.#connection.close(reason);
      void this.#thread.terminate();
      ends.ended(reason);
    };
    this.#thread.on('message', (message) => {
      try {
        this.#connection.receive(message);
      } catch (error) {
        end(`The dissection sent what it must not: ${sentence(error)}`);
      }
    });
    this.#thread.on('messageerror', (error) => end(`The dissection sent what cannot be read: ${sentence(error)}`));
    this.#thread.on('error', (error) => end(`The dissection stopped: ${sentence(error)}`));
    this.#thread.on('exit', (code) => end(`The dissection stopped with exit code ${code}.`));
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
    this.#connection.close('The capture was closed.');
    void this.#thread.terminate();
  }
}

/** A whole file that is sent changes hands instead of being copied. */
function handedOver(message: unknown): ArrayBuffer[] {
  const bytes = (message as { params?: { bytes?: unknown } }).params?.bytes;
  return bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : [];
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
