/** Which fields of messages that come may hold what a script has computed from a secret and sent. */
import type { Encodable } from '../../../dissector/codec/index.ts';
import type { ScriptSecrets } from './secrets.ts';

export class SecretMessages {
  readonly #secrets: ScriptSecrets;
  /** By message that was sent with a secret: the fields of it that the script has always said without one, and with one. */
  readonly #sent = new Map<string, { readonly open: Set<string>; readonly closed: Set<string> }>();
  /** Bytes of a message were computed from a secret: they may be any message. */
  #isAnySecret = false;

  constructor(secrets: ScriptSecrets) {
    this.#secrets = secrets;
  }

  /** Something was sent that was computed from a secret. */
  get isAny(): boolean {
    return this.#isAnySecret || this.#sent.size > 0;
  }

  /** `said`: the fields that the script wrote; `secret`, those of them that are computed from a secret. */
  sent(message: string, said: readonly string[], secret: readonly string[]): void {
    if (secret.includes('raw')) this.#isAnySecret = true;
    const before = this.#sent.get(message);
    const closed = new Set([...(before?.closed ?? []), ...secret]);
    const open = new Set([...(before?.open ?? []), ...said].filter((name) => !closed.has(name)));
    this.#sent.set(message, { open, closed });
  }

  /** A field of a message, by its outermost name. */
  hides(message: string, field: string, value: Encodable): boolean {
    if (this.#isAnySecret) return true;
    const sent = this.#sent.get(message);
    if (sent?.closed.has(field)) return true;
    // What a node fills in, or a decoder finds, it may have computed from the rest; its numbers are counters, sizes and times.
    if (sent !== undefined && !sent.open.has(field) && typeof value !== 'number') return true;
    return this.#secrets.holds(value);
  }
}
