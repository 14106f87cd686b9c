import type { FieldValues } from '../codec/index.ts';
import type { Address, Link, Protocol } from '../protocol/index.ts';
import {
  type Fault,
  type Held,
  type Mode,
  NodeClock,
  type NodeCounts,
  type NodeLimits,
  NodeRefusal,
  nodeLimits,
} from '../testnode/index.ts';
import { Carriage } from './carriage.ts';
import { droppedText } from './droppedtext.ts';
import type { RelayEnvironment } from './environment.ts';
import type { RelayFault } from './faults.ts';
import type { RelayOptions } from './options.ts';
import type { Relay } from './relay.ts';
import { Sessions } from './sessions.ts';
import type { ForwardState, Way } from './units.ts';

const ways: readonly Way[] = [0, 1];

/** What whoever has sockets does with a relay of either kind. */
export type Relaying = { [name in keyof Relay]: Relay[name] };

/**
 * A relay without I/O that ends both conversations itself: a test node answers those who connect, another one dials the forward address
 * for each of them, and what the sessions of the one deliver is said anew by those of the other. It needs no key of others; each side
 * can see that it talks to the relay's identity.
 */
export class TerminatingRelay implements Relaying {
  readonly #options: RelayOptions;
  readonly #environment: RelayEnvironment;
  readonly #limits: NodeLimits;
  readonly #clock: NodeClock;
  /** By the ids of both of their links. */
  readonly #byLink = new Map<number, { readonly sessions: Sessions; readonly side: Way }>();
  readonly #all = new Set<Sessions>();
  readonly #later = new Map<string, () => void>();
  #faults: readonly RelayFault[];
  #mode: Mode;
  #nextLink = 1;
  #nextId = 1;
  /** Of links that are closed. */
  #past: NodeCounts = { received: 0, sent: 0, dropped: 0 };
  #isFull = false;
  #isStill = false;

  /** Throws a NodeRefusal for a protocol without a node or an application, and for an identity or a transport that it does not take. */
  constructor(options: RelayOptions, environment: RelayEnvironment) {
    const { protocol, faults = [], mode = 'automatic', limits = nodeLimits } = options;
    this.#options = options;
    this.#environment = environment;
    this.#limits = limits;
    this.#mode = mode;
    this.#faults = faults;
    this.#clock = new NodeClock(
      () => environment.clock(),
      () => environment.wake(),
    );
    if (protocol.peer !== undefined && (protocol.peer.delivers ?? []).length === 0)
      throw new NodeRefusal(`A test node of ${protocol.id} delivers no message of its application: nothing can be passed on.`);
    this.#sessions({ ...environment, happened: () => {} });
  }

  opened(remote: Address, local: Address, attach?: (link: Link) => void): Link | undefined {
    if (this.#all.size >= this.#limits.links) {
      this.#dropped();
      const text = `${this.#limits.links} links are open: further ones are refused (limit links).`;
      if (!this.#isFull) this.#environment.happened({ kind: 'told', link: undefined, text, grave: true });
      this.#isFull = true;
      return undefined;
    }
    const sessions = this.#sessions(this.#environment);
    this.#all.add(sessions);
    return this.#open(sessions, 0, remote, local, attach);
  }

  forwarded(client: number, remote: Address, local: Address, attach?: (link: Link) => void): Link | undefined {
    const sessions = this.#byLink.get(client)?.sessions;
    return sessions === undefined || sessions.sides[1].link !== undefined
      ? undefined
      : this.#open(sessions, 1, remote, local, attach);
  }

  unreached(client: number, why: string): void {
    this.#byLink.get(client)?.sessions.disconnect(0, why);
  }

  received(id: number, bytes: Uint8Array): void {
    const { sessions, side } = this.#byLink.get(id) ?? {};
    if (sessions === undefined || side === undefined) return;
    sessions.received(side, bytes);
    this.#settle(sessions);
  }

  /** A node closes a connection that the other side ends. */
  ended(id: number): void {
    const { sessions, side } = this.#byLink.get(id) ?? {};
    const link = side === undefined ? undefined : sessions?.sides[side].link;
    if (link === undefined) return;
    this.closed(id, 'The other side has closed the connection.');
    this.#environment.close(link, false);
  }

  closed(id: number, why: string, abrupt = false): void {
    const { sessions, side } = this.#byLink.get(id) ?? {};
    if (side !== undefined) sessions?.closed(side, why, abrupt);
  }

  get wait(): number | undefined {
    const waits = [this.#clock.wait, ...this.#nodes.map((node) => node.wait)].filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  tick(): void {
    for (const node of this.#nodes) node.tick();
    for (const { name } of this.#clock.delays.take()) {
      const go = this.#later.get(name);
      this.#later.delete(name);
      go?.();
    }
    for (const sessions of [...this.#all]) this.#settle(sessions);
    this.#environment.wake();
  }

  get links(): readonly Link[] {
    return [...this.#all].flatMap(({ sides: [{ link }] }) => link ?? []);
  }

  forwardOf(client: number): Link | undefined {
    return this.#byLink.get(client)?.sessions.sides[1].link;
  }

  forwardState(client: number): ForwardState {
    const sessions = this.#byLink.get(client)?.sessions;
    if (sessions?.sides[1].link === undefined) return 'awaited';
    return sessions.gone[1] ? 'gone' : 'open';
  }

  get counts(): NodeCounts {
    return this.#nodes.reduce((sum, { counts }) => added(sum, counts), this.#past);
  }

  get mode(): Mode {
    return this.#mode;
  }

  /** What is held and would no longer be goes on its way. */
  set mode(mode: Mode) {
    this.#mode = mode;
    for (const sessions of [...this.#all]) {
      for (const way of ways) if (!this.#holds(way)) sessions.carriage(way).releaseAll();
      this.#settle(sessions);
    }
  }

  get paused(): boolean {
    return this.#clock.paused;
  }

  pause(paused: boolean): void {
    this.#clock.paused = paused;
    for (const node of this.#nodes) node.pause(paused);
  }

  standStill(isStill: boolean): void {
    this.#isStill = isStill;
    this.#clock.still = isStill;
    for (const node of this.#nodes) node.standStill(isStill);
  }

  get stoodStill(): number {
    return this.#clock.stoodStill;
  }

  get held(): readonly Held[] {
    const all = [...this.#all].flatMap((sessions) => ways.flatMap((way) => heldOf(sessions, way)));
    return all.sort((a, b) => a.id - b.id);
  }

  /** What its own session has opened can always be said otherwise. */
  whyNot(): undefined {
    return undefined;
  }

  /** What the other session adds is known once it says the message. */
  encoded(): undefined {
    return undefined;
  }

  release(
    id: number,
    edited: { readonly values?: FieldValues; readonly bytes?: Uint8Array; readonly times?: number } = {},
  ): void {
    this.#ofHeld((carriage) => carriage.release(id, edited));
  }

  replace(id: number, { values }: { readonly values?: FieldValues; readonly bytes?: Uint8Array }): void {
    this.#ofHeld((carriage) => values !== undefined && carriage.replace(id, values));
  }

  drop(id: number): void {
    this.#ofHeld((carriage) => carriage.drop(id));
  }

  delay(id: number, milliseconds: number): void {
    this.#ofHeld((carriage) => carriage.delay(id, milliseconds));
  }

  /** What its sessions say to the side that a way goes to is spoiled; without a way, what those of each side say. */
  addFault(fault: RelayFault): void {
    this.#faults = [...this.#faults, fault];
    for (const { sides } of this.#all)
      for (const side of ways) for (const each of faultsOf([fault], side)) sides[side].node.addFault(each);
  }

  removeFault(fault: RelayFault): void {
    this.#faults = this.#faults.filter((each) => each !== fault);
    for (const { sides } of this.#all) for (const { node } of sides) node.removeFault(fault.fault);
  }

  isSpent({ fault }: RelayFault): boolean {
    return [...this.#all].some(({ sides }) => sides.some(({ node }) => node.isSpent(fault)));
  }

  /** It has the keys of its sessions, and needs none of others. */
  keysCame(): void {}

  stop(): void {
    const { length } = this.held;
    for (const sessions of this.#all) for (const way of ways) sessions.carriage(way).dropAll();
    if (length > 0) this.#environment.happened({ kind: 'told', link: undefined, text: droppedText(length), grave: false });
    this.mode = 'automatic';
    for (const { sides } of [...this.#all]) {
      const [{ link }] = sides;
      if (link !== undefined) this.disconnect(link.id, 'relay stopped');
    }
  }

  disconnect(id: number, why = 'closed by hand'): void {
    const { sessions } = this.#byLink.get(id) ?? {};
    for (const side of ways) sessions?.disconnect(side, why);
  }

  #open(
    sessions: Sessions,
    side: Way,
    remote: Address,
    local: Address,
    attach: ((link: Link) => void) | undefined,
  ): Link | undefined {
    const link = sessions.open(side, remote, local, (opened) => {
      this.#byLink.set(opened.id, { sessions, side });
      attach?.(opened);
    });
    this.#settle(sessions);
    return link;
  }

  #sessions(environment: RelayEnvironment): Sessions {
    const { protocol, transport, choices, seed = 1, terminates } = this.#options;
    const carriages = [this.#carriage(() => sessions, 0), this.#carriage(() => sessions, 1)] as const;
    const sessions: Sessions = new Sessions({
      ...{ protocol, transport, choices, limits: this.#limits, seed, environment, carriages },
      identity: terminates?.identity ?? '',
      faults: (side) => faultsOf(this.#faults, side),
      takeLink: () => this.#nextLink++,
      happened: (event) => environment.happened(event),
      closed: (own, link, abrupt) => this.#gone(own, link, abrupt),
    });
    for (const { node } of sessions.sides) {
      node.pause(this.#clock.paused);
      node.standStill(this.#isStill);
    }
    return sessions;
  }

  #carriage(sessions: () => Sessions, way: Way): Carriage {
    const { transport } = this.#options;
    const to: Way = way === 0 ? 1 : 0;
    return new Carriage({
      ...{ way, transport, limits: this.#limits },
      holds: () => this.#holds(way),
      isReady: () => sessions().isReady(to),
      say: (message, values) => sessions().say(to, message, values),
      told: (text, grave) => this.#environment.happened({ kind: 'told', link: sessions().sides[0].link, text, grave }),
      takeId: () => this.#nextId++,
      after: (milliseconds, go) => {
        const name = String(this.#nextId++);
        this.#later.set(name, go);
        this.#clock.delay(sessions().sides[0].link?.id ?? 0, name, milliseconds);
      },
      changed: () => this.#environment.happened({ kind: 'held' }),
      dropped: () => this.#dropped(),
    });
  }

  #holds(way: Way): boolean {
    return this.#mode === 'intercept' || (this.#mode === 'step' && way === 0);
  }

  get #nodes() {
    return [...this.#all].flatMap(({ sides }) => sides.map(({ node }) => node));
  }

  #dropped(): void {
    this.#past = added(this.#past, { received: 0, sent: 0, dropped: 1 });
  }

  /** What a side has said goes on before the other one is closed, unless it was broken off. */
  #gone(sessions: Sessions, link: Link, abrupt: boolean): void {
    const { side } = this.#byLink.get(link.id) ?? {};
    this.#byLink.delete(link.id);
    if (side === undefined) return;
    const other: Way = side === 0 ? 1 : 0;
    // What goes to it goes nowhere.
    sessions.carriage(other).end();
    if (abrupt) {
      sessions.carriage(side).end();
      sessions.disconnect(other, 'the other link was broken off');
    }
    this.#settle(sessions);
  }

  /** Says what has waited for a session to be ready, stops or goes on to read what fills a way, and ends what has nothing more to say. */
  #settle(sessions: Sessions): void {
    if (!this.#all.has(sessions)) return;
    sessions.settle();
    for (const side of ways) {
      const carriage = sessions.carriage(side);
      const { link } = sessions.sides[side];
      if (sessions.gone[side] && carriage.isEmpty) sessions.disconnect(side === 0 ? 1 : 0, 'the other side has closed its link');
      if (link === undefined || this.#options.transport !== 'tcp' || sessions.isStopped[side] === carriage.isFull) continue;
      sessions.isStopped[side] = carriage.isFull;
      if (!sessions.gone[side]) this.#environment.read(link, !carriage.isFull);
    }
    const isOver = ways.every((side) => sessions.gone[side] || sessions.sides[side].link === undefined);
    if (isOver && sessions.gone[0]) this.#remove(sessions);
  }

  #remove(sessions: Sessions): void {
    if (!this.#all.delete(sessions)) return;
    for (const { node, link } of sessions.sides) {
      this.#past = added(this.#past, node.counts);
      if (link !== undefined) this.#clock.forget(link.id);
    }
    for (const way of ways) sessions.carriage(way).end();
    if (this.#all.size * 2 <= this.#limits.links) this.#isFull = false;
    this.#environment.happened({ kind: 'held' });
  }

  #ofHeld(call: (carriage: Carriage) => boolean): void {
    for (const sessions of this.#all)
      for (const way of ways)
        if (call(sessions.carriage(way))) {
          this.#settle(sessions);
          return;
        }
  }
}

/** Faults of a way spoil what is said to the side that it goes to. */
function faultsOf(faults: readonly RelayFault[], side: Way): readonly Fault[] {
  return faults.flatMap(({ fault, way }) => (way === undefined || way !== side ? [fault] : []));
}

function added(a: NodeCounts, b: NodeCounts): NodeCounts {
  return { received: a.received + b.received, sent: a.sent + b.sent, dropped: a.dropped + b.dropped };
}

function heldOf(sessions: Sessions, way: Way): readonly Held[] {
  const [{ link }] = sessions.sides;
  if (link === undefined) return [];
  const direction = way === 0 ? 'out' : 'in';
  return sessions
    .carriage(way)
    .held.map(({ id, message, values }): Held => ({ id, link, direction, message, values, bytes: undefined }));
}

/** What a person is told when such a relay starts: by what a side can tell that it talks to the relay. */
export function recognitionText({ peer }: Protocol): string {
  const how = peer?.recognition ?? 'A side that checks the identity of the other one sees that of the relay.';
  return `Each side has a session with the relay itself, under the relay's identity, and can notice that. ${how}`;
}
