import type { FieldValues } from '../../../codec/index.ts';
import type { EntryName } from '../messages.ts';

/** An entry that waits for an ack. */
interface Waiting {
  readonly channel: number;
  readonly sequence: number;
  readonly values: FieldValues;
  /** Milliseconds of the node's clock at which it is sent again. */
  due: number;
  tries: number;
}

/** Of one channel: what is sent next, what came in order, and what came after a hole. */
interface Channel {
  next: number;
  received: number;
  /** Those behind a hole, and the second at which each came first. */
  readonly early: Map<number, number>;
  /** Something came that no entry has acknowledged yet. */
  owes: boolean;
}

const REPEAT_S = 1;
const TRIES = 5;
/** Entries that wait for an ack on one link, and entries behind a hole that are remembered. */
const MOST_WAITING = 256;
const MOST_EARLY = 1024;

/** The numbers of all channels of one link: sequence and ack, and what is sent again until it is acknowledged. */
export class PeerChannels {
  readonly #channels = new Map<number, Channel>();
  /** Entries behind a hole, of all channels. */
  #early = 0;
  #waiting: Waiting[] = [];

  sequence(channel: number): number {
    return this.#of(channel).next++;
  }

  /** The last sequence number that came in order. */
  ack(channel: number): number {
    return this.#of(channel).received;
  }

  /** An entry is on the wire; `now` in seconds. All but unreliable data is sent again until it is acknowledged. */
  sent(values: FieldValues, type: EntryName | undefined, now: number): void {
    const [channel, sequence] = [Number(values.id), Number(values.sequence)];
    const own = this.#of(channel);
    own.owes = false;
    own.next = Math.max(own.next, sequence + 1);
    const isKnown = this.#waiting.some((one) => one.channel === channel && one.sequence === sequence);
    if (type === 'unreliable_data' || isKnown || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push({ channel, sequence, values, due: now + REPEAT_S, tries: 0 });
  }

  /**
   * An entry came; `now` in seconds. True when it is new: what it carries counts. One that cannot be remembered does not, since
   * its copy would count once more.
   */
  received(channel: number, sequence: number, ack: number, type: EntryName, now: number): boolean {
    const own = this.#of(channel);
    this.#waiting = this.#waiting.filter((one) => one.channel !== channel || one.sequence > ack);
    if (type !== 'unreliable_data') own.owes = true;
    if (sequence <= own.received) return false;
    const first = own.early.get(sequence);
    const isNext = sequence === own.received + 1;
    if (first === undefined && !isNext && this.#early >= MOST_EARLY) return false;
    const before = own.early.size;
    if (first === undefined) own.early.set(sequence, now);
    // Sent again while those before it are not: they were unreliable, and are lost. A copy that the network made comes sooner.
    else if (now - first >= REPEAT_S) own.received = sequence;
    while (own.early.has(own.received + 1)) own.received++;
    for (const early of own.early.keys()) if (early <= own.received) own.early.delete(early);
    this.#early += own.early.size - before;
    return first === undefined;
  }

  /** Channels on which something came that was not acknowledged by now. */
  get owing(): number[] {
    return [...this.#channels].flatMap(([id, { owes }]) => (owes ? [id] : []));
  }

  /** Entries that have waited long enough, with the ack of today; `lost` when one was sent in vain too often. */
  due(now: number): { readonly again: readonly FieldValues[]; readonly lost: number } {
    const due = this.#waiting.filter((one) => one.due <= now);
    for (const one of due) {
      one.tries++;
      one.due = now + REPEAT_S;
    }
    const lost = due.filter(({ tries }) => tries > TRIES);
    this.#waiting = this.#waiting.filter((one) => !lost.includes(one));
    const again = due.filter(({ tries }) => tries <= TRIES).map(({ values, channel }) => ({ ...values, ack: this.ack(channel) }));
    return { again, lost: lost.length };
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  #of(id: number): Channel {
    const known = this.#channels.get(id);
    if (known !== undefined) return known;
    const channel = { next: 1, received: 0, early: new Map<number, number>(), owes: false };
    this.#channels.set(id, channel);
    return channel;
  }
}
