/** Whether a debug session, of whatever kind, is stopped: read from the messages of the Debug Adapter Protocol that pass by. */

interface Message {
  readonly type?: unknown;
  readonly event?: unknown;
  readonly command?: unknown;
  readonly success?: unknown;
  readonly arguments?: { readonly threadId?: unknown };
  readonly body?: {
    readonly threadId?: unknown;
    readonly allThreadsStopped?: unknown;
    readonly allThreadsContinued?: unknown;
  };
  readonly seq?: unknown;
  readonly request_seq?: unknown;
}

/** Requests after whose responses a thread runs again. */
const steps: readonly unknown[] = ['next', 'stepIn', 'stepOut', 'stepBack', 'goto', 'restartFrame'];
const runs: readonly unknown[] = ['continue', 'reverseContinue'];
/** Requests that wait for their responses, at most: more than any client has. */
const MOST_WAITING = 1_000;
/** Stands for all threads, where an adapter names none. */
const ALL = -1;

export class SessionState {
  readonly #stopped = new Set<number>();
  /** Threads that requests let run, by the number of the request. */
  readonly #asked = new Map<number, number>();

  get isStopped(): boolean {
    return this.#stopped.size > 0;
  }

  /** A message from the client to the adapter. */
  toAdapter(message: unknown): void {
    const { type, command, seq, arguments: given } = (message ?? {}) as Message;
    if (type !== 'request' || typeof seq !== 'number' || !(steps.includes(command) || runs.includes(command))) return;
    if (this.#asked.size < MOST_WAITING) this.#asked.set(seq, numberOf(given?.threadId));
  }

  /** A message from the adapter to the client. */
  fromAdapter(message: unknown): void {
    const { type, event, body = {}, success, command, request_seq: of } = (message ?? {}) as Message;
    if (type === 'event') this.#event(event, body);
    if (type !== 'response' || typeof of !== 'number' || !this.#asked.has(of)) return;
    const thread = this.#asked.get(of)!;
    this.#asked.delete(of);
    if (success !== true) return;
    // Without a word about it, all threads go on.
    if (runs.includes(command) && body.allThreadsContinued !== false) this.#stopped.clear();
    else this.#goOn(thread);
  }

  #event(event: unknown, { threadId, allThreadsStopped, allThreadsContinued }: NonNullable<Message['body']>): void {
    switch (event) {
      case 'stopped':
        this.#stopped.add(allThreadsStopped === true ? ALL : numberOf(threadId));
        break;
      case 'continued':
        if (allThreadsContinued !== false) this.#stopped.clear();
        else this.#goOn(numberOf(threadId));
        break;
      case 'terminated':
      case 'exited':
        this.#stopped.clear();
    }
  }

  /** Where all were stopped together, they go on together. */
  #goOn(thread: number): void {
    this.#stopped.delete(thread);
    this.#stopped.delete(ALL);
  }
}

function numberOf(threadId: unknown): number {
  return typeof threadId === 'number' ? threadId : ALL;
}
