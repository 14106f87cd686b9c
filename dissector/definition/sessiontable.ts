import { toHex } from '../bytes/index.ts';

/** What tells sessions apart: an index that a message carries, a connection id. */
export type SessionKey = number | bigint | string | Uint8Array;

/**
 * Sessions by what their messages carry, for all conversations of a capture: a side that changes its address is still found. The limit
 * `openSessions`: beyond it the one is forgotten that was not asked for for the longest time, so that a flood of new ones ends none in use.
 */
export class SessionTable<Session = unknown> {
  readonly #sessions = new Map<string, Session>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(key: SessionKey): Session | undefined {
    const id = idOf(key);
    const session = this.#sessions.get(id);
    if (session === undefined) return undefined;
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session;
  }

  /** A session in the place of an older one of the same key. */
  set(key: SessionKey, session: Session): void {
    const id = idOf(key);
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > this.#most && oldest !== undefined) this.#sessions.delete(oldest);
  }
}

/** No two keys that differ have the same id. */
function idOf(key: SessionKey): string {
  return key instanceof Uint8Array ? `bytes ${toHex(key)}` : `${typeof key} ${key}`;
}
