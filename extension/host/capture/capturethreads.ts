/**
 * The threads that captures are dissected in. One is started before it is needed: to load its modules takes longer than to show a small
 * capture. It waits with nothing of any capture in it, and takes about 40 MB.
 */
import type * as vscode from 'vscode';
import { captureLimit } from './capturelimit.ts';
import { startThread, type Thread, type ThreadEnds } from './thread.ts';

/** For what was just asked for the processor is free first. */
const SETTLED_MS = 2000;

interface Spare {
  readonly thread: Thread;
  /** The limit that it was started with. */
  readonly memory: number;
  /** Who has taken it. */
  ends: ThreadEnds | undefined;
}

/** Who starts the thread of a capture. */
export interface ThreadSource {
  start(ends: ThreadEnds): Thread;
}

export class CaptureThreads implements ThreadSource {
  readonly #file: vscode.Uri;
  #spare: Spare | undefined;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  /** `file`: the bundle that a thread runs. */
  constructor(file: vscode.Uri) {
    this.#file = file;
    this.#prepare();
  }

  /** The thread that waits, or a new one. */
  start(ends: ThreadEnds): Thread {
    const spare = this.#spare;
    this.#spare = undefined;
    this.#prepare();
    if (spare?.memory === captureLimit('threadMemory')) {
      spare.ends = ends;
      return spare.thread;
    }
    spare?.thread.terminate();
    return startThread(this.#file, 'peerscope-capture', ends);
  }

  dispose(): void {
    this.#isOver = true;
    clearTimeout(this.#settling);
    this.#spare?.thread.terminate();
  }

  #prepare(): void {
    if (this.#isOver) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      const thread = startThread(this.#file, 'peerscope-capture', {
        message: (message) => spare.ends?.message(message),
        ended: (reason) => {
          // The next capture starts its own, and says why that ends.
          if (this.#spare === spare) this.#spare = undefined;
          spare.ends?.ended(reason);
        },
      });
      const spare: Spare = { thread, memory: captureLimit('threadMemory'), ends: undefined };
      this.#spare = spare;
    }, SETTLED_MS);
  }
}
