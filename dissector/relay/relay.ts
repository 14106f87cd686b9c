import { Budget } from '../bytes/index.ts';
import type { FieldValues } from '../codec/index.ts';
import type { Address, Link } from '../protocol/index.ts';
import {
  type Held,
  type Mode,
  NodeClock,
  type NodeCounts,
  type NodeEvent,
  type NodeLimits,
  nodeLimits,
} from '../testnode/index.ts';
import { droppedText } from './droppedtext.ts';
import type { RelayEnvironment } from './environment.ts';
import { type RelayFault, RelayFaults } from './faults.ts';
import type { RelayOptions } from './options.ts';
import { Pair } from './pair.ts';
import { type HeldUnit, Passage } from './passage.ts';
import type { ForwardState, Way } from './units.ts';

const noParts = { signatures: {}, nonces: {}, sealed: [] };
const ways: readonly Way[] = [0, 1];
/** Timers of a pair. */
const IDLE = '~idle';
const UNFINISHED = ['~unfinished 0', '~unfinished 1'] as const;

/**
 * A relay without I/O, between those who connect to it and one other address: bytes and time come in by its methods, all that it does
 * goes out by its environment. What it does not understand passes byte for byte. Nothing that a link brings makes it throw.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #environment: RelayEnvironment;
  readonly #limits: NodeLimits;
  readonly #clock: NodeClock;
  readonly #faults: RelayFaults;
  readonly #budget: Budget;
  /** By the ids of both of their links. */
  readonly #byLink = new Map<number, Pair>();
  readonly #pairs = new Set<Pair>();
  /** What waits for its time, by the name of its timer. */
  readonly #later = new Map<string, { readonly client: number; readonly go: () => void }>();
  #mode: Mode;
  #nextLink = 1;
  #nextId = 1;
  #observed = 0;
  #pended = 0;
  #received = 0;
  #sent = 0;
  #dropped = 0;
  #isFull = false;

  constructor(options: RelayOptions, environment: RelayEnvironment) {
    const { protocol, faults = [], seed = 1, mode = 'automatic', limits = nodeLimits } = options;
    this.#options = options;
    this.#environment = environment;
    this.#limits = limits;
    this.#mode = mode;
    this.#budget = new Budget(limits);
    this.#faults = new RelayFaults(faults, seed, protocol.peer ?? noParts);
    this.#clock = new NodeClock(
      () => environment.clock(),
      () => environment.wake(),
    );
  }

  /** Somebody has connected, or an address was not heard of before; undefined when there are too many. `attach` is told the link first. */
  opened(remote: Address, local: Address, attach?: (link: Link) => void): Link | undefined {
    if (this.#pairs.size >= this.#limits.links) {
      this.#dropped++;
      if (!this.#isFull)
        this.#told(undefined, `${this.#limits.links} links are open: further ones are refused (limit links).`, true);
      this.#isFull = true;
      return undefined;
    }
    const link: Link = { id: this.#nextLink++, remote, local, dialled: false };
    attach?.(link);
    const { protocol, protocols, transport, choices, keys } = this.#options;
    const passages = [this.#passage(() => pair, 0), this.#passage(() => pair, 1)] as const;
    const pair: Pair = new Pair(link, this.#clock.timers.now, {
      ...{ protocol, protocols, transport, choices, keys, passages, limits: this.#limits, budget: this.#budget },
      told: (text) => this.#told(link, text, true),
      mayObserve: () => this.#observed < this.#limits.observedPieces,
      observed: (change) => {
        this.#observed += change;
      },
      pended: (change) => this.#nowPended(change),
    });
    this.#pairs.add(pair);
    this.#byLink.set(link.id, pair);
    this.#happened({ kind: 'opened', link });
    if (transport === 'udp') this.#clock.after(link.id, IDLE, this.#limits.idleSeconds * 1000);
    return link;
  }

  /** The link to the forward address is open, for the one that came. */
  forwarded(client: number, remote: Address, local: Address, attach?: (link: Link) => void): Link | undefined {
    const pair = this.#byLink.get(client);
    if (pair === undefined || pair.server !== undefined) return undefined;
    pair.server = { id: this.#nextLink++, remote, local, dialled: true };
    this.#byLink.set(pair.server.id, pair);
    attach?.(pair.server);
    this.#happened({ kind: 'opened', link: pair.server });
    return pair.server;
  }

  /** The forward address could not be reached for the link that came. */
  unreached(client: number, why: string): void {
    const pair = this.#byLink.get(client);
    if (pair !== undefined) this.#close(pair, pair.client, why, true);
  }

  received(id: number, bytes: Uint8Array): void {
    const pair = this.#byLink.get(id);
    const way = this.#wayFrom(pair, id);
    const link = pair?.from(way);
    if (pair === undefined || link === undefined || pair.ended[way]) return;
    pair.lastSeen = this.#clock.timers.now;
    this.#received++;
    this.#happened({ kind: 'received', link, bytes });
    pair.arrived(way, bytes, Number(this.#environment.now()) / 1e9);
    this.#settle(pair);
  }

  /** Nothing more comes from a link, which still takes what is written to it (TCP). */
  ended(id: number): void {
    const pair = this.#byLink.get(id);
    const way = this.#wayFrom(pair, id);
    if (pair === undefined || pair.ended[way]) return;
    pair.end(way, false);
    this.#settle(pair);
  }

  /** A link is gone. What came from it goes on first, unless it was broken off; then the other link is closed in the same way. */
  closed(id: number, why: string, abrupt = false): void {
    const pair = this.#byLink.get(id);
    const way = this.#wayFrom(pair, id);
    const link = pair?.from(way);
    if (pair === undefined || link === undefined) return;
    this.#byLink.delete(id);
    this.#happened({ kind: 'closed', link, why, abrupt, by: 'other', ready: pair.server !== undefined });
    if (!abrupt && !pair.ended[way]) pair.end(way, false);
    const other = pair.to(way);
    if (other === undefined || !this.#byLink.has(other.id)) this.#remove(pair);
    else if (abrupt) this.#close(pair, other, 'the other link was broken off', true);
    else {
      // What goes to this link goes nowhere.
      pair.passage(way === 0 ? 1 : 0).end();
      this.#settle(pair);
    }
  }

  /** Milliseconds until `tick` has something to do. */
  get wait(): number | undefined {
    return this.#clock.wait;
  }

  /** Does what is due. */
  tick(): void {
    for (const { link, name } of this.#clock.timers.take()) {
      const pair = this.#byLink.get(link);
      if (pair === undefined) continue;
      if (name === IDLE) this.#idle(pair);
      else this.#late(pair, name === UNFINISHED[0] ? 0 : 1);
    }
    for (const { name } of this.#clock.delays.take()) {
      const later = this.#later.get(name);
      this.#later.delete(name);
      later?.go();
    }
    for (const pair of [...this.#pairs]) this.#settle(pair);
    this.#environment.wake();
  }

  /** Those that came to it. */
  get links(): readonly Link[] {
    return [...this.#pairs].map(({ client }) => client);
  }

  /** The link to the forward address that belongs to one that came, once it is open. */
  forwardOf(client: number): Link | undefined {
    return this.#byLink.get(client)?.server;
  }

  /** Whether the link to the forward address that belongs to one that came is still awaited, open, or gone again. */
  forwardState(client: number): ForwardState {
    const server = this.forwardOf(client);
    return server === undefined ? 'awaited' : this.#byLink.has(server.id) ? 'open' : 'gone';
  }

  get counts(): NodeCounts {
    return { received: this.#received, sent: this.#sent, dropped: this.#dropped };
  }

  get mode(): Mode {
    return this.#mode;
  }

  /** What is held and would no longer be goes on its way. */
  set mode(mode: Mode) {
    this.#mode = mode;
    for (const pair of this.#pairs) for (const way of ways) if (!this.#holds(way)) pair.passage(way).releaseAll();
    this.#settleAll();
  }

  get paused(): boolean {
    return this.#clock.paused;
  }

  pause(paused: boolean): void {
    this.#clock.paused = paused;
  }

  /** While a debugger is stopped: all clocks stand, what comes is taken in. */
  standStill(isStill: boolean): void {
    this.#clock.still = isStill;
  }

  get stoodStill(): number {
    return this.#clock.stoodStill;
  }

  /** In the order in which they came; `out` goes to the forward address. Of one whose values cannot be changed there are the bytes. */
  get held(): readonly Held[] {
    const all = [...this.#pairs].flatMap((pair) =>
      ways.flatMap((way) => pair.passage(way).held.map((held) => heldOf(pair, held))),
    );
    return all.sort((a, b) => a.id - b.id);
  }

  /** Why the values of a held message cannot be changed; undefined where they can be. */
  whyNot(id: number): string | undefined {
    const edit = this.#editOf(id);
    return typeof edit === 'string' ? edit : undefined;
  }

  /** A held message of these values, before it is sealed; undefined where that is not known. Throws an Error for those that do not fit. */
  encoded(id: number, values: FieldValues): Uint8Array | undefined {
    const edit = this.#editOf(id);
    return typeof edit === 'string' ? undefined : edit?.encode(values);
  }

  #editOf(id: number): HeldUnit['edit'] | undefined {
    for (const pair of this.#pairs)
      for (const way of ways) for (const held of pair.passage(way).held) if (held.id === id) return held.edit;
    return undefined;
  }

  /** Lets a held message go, with other values or bytes where they were edited. Throws an Error when it cannot be made of them. */
  release(
    id: number,
    edited: { readonly values?: FieldValues; readonly bytes?: Uint8Array; readonly times?: number } = {},
  ): void {
    this.#ofHeld((passage) => passage.release(id, edited));
  }

  /**
   * Other values or bytes in the place of those that are held; the message goes on waiting. Throws an Error when it cannot be made of them.
   */
  replace(id: number, edited: { readonly values?: FieldValues; readonly bytes?: Uint8Array }): void {
    this.#ofHeld((passage) => passage.replace(id, edited));
  }

  drop(id: number): void {
    this.#ofHeld((passage) => passage.drop(id));
  }

  /** Lets a held message go later. */
  delay(id: number, milliseconds: number): void {
    this.#ofHeld((passage) => passage.delay(id, milliseconds));
  }

  /** One more fault, from now on. */
  addFault(fault: RelayFault): void {
    this.#faults.add(fault);
  }

  removeFault(fault: RelayFault): void {
    this.#faults.remove(fault);
  }

  /** It was to happen once, and has. */
  isSpent(fault: RelayFault): boolean {
    return this.#faults.isSpent(fault);
  }

  /** There are more keys in its ring: links with sealed messages are decoded again as far as they are kept. */
  keysCame(): void {
    for (const pair of this.#pairs) {
      if (pair.hasClosed) pair.observeAgain();
      for (const way of ways) pair.passage(way).keysCame();
    }
    this.#settleAll();
  }

  /** Drops what is held, says so, and closes every link. */
  stop(): void {
    const { length } = this.held;
    for (const pair of this.#pairs) for (const way of ways) pair.passage(way).dropAll();
    if (length > 0) this.#told(undefined, droppedText(length), false);
    this.mode = 'automatic';
    for (const pair of [...this.#pairs]) this.disconnect(pair.client.id, 'relay stopped');
  }

  disconnect(id: number, why = 'closed by hand'): void {
    const pair = this.#byLink.get(id);
    if (pair === undefined) return;
    for (const way of ways) {
      pair.pushOn(way);
      pair.passage(way).streamEnded();
    }
    for (const link of [pair.client, pair.server]) if (link !== undefined) this.#close(pair, link, why, false);
  }

  /** Whose parts of messages are the most gives them up: one that holds little is not decoded less for what another one holds. */
  #nowPended(change: number): void {
    this.#pended += change;
    while (this.#pended > this.#limits.pendingStream) {
      const [most] = [...this.#pairs].sort((a, b) => b.pended - a.pended);
      if (most === undefined || most.pended === 0) return;
      most.forgetPending();
      this.#settle(most);
    }
  }

  #passage(pair: () => Pair, way: Way): Passage {
    const { protocol, transport, keys } = this.#options;
    return new Passage({
      ...{ way, protocol, transport, keys, faults: this.#faults, limits: this.#limits },
      holds: () => this.#holds(way),
      write: (bytes, note) => this.#write(pair().to(way), bytes, note),
      told: (text, grave) => this.#told(pair().client, text, grave),
      takeId: () => this.#nextId++,
      after: (milliseconds, go) => {
        const name = String(this.#nextId++);
        this.#later.set(name, { client: pair().client.id, go });
        this.#clock.delay(pair().client.id, name, milliseconds);
      },
      changed: () => this.#heldChanged(),
      dropped: () => {
        this.#dropped++;
      },
    });
  }

  #holds(way: Way): boolean {
    return this.#mode === 'intercept' || (this.#mode === 'step' && way === 0);
  }

  #write(link: Link | undefined, bytes: Uint8Array, note: string | undefined): void {
    if (link === undefined || !this.#byLink.has(link.id)) return;
    this.#sent++;
    this.#environment.write(link, bytes);
    this.#happened({ kind: 'sent', link, bytes, ...(note === undefined ? {} : { note }) });
  }

  #wayFrom(pair: Pair | undefined, id: number): Way {
    return pair?.server?.id === id ? 1 : 0;
  }

  /** Stops or goes on to read what fills a passage, hands on the end of a stream once nothing waits before it, and minds unfinished messages. */
  #settle(pair: Pair): void {
    for (const way of ways) {
      const passage = pair.passage(way);
      const from = pair.from(way);
      const to = pair.to(way);
      if (this.#options.transport !== 'tcp' || from === undefined) continue;
      if (pair.isStopped[way] !== passage.isFull) {
        pair.isStopped[way] = passage.isFull;
        if (this.#byLink.has(from.id)) this.#environment.read(from, !passage.isFull);
      }
      if (pair.ended[way]) this.#finish(pair, way, to);
      else if (pair.isUnfinished(way)) {
        if (pair.unfinishedSince[way] === undefined) {
          pair.unfinishedSince[way] = this.#clock.timers.now;
          this.#clock.after(pair.client.id, UNFINISHED[way], this.#limits.unfinishedMilliseconds);
        }
      } else if (pair.unfinishedSince[way] !== undefined) {
        pair.unfinishedSince[way] = undefined;
        this.#clock.after(pair.client.id, UNFINISHED[way], undefined);
      }
    }
  }

  #finish(pair: Pair, way: Way, to: Link | undefined): void {
    const passage = pair.passage(way);
    // Nothing comes that these could be written after.
    passage.streamEnded();
    if (!passage.isEmpty || pair.finished[way] || to === undefined) return;
    pair.finished[way] = true;
    if (this.#byLink.has(to.id)) this.#environment.finish(to);
  }

  #settleAll(): void {
    for (const pair of [...this.#pairs]) this.#settle(pair);
  }

  /** A message that does not end may be none: its bytes go on, as soon as nothing waits before them. */
  #late(pair: Pair, way: Way): void {
    pair.unfinishedSince[way] = undefined;
    if (!pair.isUnfinished(way) || !pair.passage(way).isEmpty) return;
    if (!pair.isUncut[way]) {
      const why = `(limit unfinishedMilliseconds of ${this.#limits.unfinishedMilliseconds})`;
      const where = way === 0 ? 'to the forward address' : 'from the forward address';
      this.#told(
        pair.client,
        `Where messages end ${where} is not known ${why}: bytes pass in the pieces that they come in.`,
        false,
      );
    }
    pair.isUncut[way] = true;
    pair.pushOn(way);
  }

  #idle(pair: Pair): void {
    const left = pair.lastSeen + this.#limits.idleSeconds * 1000 - this.#clock.timers.now;
    if (left > 0) this.#clock.after(pair.client.id, IDLE, left);
    else this.disconnect(pair.client.id, `nothing was heard for ${this.#limits.idleSeconds} s`);
  }

  #close(pair: Pair, link: Link, why: string, abrupt: boolean): void {
    if (!this.#byLink.delete(link.id)) return;
    this.#environment.close(link, abrupt);
    this.#happened({ kind: 'closed', link, why, abrupt, by: 'own', ready: pair.server !== undefined });
    const other = link === pair.client ? pair.server : pair.client;
    if (other === undefined || !this.#byLink.has(other.id)) this.#remove(pair);
  }

  #remove(pair: Pair): void {
    for (const way of ways) pair.passage(way).end();
    pair.forget();
    this.#pairs.delete(pair);
    this.#clock.forget(pair.client.id);
    for (const [name, { client }] of this.#later) if (client === pair.client.id) this.#later.delete(name);
    if (this.#pairs.size * 2 <= this.#limits.links) this.#isFull = false;
    this.#heldChanged();
  }

  #ofHeld(call: (passage: Passage) => boolean): void {
    for (const pair of this.#pairs)
      for (const way of ways)
        if (call(pair.passage(way))) {
          this.#settle(pair);
          return;
        }
  }

  #heldChanged(): void {
    this.#clock.held = [...this.#pairs].some((pair) => ways.some((way) => pair.passage(way).held.length > 0));
    this.#happened({ kind: 'held' });
  }

  #told(link: Link | undefined, text: string, grave: boolean): void {
    this.#happened({ kind: 'told', link, text, grave });
  }

  #happened(event: NodeEvent): void {
    this.#environment.happened(event);
  }
}

function heldOf({ client }: Pair, { id, way, unit, message, edit, edited }: HeldUnit): Held {
  const values = typeof edit === 'string' ? undefined : (edited?.values ?? edit.values);
  return { id, link: client, direction: way === 0 ? 'out' : 'in', message, values, bytes: edited?.bytes ?? unit.bytes };
}
