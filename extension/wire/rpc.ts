/**
 * Typed requests between two ends that can only post messages. Every request ends: in a result, in an error, or in the
 * error "connection closed" when its end goes away. The transport is passed in, so this knows neither workers nor webviews.
 */
export type Calls = { [method: string]: { params: unknown; result: unknown } };
export type Events = { [event: string]: unknown };
/** The methods that are declared by their names. */
export type MethodOf<C extends Calls> = keyof { [M in keyof C as string extends M ? never : M]: C[M] } & string;

export type Message =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly text: string }
  | { readonly kind: 'event'; readonly event: string; readonly data: unknown };

export type Handlers<C extends Calls> = { [M in keyof C]: (params: C[M]['params']) => C[M]['result'] | Promise<C[M]['result']> };
export type Listeners<E extends Events> = { [N in keyof E]: (data: E[N]) => void };

/** One end of a connection: `Out` are the calls it makes, `In` those it answers; likewise for events. */
export class Connection<Out extends Calls, OutEvents extends Events, In extends Calls, InEvents extends Events> {
  readonly #post: (message: Message) => void;
  readonly #handlers: Handlers<In>;
  readonly #listeners: Listeners<InEvents>;
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  #nextId = 1;
  #closed: string | undefined;

  constructor(post: (message: Message) => void, handlers: Handlers<In>, listeners: Listeners<InEvents>) {
    this.#post = post;
    this.#handlers = handlers;
    this.#listeners = listeners;
  }

  call<M extends keyof Out & string>(method: M, params: Out[M]['params']): Promise<Out[M]['result']> {
    if (this.#closed !== undefined) return Promise.reject(new Error(this.#closed));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ kind: 'call', id, method, params });
    });
  }

  tell<N extends keyof OutEvents & string>(event: N, data: OutEvents[N]): void {
    if (this.#closed === undefined) this.#post({ kind: 'event', event, data });
  }

  /** Feeds one received message. Anything that does not have the shape of a Message is ignored. */
  receive(message: unknown): void {
    if (!isMessage(message)) return;
    switch (message.kind) {
      case 'call':
        void this.#answer(message.id, message.method, message.params);
        return;
      case 'event':
        if (Object.hasOwn(this.#listeners, message.event)) this.#listeners[message.event]!(message.data as never);
        return;
      default: {
        const waiting = this.#waiting.get(message.id);
        if (waiting === undefined) return;
        this.#waiting.delete(message.id);
        if (message.kind === 'result') waiting.resolve(message.result as never);
        else waiting.reject(new Error(message.text));
      }
    }
  }

  /** Ends the connection: waiting calls fail with `reason`, later ones too. */
  close(reason = 'connection closed'): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    try {
      if (!Object.hasOwn(this.#handlers, method)) throw new Error(`unknown request "${method}"`);
      const result = await this.#handlers[method]!(params as never);
      if (this.#closed === undefined) this.#post({ kind: 'result', id, result });
    } catch (error) {
      if (this.#closed === undefined)
        this.#post({ kind: 'error', id, text: error instanceof Error ? error.message : String(error) });
    }
  }
}

function isMessage(message: unknown): message is Message {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  switch (message.kind) {
    case 'call':
      return 'id' in message && typeof message.id === 'number' && 'method' in message && typeof message.method === 'string';
    case 'result':
      return 'id' in message && typeof message.id === 'number';
    case 'error':
      return 'id' in message && typeof message.id === 'number' && 'text' in message && typeof message.text === 'string';
    case 'event':
      return 'event' in message && typeof message.event === 'string';
    default:
      return false;
  }
}
