import type { FieldValues } from '../codec/index.ts';
import type { Address, Choices, Link, LinkStatus, NodeContext, NodeSession } from '../protocol/index.ts';
import type { Allowance } from './allowance.ts';
import type { Environment, Held, NodeEvent } from './events.ts';
import { type Fault, Faults } from './faults.ts';
import { Incoming } from './incoming.ts';
import { type NodeLimits, nodeLimits } from './limits.ts';
import { Links, type OpenLink } from './links.ts';
import { HANDSHAKE, IDLE, NodeClock } from './nodeclock.ts';
import { type Mode, type NodeCounts, type NodeOptions, NodeRefusal } from './options.ts';
import { Sender } from './sender.ts';
import { Silence } from './silence.ts';

/**
 * A test node without I/O: a peer of one protocol with all its links, what waits for a person, and the faults. Bytes and time
 * come in by its methods, all that it does goes out by its Environment. Nothing that a link brings makes it throw.
 */
export class TestNode {
  readonly #environment: Environment;
  readonly #limits: NodeLimits;
  readonly #transport: 'udp' | 'tcp';
  readonly #clock: NodeClock;
  readonly #links: Links;
  readonly #silence: Silence;
  readonly #faults: Faults;
  readonly #sender: Sender;
  readonly #peer: NodeSession;
  readonly #incoming: Incoming;
  #mode: Mode;
  #saysGoodbye = false;
  #received = 0;
  #sent = 0;
  #dropped = 0;
  /** The link that is heard, or spoken on: addresses that it names take of its allowance. */
  #current: number | undefined;

  /** Throws a NodeRefusal for an identity, role or transport that the protocol does not take. */
  constructor(options: NodeOptions, environment: Environment) {
    const { protocol, transport, identity, role, mode = 'automatic', faults = [], seed = 1, limits = nodeLimits } = options;
    const kind = protocol.peer;
    if (kind === undefined) throw new NodeRefusal(`There is no test node of ${protocol.id}.`);
    if (!kind.transports.includes(transport))
      throw new NodeRefusal(`${protocol.id} is not spoken over ${transport.toUpperCase()}.`);
    this.#environment = environment;
    this.#limits = limits;
    this.#transport = transport;
    this.#mode = mode;
    this.#links = new Links(limits.links);
    this.#incoming = new Incoming(limits.heldMessages);
    this.#clock = new NodeClock(
      () => environment.clock(),
      () => environment.wake(),
    );
    this.#silence = new Silence(limits.unprovenSeconds, (id, text) => this.#told(id, text, false));
    this.#faults = new Faults(faults, seed, kind);
    const started = kind.start(this.#context(options.choices), identity, role);
    if (typeof started === 'string') throw new NodeRefusal(started);
    this.#peer = started;
    this.#sender = new Sender({
      ...{ kind, peer: started, faults: this.#faults, limits, transport },
      link: (id) => this.#links.find(id)?.link,
      write: (link, bytes, note, byHand) => this.#write(link, bytes, note, byHand),
      told: (id, text) => this.#told(id, text, true),
      delay: (link, name, milliseconds) => this.#clock.delay(link, name, milliseconds),
      holds: () => this.#mode !== 'automatic' && !this.#saysGoodbye,
      changed: () => this.#heldChanged(),
    });
  }

  /**
   * A connection, or an address that was not heard of before; undefined when there are too many. `attach` is told before the
   * node speaks on it.
   */
  opened(remote: Address, local: Address, dialled: boolean, attach?: (link: Link) => void): Link | undefined {
    return this.#open({ remote, local, dialled }, undefined, attach);
  }

  #open(ends: Omit<Link, 'id'>, lender: Allowance | undefined, attach?: (link: Link) => void): Link | undefined {
    const full = `${this.#limits.links} links are open: further ones are refused (limit links).`;
    const link = this.#links.open(ends, this.#clock.timers.now, () => this.#told(0, full, true), lender);
    if (link === undefined) {
      this.#dropped++;
      return undefined;
    }
    attach?.(link);
    this.#happened({ kind: 'opened', link });
    this.#clock.after(link.id, HANDSHAKE, this.#limits.handshakeSeconds * 1000);
    if (this.#transport === 'udp') this.#clock.after(link.id, IDLE, this.#limits.idleSeconds * 1000);
    this.#guarded(link.id, () => this.#peer.opened(link));
    return link;
  }

  received(id: number, bytes: Uint8Array): void {
    const open = this.#links.find(id);
    if (open === undefined) return;
    open.lastSeen = this.#clock.timers.now;
    open.allowance.came(bytes.length);
    this.#received++;
    this.#happened({ kind: 'received', link: open.link, bytes });
    if (this.#mode !== 'intercept') return void this.#deliver(id, bytes);
    if (this.#incoming.hold(this.#sender.takeId(), open.link, bytes)) return void this.#heldChanged();
    if (this.#transport === 'udp') return void this.#dropped++;
    for (const held of this.#incoming.held) if (held.link.id === id) this.release(held.id);
    this.#deliver(id, bytes);
  }

  closed(id: number, why: string, abrupt = false, by: 'own' | 'other' = 'other'): void {
    const ready = this.#links.find(id) !== undefined && this.#peer.status(id).ready;
    const link = this.#links.close(id);
    if (link === undefined) return;
    for (const each of [this.#clock, this.#sender, this.#incoming, this.#silence]) each.forget(id);
    this.#clock.held = this.#isHeld;
    this.#guarded(id, () => this.#peer.closed(id));
    this.#happened({ kind: 'closed', link, why, abrupt, by, ready });
  }

  /** Milliseconds until `tick` has something to do. */
  get wait(): number | undefined {
    return this.#clock.wait;
  }

  /** Does what is due. */
  tick(): void {
    for (const { link, name } of this.#clock.timers.take()) {
      if (name === HANDSHAKE) this.#late(link);
      else if (name === IDLE) this.#idle(link);
      else this.#guarded(link, () => this.#peer.timer(link, name));
    }
    for (const { name } of this.#clock.delays.take()) this.#sender.due(name);
    this.#environment.wake();
  }

  get links(): readonly Link[] {
    return this.#links.all;
  }

  linkTo(remote: Address): Link | undefined {
    return this.#links.to(remote);
  }

  get counts(): NodeCounts {
    return { received: this.#received, sent: this.#sent, dropped: this.#dropped };
  }

  status(id: number): LinkStatus {
    return this.#peer.status(id);
  }

  /** Messages that the machine allows now. */
  offers(id: number): readonly string[] {
    return this.#links.find(id) !== undefined ? this.#peer.allowedMessages(id) : [];
  }

  get mode(): Mode {
    return this.#mode;
  }

  /** What still waits goes on its way when the node becomes automatic. */
  set mode(mode: Mode) {
    this.#mode = mode;
    if (mode === 'automatic') this.#sender.releaseAll();
    if (mode !== 'intercept') for (const { id } of this.#incoming.held) this.release(id);
  }

  /** Stopped by hand. The clock stands too while a message waits for a person. */
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

  /** Milliseconds for which it has stood still so far. */
  get stoodStill(): number {
    return this.#clock.stoodStill;
  }

  /** In the order in which they came. */
  get held(): readonly Held[] {
    return [...this.#sender.held, ...this.#incoming.held].sort((a, b) => a.id - b.id);
  }

  /** The values of a message as it would be sent now. Throws an Error with the reason when it cannot be made. */
  made(link: number, message: string, given: FieldValues = {}): FieldValues {
    return this.#peer.fill(link, message, given);
  }

  /**
   * Sends a message at once, whatever the machine allows. Throws an Error with the reason when it cannot be made. `byHand`: a person wants
   * it, also at an address that has proven nothing.
   */
  send(link: number, message: string, given: FieldValues = {}, byHand = true): void {
    this.#over(link, () => this.#sender.send(link, message, given, byHand));
  }

  /** Writes bytes as they are: the peer knows nothing of them. */
  sendRaw(link: number, bytes: Uint8Array): void {
    this.#sender.raw(link, bytes);
  }

  /** Lets a held message go, with other values or bytes where they were edited. Throws an Error when it cannot be made of them. */
  release(
    id: number,
    edited: { readonly values?: FieldValues; readonly bytes?: Uint8Array; readonly times?: number } = {},
  ): void {
    const incoming = this.#incoming.take(id);
    if (incoming === undefined) return void this.#sender.release(id, edited.values, edited.times);
    for (let time = 0; time < (edited.times ?? 1); time++) this.#deliver(incoming.link.id, edited.bytes ?? incoming.bytes);
    this.#heldChanged();
  }

  /** Other values or bytes in the place of those that are held; the message goes on waiting. */
  replace(id: number, { values, bytes }: { readonly values?: FieldValues; readonly bytes?: Uint8Array }): void {
    if (bytes !== undefined) this.#incoming.replace(id, bytes);
    if (values !== undefined) this.#sender.replace(id, values);
    this.#heldChanged();
  }

  drop(id: number): void {
    if (this.#incoming.take(id) === undefined) this.#sender.drop(id);
    this.#heldChanged();
  }

  /** Lets a held outgoing message go later. */
  delay(id: number, milliseconds: number): void {
    this.#sender.delay(id, milliseconds);
  }

  /** One more fault, from now on. */
  addFault(fault: Fault): void {
    this.#faults.add(fault);
  }

  removeFault(fault: Fault): void {
    this.#faults.remove(fault);
  }

  /** It was to happen once, and has. */
  isSpent(fault: Fault): boolean {
    return this.#faults.isSpent(fault);
  }

  /**
   * Drops what is held, says so, and says goodbye on every link before it is closed; `quiet`: it says neither. A message that is dropped
   * here was never sent, so no goodbye follows from it.
   */
  stop({ quiet = false }: { readonly quiet?: boolean } = {}): void {
    for (const { id, link, message } of this.held) {
      if (this.#incoming.take(id) === undefined) this.#sender.discard(id);
      if (!quiet) this.#told(link.id, `${message ?? 'A message'} was held and is dropped: the node stops.`, false);
    }
    this.mode = 'automatic';
    for (const { id } of this.links) {
      if (quiet) this.#close(id, 'node stopped', false);
      else this.disconnect(id, 'node stopped');
    }
  }

  disconnect(id: number, why = 'closed by hand'): void {
    // Who closes a link wants the goodbye sent: it does not wait for anybody.
    this.#saysGoodbye = true;
    this.#guarded(id, () => this.#peer.shutdown(id));
    this.#saysGoodbye = false;
    this.#close(id, why, false);
  }

  #context(choices: Choices): NodeContext {
    const { now, random } = this.#environment;
    return {
      ...{ choices, now, random, limits: this.#limits, transport: this.#transport },
      clock: () => BigInt(Math.round(this.#clock.timers.now * 1_000_000)),
      send: (link, message, given = {}) => this.#sender.queue(link, message, given),
      deliver: (link, message, given) => this.#environment.delivered?.(link, message, given),
      close: (link, why) => this.#close(link, why, false),
      timer: (link, name, milliseconds) => {
        if (this.#links.find(link) !== undefined) this.#clock.after(link, name, milliseconds);
      },
      allowance: (id) => {
        const open = this.#links.find(id);
        return open === undefined || this.#isProven(open) ? Number.POSITIVE_INFINITY : open.allowance.left;
      },
      key: (line) => this.#happened({ kind: 'key', line }),
      tell: (link, text, grave = false) => this.#told(link, text, grave),
      reach: (remote) => this.#reach(remote),
    };
  }

  #heldChanged(): void {
    this.#clock.held = this.#isHeld;
    this.#happened({ kind: 'held' });
  }

  get #isHeld(): boolean {
    return this.#sender.held.length > 0 || this.#incoming.held.length > 0;
  }

  #reach(remote: Address): number | undefined {
    const known = this.#links.to(remote);
    if (known !== undefined) return known.id;
    const local = this.#environment.reach?.(remote);
    const lender = this.#current === undefined ? undefined : this.#links.find(this.#current)?.allowance;
    return local === undefined ? undefined : this.#open({ remote, local, dialled: false }, lender)?.id;
  }

  #deliver(id: number, bytes: Uint8Array): void {
    this.#over(id, () => this.#guarded(id, () => this.#peer.received(id, bytes)));
    const open = this.#links.find(id);
    if (open !== undefined) open.allowance.release(this.#isProven(open));
    this.#environment.wake();
  }

  #over(link: number, call: () => void): void {
    const before = this.#current;
    this.#current = link;
    try {
      call();
    } finally {
      this.#current = before;
    }
  }

  /** The other side has shown that it hears this node, or a person has named it. */
  #isProven({ link, allowance }: OpenLink): boolean {
    if (this.#transport === 'tcp' || link.dialled) return true;
    return allowance.hasAnswered && this.#peer.status(link.id).isProven === true;
  }

  #write(link: Link, bytes: Uint8Array, note: string | undefined, byHand: boolean): void {
    const open = this.#links.find(link.id)!;
    const go = (): void => {
      open.allowance.sent();
      this.#sent++;
      this.#environment.write(link, bytes);
      this.#happened({ kind: 'sent', link, bytes, ...(note === undefined ? {} : { note }) });
    };
    if (byHand || this.#isProven(open)) go();
    else if (this.#silence.keeps(open, this.#clock.timers.now)) return;
    else if (open.allowance.passes(bytes)) go();
    else {
      const { waits, isFirst } = open.allowance.wait(bytes, go);
      if (!waits) this.#dropped++;
      if (isFirst) this.#told(link.id, waitingText(bytes.length, link), false);
      this.#guarded(link.id, () => this.#peer.waits?.(link.id));
    }
  }

  #close(id: number, why: string, abrupt: boolean): void {
    const open = this.#links.find(id);
    if (open === undefined) return;
    this.#sender.flush(id);
    this.#environment.close(open.link, abrupt);
    this.closed(id, why, abrupt, 'own');
  }

  #late(id: number): void {
    if (this.#links.find(id) === undefined || this.#peer.status(id).ready) return;
    this.#told(id, `The handshake is not done after ${this.#limits.handshakeSeconds} s (limit handshakeSeconds).`, true);
    this.#close(id, 'the handshake took too long', true);
  }

  #idle(id: number): void {
    const open = this.#links.find(id);
    if (open === undefined) return;
    const left = open.lastSeen + this.#limits.idleSeconds * 1000 - this.#clock.timers.now;
    if (left > 0) this.#clock.after(id, IDLE, left);
    else this.#close(id, `nothing was heard for ${this.#limits.idleSeconds} s`, false);
  }

  /** A peer that fails is a mistake of this program; the others go on. */
  #guarded(id: number, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#told(id, `A mistake of Peerscope itself: ${error instanceof Error ? error.message : error}`, true);
    }
  }

  #told(id: number, text: string, grave: boolean): void {
    this.#happened({ kind: 'told', link: this.#links.find(id)?.link, text, grave });
  }

  #happened(event: NodeEvent): void {
    this.#environment.happened(event);
  }
}

/** What a person at the node is told once a link: why an answer that it shows as sent nowhere is not on the wire. */
function waitingText(length: number, { remote: { ip, port } }: Link): string {
  const address = `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
  return `A message of ${length} bytes to ${address} waits: an address that has not shown to hear this node is sent at most three times the bytes that came from there (RFC 9000, section 8.1). It goes once more has come from there, or the other side is proven. Later ones on this link wait in the same way and are not told.`;
}
