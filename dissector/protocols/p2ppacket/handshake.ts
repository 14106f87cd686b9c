import { bytesIn, type Field, toHex } from '../../bytes/index.ts';
import { advance, type Direction, type ObserverContext } from '../../protocol/index.ts';
import { Channels, factsOf } from './conformance/channels.ts';
import type { Nodes } from './conformance/nodes.ts';
import type { Facts } from './facts.ts';
import { machine } from './machine.ts';
import type { Layouts, TypeName } from './messages.ts';
import { rules } from './rules.ts';
import { Session } from './session.ts';

const retriesKept = 8;

/** A packet as the handshake sees it. */
export interface Packet {
  readonly id: number;
  readonly direction: Direction;
  readonly bytes: Uint8Array;
}

interface Asking {
  readonly packet: Packet;
  readonly x: string;
}

/** The sessions of one conversation, one after the other: who said hello to whom, with which cookies. */
export class Handshake {
  session: Session | undefined;
  channels: Channels;
  readonly #context: ObserverContext<Facts, Session>;
  readonly #nodes: Nodes;
  readonly #endpoints: readonly [string, string];
  readonly #layouts: Layouts;
  readonly #total = { sessions: 0 };
  /** Cookies of the hello retries of this session, newest last, with their messages. */
  #retries: { cookie: string; id: number }[] = [];
  /** The session has had a data packet. */
  #carried = false;
  /** A hello without the cookie after a hello retry: sent before that arrived, or a breach. */
  #withoutCookie: number | undefined;
  #last: { hello?: number; retry?: number } = {};
  /** Hellos of this session: a node with one key for many sessions says the same again in each. */
  #hellos = new Map<string, number>();
  /** A hello without a cookie in an open session. */
  #asking: Asking | undefined;
  readonly #keys = new Map<string, { session: number; frame: number }>();

  constructor(context: ObserverContext<Facts, Session>, nodes: Nodes, endpoints: readonly [string, string], layouts: Layouts) {
    this.#context = context;
    this.#nodes = nodes;
    this.#endpoints = endpoints;
    this.#layouts = layouts;
    this.channels = new Channels(context, false);
  }

  hello(packet: Packet, payload: Field): void {
    const { id, direction } = packet;
    const x = toHex(bytesIn(payload, 'x25519_public')!);
    const cookie = toHex(bytesIn(payload, 'cookie')!);
    const session = this.#sessionOf(direction, x, toHex(bytesIn(payload, 'ed25519_public')!), cookie);
    const isCopy = this.#copies(packet);
    session.x[direction] = x;
    const asksAgain = session.state === 'open' && /^0+$/.test(cookie);
    if (asksAgain) this.#asking = { packet: { ...packet, bytes: packet.bytes.slice() }, x };
    this.#sameKey(id, x, session);
    this.#enter(id, session);
    const isOpener = direction === session.initiator;
    if (isOpener && !asksAgain) this.#echo(id, cookie, isCopy);
    if (session.state === 'unseen') return;
    // The first hello is what the machine starts with.
    const isFirst = isOpener && session.state === 'asked' && this.#last.hello === undefined;
    // A cookie has come out of a hello retry, which the capture lost.
    if (isOpener && session.state === 'asked' && !/^0+$/.test(cookie)) {
      session.state = 'retried';
      session.retryLost = true;
    }
    if (!isFirst && !isCopy) this.#advance(packet, 'hello', session);
    this.#tie(id, isOpener ? this.#last.retry : this.#last.hello);
    this.#last.hello = id;
  }

  retry(packet: Packet, payload: Field): void {
    const { id, direction } = packet;
    const opener = direction === 0 ? 1 : 0;
    const asking = this.#asking;
    if (this.session === undefined) {
      this.#begin(opener);
      this.session!.state = 'retried';
      this.session!.found = 'retried';
    } else if (this.session.state === 'open' && asking?.packet.direction === opener) this.#again(asking);
    else this.#advance(packet, 'hello_retry', this.session);
    this.#enter(id, this.session!);
    this.#retries.push({ cookie: toHex(bytesIn(payload, 'cookie')!), id });
    if (this.#retries.length > retriesKept) this.#retries.shift();
    this.#tie(id, this.#last.hello);
    this.#last.retry = id;
  }

  /** Both sides have their keys from before: that the hello began a session shows the hello retry that answers it. */
  #again({ packet, x }: Asking): void {
    const session = this.#begin(packet.direction);
    session.x[packet.direction] = x;
    session.state = 'retried';
    this.#copies(packet);
    this.#enter(packet.id, session);
    this.#last.hello = packet.id;
  }

  /** A packet that is no part of the handshake. */
  other(packet: Packet, name: Exclude<TypeName, 'hello' | 'hello_retry'>): Session {
    const session = this.session ?? this.#begin(undefined);
    this.#enter(packet.id, session);
    if (packet.direction === session.initiator) this.#tellWithoutCookie();
    if (name === 'data') this.#carried = true;
    if (name === 'data') this.#isBegunBefore(packet.direction, session);
    this.#advance(packet, name, session);
    return session;
  }

  /**
   * Data of one side right after the first hello of the other, which asked for nothing: that hello was the answer, and the
   * capture begins after the question.
   */
  #isBegunBefore(direction: Direction, session: Session): void {
    const isAnswered = session.number === 1 && session.state === 'asked' && session.initiator !== direction;
    if (!isAnswered || this.#last.retry !== undefined || session.x[direction] !== undefined) return;
    session.initiator = direction;
    session.state = 'unseen';
    session.found = 'open';
  }

  /** A new session, an introduced one, or the one at hand. */
  #sessionOf(direction: Direction, x: string, ed: string, cookie: string): Session {
    const { session } = this;
    const peer = direction === 0 ? 1 : 0;
    if (session !== undefined && session.x[direction] === x) return session;
    const isAnswer = session !== undefined && session.initiator === peer && session.x[direction] === undefined;
    // With zeros for a cookie it may as well begin a session of its own, once the one at hand has carried data.
    if (isAnswer && (session.state !== 'unseen' || !this.#carried || !/^0+$/.test(cookie))) return session;
    const requester = this.#nodes.requesterOf(this.#endpoints[peer], ed);
    if (requester !== undefined) {
      const introduced = this.#begin(peer);
      introduced.x[peer] = requester;
      introduced.state = 'open';
      introduced.found = 'open';
      return introduced;
    }
    // In the middle of a handshake whose hello retry was captured.
    if (session !== undefined && session.initiator === direction && session.x[direction] === undefined) return session;
    const begun = this.#begin(direction);
    // A cookie without a hello retry: the capture begins inside this handshake.
    if (this.#total.sessions === 1 && !/^0+$/.test(cookie)) {
      begun.state = 'unseen';
      begun.found = 'open';
    }
    return begun;
  }

  #begin(initiator: Direction | undefined): Session {
    const session = new Session(this.#total, initiator, this.#layouts);
    this.session = session;
    this.channels.settle();
    this.channels = new Channels(this.#context, initiator !== undefined);
    this.#retries = [];
    this.#last = {};
    this.#withoutCookie = undefined;
    this.#carried = false;
    this.#hellos = new Map();
    this.#asking = undefined;
    const { sessions } = this.#context.messages;
    if (sessions.length < this.#context.limits.sessions) session.place = sessions.push(session) - 1;
    return session;
  }

  #enter(id: number, session: Session): void {
    const { messages } = this.#context;
    session.frame ??= messages.frame(id);
    if (session.place !== undefined) messages.setSession(id, session.place);
  }

  #copies({ id, direction, bytes }: Packet): boolean {
    const key = `${direction} ${toHex(bytes)}`;
    const before = this.#hellos.get(key);
    if (before === undefined) {
      if (this.#hellos.size < this.#context.limits.sessions) this.#hellos.set(key, id);
      return false;
    }
    factsOf(this.#context, id).retransmission_of = this.#context.messages.frame(before);
    return true;
  }

  #sameKey(id: number, x: string, session: Session): void {
    const before = this.#keys.get(x);
    if (before === undefined) this.#keys.set(x, { session: session.number, frame: this.#context.messages.frame(id) });
    else if (before.session !== session.number) factsOf(this.#context, id).sameKeyAs = before.frame;
  }

  /** The opener's hello after a hello retry carries one of the cookies that it was given. */
  #echo(id: number, cookie: string, isCopy: boolean): void {
    const given = this.#retries.find((retry) => retry.cookie === cookie);
    if (given !== undefined) {
      const why = `it is the cookie of the hello retry in frame ${this.#context.messages.frame(given.id)}`;
      factsOf(this.#context, id).cookie = { state: 'valid', why };
      this.#withoutCookie = undefined;
      return;
    }
    this.#tellWithoutCookie();
    if (this.#retries.length === 0) return;
    if (isCopy && /^0+$/.test(cookie)) this.#withoutCookie = id;
    else this.#tellEcho(id);
  }

  #tellWithoutCookie(): void {
    if (this.#withoutCookie !== undefined) this.#tellEcho(this.#withoutCookie);
    this.#withoutCookie = undefined;
  }

  #tellEcho(id: number): void {
    const { messages } = this.#context;
    const frames = this.#retries.map((retry) => messages.frame(retry.id));
    const why = 'the cookie is none that a hello retry gave to this side';
    messages.addFinding(id, rules.cookieEcho, why, frames.slice(-1));
    factsOf(this.#context, id).cookie = { state: 'invalid', why };
  }

  #advance({ id, direction }: Packet, name: TypeName, session: Session): void {
    if (session.state === 'unseen') return;
    const by = direction === session.initiator ? 'opener' : 'answerer';
    const next = advance(machine, session.state, name, by);
    if (next !== undefined) session.state = next;
    else {
      const who = by === 'opener' ? 'initiator' : 'responder';
      const text = `${name} of the ${who} is not allowed here: the session ${machine.states[session.state]}`;
      this.#context.messages.addFinding(id, rules.order, text);
      // Data goes on all the same when the rest of the handshake was lost: one finding tells it.
      if (name !== 'data') return;
      session.state = 'open';
      session.skipped = this.#context.messages.frame(id);
    }
  }

  #tie(answer: number, question: number | undefined): void {
    if (question === undefined) return;
    const { messages } = this.#context;
    factsOf(this.#context, answer).answers ??= messages.frame(question);
    factsOf(this.#context, question).answered_in ??= messages.frame(answer);
  }
}
