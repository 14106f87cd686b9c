import type { ObserverContext } from '../../../protocol/index.ts';
import { BoundedMap } from '../boundedmap.ts';
import type { Facts } from '../facts.ts';
import { rules } from '../rules.ts';
import type { Ids } from './ids.ts';
import { link } from './links.ts';
import type { Sighting } from './sighting.ts';

/**
 * The specification gives no time for an ACK, so these are this dissector's, in seconds. A message's time is over when its
 * recipient speaks `patience` after its last copy (`longestPatience` after the first). At the capture's end it is over when
 * the recipient spoke `settled` after the last copy, or `overtaken` after it while a later message was acknowledged.
 */
const patience = 10;
const longestPatience = 30;
const settled = 5;
const overtaken = 1;
/** An ACK so soon after the capture's beginning may be for a message from before it, and so one after unreadable bytes. */
const grace = 1;

/** A message that waits for its ACK, with all its copies in one lane. */
interface Waiting {
  readonly lane: number;
  readonly msgId: string;
  readonly first: { readonly id: number; readonly time: number };
  /** Messages of the copies; what came before the ACK is acknowledged by it. */
  readonly copies: number[];
  last: { id: number; time: number };
  acknowledged?: number;
}

/** What the recipients of a lane's messages did. */
interface Recipient {
  /** Messages without ACK, in the order in which their time ends. */
  readonly open: Set<Waiting>;
  /** The latest message that was acknowledged. */
  latest?: { id: number; frame: number };
  heard?: { time: number; frame: number };
  /** When something unreadable went this way. */
  unreadable?: number;
}

interface Doubtful {
  readonly id: number;
  readonly msgId: string;
  /** The message that it would have acknowledged, if it had named it. */
  readonly instead: Waiting;
}

/** Copies of one message in one lane, and lanes of one msg_id, that an ACK is matched with. */
const mostCopies = 16;
const mostLanes = 64;

/** ACK follows some verbs (as the table of verbs says) and names their msg_id. */
export class Acknowledgements {
  readonly #context: ObserverContext<Facts>;
  readonly #ids: Ids;
  /** When the capture begins, read with its first message. */
  #start: number | undefined;
  readonly #messages: BoundedMap<string, Waiting>;
  /** By msg_id, for an ACK that comes another way than its message went. */
  readonly #anywhere: BoundedMap<string, Waiting[]>;
  readonly #recipients: BoundedMap<number, Recipient>;
  readonly #doubtful: Doubtful[] = [];
  #open = 0;

  constructor(context: ObserverContext<Facts>, ids: Ids) {
    this.#context = context;
    this.#ids = ids;
    const { sessions } = context.limits;
    this.#messages = new BoundedMap(sessions);
    this.#anywhere = new BoundedMap(sessions, (all) => all.length);
    this.#recipients = new BoundedMap(sessions);
  }

  see(sighting: Sighting): void {
    this.#start ??= this.#context.time(1);
    this.#hear(sighting);
    const { verb, msgId, isSound } = sighting;
    if (msgId === undefined) return;
    if (verb?.name === 'ACK') this.#acknowledge(sighting, msgId);
    else if (verb?.acknowledged === true && isSound) this.#await(sighting, msgId);
  }

  /** Something went this way that has no readable msg_id. */
  unreadable(lane: number, time: number): void {
    const recipient = this.#recipient(lane);
    recipient.unreadable = Math.max(time, recipient.unreadable ?? time);
  }

  /** Bytes of a stream are missing: whole messages may be among them, and on the other side ACKs. */
  lost(lane: number): void {
    this.#recipient(lane).unreadable = Number.POSITIVE_INFINITY;
    for (const waiting of this.#recipients.get(lane ^ 1)?.open ?? []) this.#forget(waiting);
  }

  end(): void {
    for (const recipient of this.#recipients.values()) for (const waiting of recipient.open) this.#judge(waiting, recipient);
    for (const { id, msgId, instead } of this.#doubtful)
      if (instead.acknowledged === undefined && !this.#ids.has(msgId)) this.#findUnknown(id, [this.#frame(instead.last.id)]);
  }

  #await({ id, time, lane }: Sighting, msgId: string): void {
    const key = `${lane}\n${msgId}`;
    const known = this.#messages.get(key);
    const recipient = this.#recipient(lane);
    if (known !== undefined) {
      if (known.copies.length < mostCopies) known.copies.push(id);
      known.last = { id, time };
      // Its time ends later now.
      if (recipient.open.delete(known)) recipient.open.add(known);
      return;
    }
    if (this.#open >= this.#context.limits.sessions) return;
    const waiting: Waiting = { lane, msgId, first: { id, time }, copies: [id], last: { id, time } };
    this.#messages.set(key, waiting);
    this.#anywhere.set(msgId, [...(this.#anywhere.get(msgId) ?? []), waiting].slice(-mostLanes));
    recipient.open.add(waiting);
    this.#open++;
  }

  #acknowledge({ id, frame, time, lane, back, isSound }: Sighting, msgId: string): void {
    const here = this.#messages.get(`${back}\n${msgId}`);
    // An ACK is for what went the other way; a message that went elsewhere can still be meant, from another socket.
    const meant = here !== undefined ? [here] : (this.#anywhere.get(msgId) ?? []).filter((one) => one.lane !== lane);
    for (const waiting of meant) this.#close(waiting, frame);
    const first = meant[0];
    if (first !== undefined) {
      link(this.#context.messages, id, 'acknowledges', this.#frame(first.last.id));
      const recipient = this.#recipient(first.lane);
      if (recipient.latest === undefined || recipient.latest.id < first.last.id) recipient.latest = { id: first.last.id, frame };
      return;
    }
    if (isSound && !this.#ids.has(msgId)) this.#unknown(id, msgId, time, back);
  }

  /**
   * Whether an ACK without its message is judged: it is once the capture shows the conversation's ACKs to match. Before
   * that it may be for a message from before the capture; it then stays in doubt until the end, where a message that it
   * followed and that nobody acknowledged shows that it named the wrong id.
   */
  #unknown(id: number, msgId: string, time: number, back: number): void {
    const recipient = this.#recipients.get(back);
    if (recipient?.unreadable !== undefined && !(time - recipient.unreadable > grace)) return;
    if (recipient?.latest !== undefined || time - this.#start! >= grace) {
      this.#findUnknown(id, []);
      return;
    }
    const [instead] = recipient?.open ?? [];
    if (instead !== undefined && this.#doubtful.length < this.#context.limits.sessions)
      this.#doubtful.push({ id, msgId, instead });
  }

  #close(waiting: Waiting, frame: number): void {
    const { messages } = this.#context;
    for (const copy of waiting.copies.splice(0)) link(messages, copy, 'acknowledged_in', frame);
    if (waiting.acknowledged !== undefined) return;
    waiting.acknowledged = frame;
    this.#forget(waiting);
  }

  #forget(waiting: Waiting): void {
    if (this.#recipients.get(waiting.lane)?.open.delete(waiting)) this.#open--;
  }

  /** A message of a recipient shows that it is there, and which messages' time is over. */
  #hear({ back, frame, time, verb, msgId }: Sighting): void {
    const recipient = this.#recipients.get(back);
    if (recipient === undefined) return;
    recipient.heard = { time, frame };
    for (const waiting of recipient.open) {
      if (!(time - waiting.last.time > patience || time - waiting.first.time > longestPatience)) return;
      if (verb?.name === 'ACK' && waiting.msgId === msgId) continue;
      this.#forget(waiting);
      this.#findUnacknowledged(waiting, [frame], `the recipient sends frame ${frame} more than ${patience} s later`);
    }
  }

  #judge(waiting: Waiting, { heard, latest }: Recipient): void {
    if (heard === undefined) return;
    const quiet = heard.time - waiting.last.time;
    if (latest !== undefined && latest.id > waiting.last.id && quiet > overtaken)
      this.#findUnacknowledged(waiting, [latest.frame, heard.frame], `a later message is acknowledged in frame ${latest.frame}`);
    else if (quiet > settled)
      this.#findUnacknowledged(
        waiting,
        [heard.frame],
        `the recipient still sends in frame ${heard.frame}, ${quiet.toFixed(1)} s later`,
      );
  }

  #findUnacknowledged({ first, last }: Waiting, frames: readonly number[], shown: string): void {
    const copies = last.id === first.id ? [] : [this.#frame(last.id)];
    this.#context.messages.addFinding(first.id, rules.unacknowledged, `no ACK has come: ${shown}`, [...copies, ...frames]);
  }

  #findUnknown(id: number, frames: readonly number[]): void {
    this.#context.messages.addFinding(id, rules.ackUnknown, 'no message with this msg_id was seen before', frames);
  }

  #recipient(lane: number): Recipient {
    let known = this.#recipients.get(lane);
    if (known === undefined) {
      known = { open: new Set() };
      this.#recipients.set(lane, known);
    }
    return known;
  }

  #frame(id: number): number {
    return this.#context.messages.frame(id);
  }
}
