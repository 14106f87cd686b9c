import { BoundedMap } from '../boundedmap.ts';
import { idKey } from '../digest.ts';

interface Waiting {
  readonly verb: string;
  isOwn: boolean;
  /** Nanoseconds; none once it is acknowledged, or given up. */
  due: bigint | undefined;
}

/** Messages of one link whose ACK is remembered. */
const MOST_WAITING = 256;
/** The specification gives no time for an ACK: that after which the rule of unacknowledged messages asks for it, too. */
export const PATIENCE_MS = 10_000;

/** What a node has sent over one link, and the other side has to acknowledge. */
export class PeerAcks {
  readonly #sent = new BoundedMap<string, Waiting>(MOST_WAITING);
  /** An ACK came that nobody can send who has not heard this node. */
  isHeard = false;

  /** `isOwn`: this node chose the msg_id, at random, and has told it nobody else. */
  sent(msgId: string, verb: string, isOwn: boolean, now: bigint): void {
    this.#sent.set(idKey(msgId), { verb, isOwn, due: now + BigInt(PATIENCE_MS) * 1_000_000n });
  }

  /** Another node gets the same message: whoever acknowledges it may have it from there. */
  shared(msgId: string): void {
    const known = this.#sent.get(idKey(msgId));
    if (known !== undefined) known.isOwn = false;
  }

  /** False for an ACK that names no message of this link. */
  acknowledged(msgId: string): boolean {
    const known = this.#sent.get(idKey(msgId));
    if (known !== undefined) known.due = undefined;
    this.isHeard ||= known?.isOwn === true;
    return known !== undefined || this.#sent.forgot;
  }

  /** Verbs of messages whose time is over, once each. */
  overdue(now: bigint): string[] {
    const late = [...this.#sent.values()].filter(({ due }) => due !== undefined && due <= now);
    for (const waiting of late) waiting.due = undefined;
    return late.map(({ verb }) => verb);
  }

  get isWaiting(): boolean {
    return [...this.#sent.values()].some(({ due }) => due !== undefined);
  }
}
