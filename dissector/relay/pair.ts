import type { Budget } from '../bytes/index.ts';
import type { Conversation, Link } from '../protocol/index.ts';
import { type Arrival, KeptArrivals } from './keptarrivals.ts';
import { ObservedLink } from './observedlink.ts';
import type { RelayOptions } from './options.ts';
import type { Passage } from './passage.ts';
import type { Unit, Way } from './units.ts';

const ways: readonly Way[] = [0, 1];
const nothing = new Uint8Array(0);

export interface PairParts extends Pick<RelayOptions, 'protocol' | 'protocols' | 'transport' | 'choices' | 'keys'> {
  readonly limits: NonNullable<RelayOptions['limits']>;
  readonly budget: Budget;
  /** By way: what its units pass. */
  readonly passages: readonly [Passage, Passage];
  told(text: string): void;
  /** One more arrival may be decoded. */
  mayObserve(): boolean;
  /** So many arrivals more, or fewer, are decoded and take of the memory. */
  observed(change: number): void;
  /** So many bytes more, or fewer, wait for the end of a message: where those of all links are too many, the link with the most forgets them. */
  pended(change: number): void;
}

/**
 * Two links of a relay that belong together, and what their protocol makes of the bytes between them. Bytes are counted as they go on:
 * a message may be known only once a part of it, or all of it, has passed.
 */
export class Pair {
  readonly client: Link;
  server: Link | undefined;
  readonly #parts: PairParts;
  readonly #conversation: Conversation;
  #observed: ObservedLink | undefined;
  /** All that came, as long as it is little. */
  #kept: KeptArrivals | undefined;
  /** Bytes of both ways that wait for the end of a message, as they are counted for all links. */
  #pended = 0;
  /** By way: bytes of a stream that stand in no unit yet and have gone on. */
  readonly #gone: [number, number] = [0, 0];
  /** By way: bytes that came. */
  readonly #came: [number, number] = [0, 0];
  /** By way: it brings no more, and that was handed on. */
  readonly ended: [boolean, boolean] = [false, false];
  readonly finished: [boolean, boolean] = [false, false];
  /** By way: its protocol does not tell where messages end, be it that they are sealed and no key opens them. */
  readonly isUncut: [boolean, boolean] = [false, false];
  /** By way: when it was first seen that a message is not whole. */
  readonly unfinishedSince: [number | undefined, number | undefined] = [undefined, undefined];
  /** By way: its stream is not read. */
  readonly isStopped: [boolean, boolean] = [false, false];
  lastSeen: number;

  constructor(client: Link, now: number, parts: PairParts) {
    this.client = client;
    this.lastSeen = now;
    this.#parts = parts;
    this.#kept = new KeptArrivals(parts.limits.repeatedBytes);
    const { transport } = parts;
    const [a, b] = [client.remote, client.local];
    this.#conversation = {
      ...{ id: 0, transport, endpoints: [endpoint(a), endpoint(b)], ports: [a.port, b.port], opened: transport === 'tcp' },
    };
    this.#observed = this.#observer();
  }

  /** The link that a way comes from, and the one that it goes to. */
  from(way: Way): Link | undefined {
    return way === 0 ? this.client : this.server;
  }

  to(way: Way): Link | undefined {
    return way === 0 ? this.server : this.client;
  }

  passage(way: Way): Passage {
    return this.#parts.passages[way];
  }

  get hasClosed(): boolean {
    return this.#observed?.hasClosed === true;
  }

  /** Bytes of a message that is not whole wait for its end. */
  isUnfinished(way: Way): boolean {
    return (this.#observed?.pending(way).length ?? 0) > this.#gone[way];
  }

  /** Bytes that came on a way: they go on at once where nothing is to be done to them, and are decoded after that. */
  arrived(way: Way, bytes: Uint8Array, seconds: number): void {
    if (this.#observed !== undefined && !this.#parts.mayObserve()) {
      this.#parts.told('The limit observedPieces is passed: this link is decoded no more, and its bytes pass as they come.');
      this.forget();
    }
    const observed = this.#observed;
    if (observed === undefined) this.#unknown(way, bytes);
    else if (this.#parts.transport === 'tcp') this.#stream(observed, way, bytes, seconds);
    else this.#datagram(observed, way, bytes, seconds);
  }

  /** A datagram stands for itself: thousands may come in a second, so nothing is made of one that has gone on. */
  #datagram(observed: ObservedLink, way: Way, bytes: Uint8Array, seconds: number): void {
    const passage = this.passage(way);
    // One without bytes is a message, too.
    const isGone = passage.isPlain && bytes.length > 0;
    if (isGone) passage.raw(bytes);
    this.#parts.observed(1);
    this.#keep({ way, bytes, seconds });
    try {
      if (isGone) observed.passed(way, bytes, seconds);
      else passage.pass(observed.datagram(way, bytes, seconds));
    } catch (error) {
      this.#parts.told(failure(error));
      if (!isGone) this.#unknown(way, bytes);
      this.forget();
    }
  }

  #stream(observed: ObservedLink, way: Way, bytes: Uint8Array, seconds: number): void {
    this.#came[way] += bytes.length;
    if (this.passage(way).isPlain) {
      this.pushOn(way);
      this.passage(way).raw(bytes);
      this.#gone[way] += bytes.length;
    }
    this.#parts.observed(1);
    this.#keep({ way, bytes, seconds });
    try {
      for (const unit of observed.stream(way, bytes, seconds)) this.#passed(unit);
      if (this.isUncut[way] || this.#isLong(way)) this.#uncut(way);
      this.#count();
    } catch (error) {
      this.#parts.told(failure(error));
      // All that has not gone on waits in what is let go.
      this.forget();
    }
  }

  /** A stream whose messages are not known, or do not end, would take of the memory as long as it lasts. */
  #count(): void {
    const { pendingBytes = 0 } = this.#observed ?? {};
    const change = pendingBytes - this.#pended;
    this.#pended = pendingBytes;
    this.#parts.pended(change);
  }

  /** Bytes of both ways that wait for the end of a message, as they were last counted. */
  get pended(): number {
    return this.#pended;
  }

  /** Of all links it holds the most of what is too much. */
  forgetPending(): void {
    this.#parts.told(
      'Parts of messages on all links are over the limit pendingStream, and most of them are of this one: it is decoded no more, and its bytes pass as they come.',
    );
    this.forget();
  }

  /** More waits for the end of a message than a link may have unwritten once it is there. */
  #isLong(way: Way): boolean {
    const { length } = this.#observed?.pending(way) ?? nothing;
    return length - this.#gone[way] > this.#parts.limits.unwrittenBytes / 2;
  }

  /** What came is a unit by itself, until a message ends where bytes do. */
  #uncut(way: Way): void {
    const pending = this.#observed?.pending(way) ?? nothing;
    this.isUncut[way] = pending.length > 0;
    if (pending.length <= this.#gone[way]) return;
    const bytes = pending.slice(this.#gone[way]);
    this.#gone[way] = pending.length;
    this.passage(way).pass({ way, bytes, messages: [] });
  }

  /** What waits of a message that is not whole goes on as it is. */
  pushOn(way: Way): void {
    const pending = this.#observed?.pending(way) ?? nothing;
    if (pending.length <= this.#gone[way]) return;
    this.#unknown(way, pending.slice(this.#gone[way]));
    this.#gone[way] = pending.length;
  }

  /** Bytes of no message that is known: behind others that wait, where some do. */
  #unknown(way: Way, bytes: Uint8Array): void {
    const passage = this.passage(way);
    if (passage.isEmpty) passage.raw(bytes);
    else passage.pass({ way, bytes, messages: [] });
  }

  /** A way of a stream has ended: what is left of it goes on. */
  end(way: Way, abrupt: boolean): void {
    this.ended[way] = true;
    try {
      for (const unit of this.#observed?.ended(way, abrupt) ?? []) this.#passed(unit);
      this.#count();
    } catch (error) {
      this.#parts.told(failure(error));
      this.forget();
    }
  }

  /** There are more keys: what was kept is decoded again. False where too much has come to be kept. */
  observeAgain(): boolean {
    const [kept, before] = [this.#kept, this.#observed];
    if (kept === undefined || before === undefined) return false;
    const fresh = this.#observer();
    if (fresh === undefined) return false;
    const isStream = this.#parts.transport === 'tcp';
    const units: Unit[] = [];
    try {
      for (const { way, bytes, seconds } of kept)
        units.push(...(isStream ? fresh.stream(way, bytes, seconds) : [fresh.datagram(way, bytes, seconds)]));
    } catch (error) {
      this.#parts.told(failure(error));
      return false;
    }
    if (isStream) for (const way of ways) this.#gone[way] += this.#came[way] - before.pending(way).length;
    this.#observed = fresh;
    this.isUncut.fill(false);
    for (const way of ways) this.passage(way).reread(units.filter((unit) => unit.way === way));
    if (isStream) for (const unit of units) this.#passed(unit);
    this.#count();
    return true;
  }

  /** What is known of it is let go, and bytes pass as they come. */
  forget(): void {
    for (const way of ways) this.pushOn(way);
    this.#parts.observed(-(this.#observed?.arrivals ?? 0));
    this.#observed = undefined;
    this.#kept = undefined;
    this.#gone.fill(0);
    this.#count();
  }

  /** A unit whose bytes have not gone on passes; of one whose beginning has, the rest follows as it is. */
  #passed(unit: Unit): void {
    const gone = Math.min(this.#gone[unit.way], unit.bytes.length);
    this.#gone[unit.way] -= gone;
    if (gone === 0) this.passage(unit.way).pass(unit);
    else if (gone < unit.bytes.length) this.#unknown(unit.way, unit.bytes.subarray(gone));
  }

  #observer(): ObservedLink | undefined {
    try {
      return new ObservedLink({ ...this.#parts, conversation: this.#conversation });
    } catch (error) {
      this.#parts.told(failure(error));
      return undefined;
    }
  }

  #keep(arrived: Arrival): void {
    if (this.#kept?.add(arrived) === false) this.#kept = undefined;
  }
}

function endpoint({ ip, port }: { readonly ip: string; readonly port: number }): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

function failure(error: unknown): string {
  return `Its protocol failed, and its bytes pass as they come: ${error instanceof Error ? error.message : error}`;
}
