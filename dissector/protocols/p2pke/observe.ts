import { mapKey, type Piece, toHex, valuesOf } from '../../bytes/index.ts';
import { decodeProto } from '../../codec/index.ts';
import type { Conversation, ConversationObserver, Direction, Observer, ObserverContext } from '../../protocol/index.ts';
import { bindingPurpose, childBytes, readClaim, timestampPurpose } from './claim.ts';
import { RemoteKeys } from './conformance/remotekeys.ts';
import type { Facts } from './facts.ts';
import { ephemeralKind, transportKind } from './keys.ts';
import { readMessage1 } from './keyschedule.ts';
import { ownLimits } from './limits.ts';
import { closingCounter, firstData, headerLength, helloParts, leastLength, type Name, payloads, readHeader } from './messages.ts';
import { type Datagram, MessageWriter } from './messagewriter.ts';
import { rules } from './rules.ts';
import { expectedBit, Session } from './session.ts';
import { askers, type OpenedRespHello, openRespHello } from './trialdecryption.ts';

export function observe(context: ObserverContext<Facts, Session>): Observer {
  const sessions = new Sessions();
  return {
    conversation: (conversation) => new Channel(context, conversation, sessions),
    end() {},
  };
}

/** The maximum age of 60 s, with 20 % of tolerance. */
const maximumAge = 60 * 1.2;
const messageLimit = 0x7fff_ffff;

/** The sessions of all channels: one may move to another conversation. */
class Sessions {
  /** Their places in the message table. */
  readonly numbers = new Map<Session, number>();
  readonly #inOrder: Session[] = [];

  add(session: Session, number: number): void {
    this.numbers.set(session, number);
    this.#inOrder.push(session);
  }

  /** At most so many, the newest first. */
  latest(most: number): readonly Session[] {
    return this.#inOrder.slice(-most).reverse();
  }
}

/** The first pass over one channel: two endpoints and the sessions between them, one after the other. */
class Channel implements ConversationObserver {
  readonly #context: ObserverContext<Facts, Session>;
  readonly #writer: MessageWriter;
  /** Newest last. */
  readonly #sessions: Session[] = [];
  readonly #byEphemeral = new Map<string, Session>();
  /** The sessions that a message may belong to, newest first: a session lives for a minute. */
  #recent: readonly Session[] = [];
  /** First frame of each handshake message, to know a retransmission: by its sender and bytes. */
  readonly #seen: readonly [Map<string, number>, Map<string, number>] = [new Map(), new Map()];
  /** RespHellos that opened under no session. */
  #failed = 0;
  readonly #unopened: { id: number; session: Session }[] = [];
  readonly #remote: RemoteKeys;
  readonly #own: ReturnType<typeof valuesOf<typeof ownLimits>>;
  readonly #id: number;
  readonly #all: Sessions;
  /** Messages that were tried under sessions of other conversations, and opened under none. */
  #strange = 0;

  constructor(context: ObserverContext<Facts, Session>, conversation: Conversation, all: Sessions) {
    this.#context = context;
    this.#id = conversation.id;
    this.#all = all;
    this.#own = valuesOf(ownLimits, context.limits);
    this.#writer = new MessageWriter(context, conversation);
    this.#remote = new RemoteKeys(context, conversation, this.#writer);
  }

  datagram(sender: Direction, message: Uint8Array, frame: number, cut: number, pieces?: readonly Piece[]): void {
    const header = readHeader(message);
    if (header === undefined) {
      const state = cut > 0 ? 'incomplete' : 'malformed';
      const id = this.#writer.add('undecodable', state, false, sender, frame, pieces);
      this.#writer.find(id, rules[state], `the header needs ${headerLength} bytes, the datagram has ${message.length}`);
      return;
    }
    const { bit, counter, name } = header;
    const id = this.#writer.add(name, cut > 0 ? 'incomplete' : 'decoded', name !== 'InitHello', sender, frame, pieces);
    if (cut > 0) {
      this.#writer.find(id, rules.incomplete, `${cut} bytes of the datagram were not captured`);
      return;
    }
    const datagram = { message, sender, bit, counter, frame, id };
    this.#checkDirection(datagram, name);
    if (name === 'InitHello') this.#initHello(datagram);
    else if (name === 'RespHello') this.#respHello(datagram);
    else if (name === 'InitDone') this.#initDone(datagram);
    else this.#sealed(datagram, name);
  }

  /** The bit of a message against what its sender is in the newest session. */
  #checkDirection(datagram: Datagram, name: Name): void {
    const { bit, sender, id } = datagram;
    const fixed = name === 'InitHello' || name === 'InitDone' ? 0 : name === 'RespHello' ? 1 : undefined;
    if (fixed !== undefined && bit !== fixed) {
      this.#writer.find(id, rules.direction, `${name} has the direction bit ${bit}, it always travels with ${fixed}`);
      return;
    }
    // An InitHello decides who is the initiator of its session.
    const session = this.#sessions.at(-1);
    if (name === 'InitHello' || session === undefined) return;
    // While a newer session of the other side begins, the older one's messages still have their own bits; so they have where the
    // capture begins with that handshake, and does not show the older one.
    if (!session.isUsedBy(sender, this.#id) || this.#recent.some((other) => expectedBit(other, sender, this.#id) === bit)) return;
    this.#wrongBit(datagram, session);
  }

  #wrongBit({ id, bit, sender }: Datagram, session: Session): void {
    const is = sender === session.initiatorIn(this.#id) ? 'initiator' : 'responder';
    this.#writer.find(id, rules.direction, `the direction bit is ${bit}, the sender is the ${is}`, [session.hellos[0]!.frame]);
  }

  /** Notes a retransmission and returns true when the identical handshake message was seen before. */
  #repeats({ message, id, frame, sender }: Datagram): boolean {
    const [seen, key] = [this.#seen[sender], mapKey(message)];
    const before = seen.get(key);
    if (before === undefined) {
      seen.set(key, frame);
      return false;
    }
    this.#writer.facts(id).retransmissionOf = before;
    return true;
  }

  #initHello(datagram: Datagram): void {
    const { message, id, frame, sender } = datagram;
    const least = leastLength('InitHello');
    if (message.length < least) {
      this.#writer.malformed(id, `InitHello needs ${least} bytes before its payload, the datagram has ${message.length}`);
      return;
    }
    const { e, rest } = helloParts(message);
    const payload = rest.slice();
    const { field, problem } = decodeProto(payloads.InitHello, payload, 0, 0, payload.length, this.#context.limits);
    const timestamp = childBytes(field, 'timestamp_tai64n');
    if (problem !== undefined) this.#writer.malformed(id, problem.text);
    const claim =
      timestamp === undefined ? undefined : readClaim(field, timestampPurpose, timestamp, this.#context.verifications);
    if (problem === undefined)
      this.#writer.missing(id, [timestamp === undefined ? 'timestamp_tai64n' : '', claim === undefined ? 'auth_claim' : '']);
    this.#remote.claimed(datagram, claim, toHex(e));
    const repeats = this.#repeats(datagram);
    const session = this.#session(toHex(e), sender, frame);
    if (session === undefined) return;
    this.#context.messages.setSession(id, this.#all.numbers.get(session)!);
    if (repeats) return;
    session.hellos.push({ frame, message: message.slice(), h1: readMessage1(e, payload).h });
  }

  #session(e: string, initiator: Direction, frame: number): Session | undefined {
    const key = `${initiator} ${e}`;
    const known = this.#byEphemeral.get(key);
    if (known !== undefined) return known;
    const { messages, keys, limits } = this.#context;
    if (messages.sessions.length >= limits.sessions) return undefined;
    const session = new Session(e, initiator, this.#context.time(frame), this.#sessions);
    if (keys.find(ephemeralKind, e).length > 0) session.held.add(e);
    session.transport = keys.find(transportKind, e).map(({ secret, origin }) => ({ ...secret, origin }));
    this.#all.add(session, messages.sessions.push(session) - 1);
    this.#sessions.push(session);
    this.#recent = [session, ...this.#recent].slice(0, this.#own.recentSessions);
    this.#byEphemeral.set(key, session);
    return session;
  }

  #respHello(datagram: Datagram): void {
    const { message, id, frame, sender } = datagram;
    const least = leastLength('RespHello');
    if (message.length < least) {
      this.#writer.malformed(id, `RespHello needs at least ${least} bytes (header, e, tag), the datagram has ${message.length}`);
      return;
    }
    this.#repeats(datagram);
    const { candidates, passed } = askers(this.#recent, sender, this.#failed, this.#context.limits);
    const opened = openRespHello(this.#context, message, candidates);
    if (opened !== undefined) this.#prove(opened);
    else this.#failed++;
    if (opened === undefined) this.#writer.untried(id, passed, 'InitHellos');
    const session = opened?.session ?? candidates[0];
    if (session === undefined) {
      this.#context.messages.setState(id, 'encrypted');
      this.#writer.facts(id).note = 'The InitHello that it answers is not in the capture.';
      return;
    }
    this.#context.messages.setSession(id, this.#all.numbers.get(session)!);
    if (Number.isNaN(session.firstAnswer)) session.firstAnswer = this.#context.time(frame);
    this.#late(datagram, session);
    if (session.resp === undefined || (opened !== undefined && session.respHello === undefined)) session.resp = message.slice();
    if (opened === undefined) {
      this.#context.messages.setState(id, 'encrypted');
      if (session.hello !== undefined) this.#contradicts(id, session);
      else {
        this.#unopened.push({ id, session });
        session.suppose(toHex(helloParts(message).e));
      }
      return;
    }
    session.respHello ??= frame;
    const { payload, hello } = opened;
    const { field, problem } = decodeProto(payloads.RespHello, payload, 0, 0, payload.length, this.#context.limits);
    this.#writer.facts(id).payload = payload;
    if (problem !== undefined) this.#writer.malformed(id, problem.text);
    this.#remote.claimed(datagram, readClaim(field, bindingPurpose, hello.h1, this.#context.verifications), session.e);
  }

  #prove({ session, hello, h2, keys }: OpenedRespHello): void {
    if (session.hello === undefined) {
      session.transport = [keys];
      session.proven[0] = true;
      session.proven[1] = true;
      session.hello = hello;
      session.h2 = h2;
      for (const waiting of this.#unopened) if (waiting.session === session) this.#contradicts(waiting.id, session);
    }
  }

  #contradicts(id: number, session: Session): void {
    this.#writer.malformed(
      id,
      `the tag does not open, although the session's key is proven by the RespHello that answers frame ${session.hello!.frame}`,
    );
  }

  /** A RespHello may cross the InitDone: its sender knows of that once it sends data, or when a round trip has passed. */
  #late({ id, frame }: Datagram, session: Session): void {
    if (session.done === undefined) return;
    const roundTrip = session.firstAnswer - session.start;
    const since = this.#context.time(frame) - this.#context.time(session.done);
    if (!session.heard[1] && !(since >= roundTrip)) return;
    this.#writer.find(id, rules.lateHandshake, `a handshake message of the responder after InitDone in frame ${session.done}`, [
      session.done,
    ]);
  }

  #initDone(datagram: Datagram): void {
    const { id, frame } = datagram;
    this.#repeats(datagram);
    const opened = this.#open(datagram);
    if (opened === undefined) {
      // Its tag cannot be checked without a key, and the session goes on: take it as accepted.
      const newest = this.#sessions.at(-1);
      if (newest !== undefined && !newest.proven[0] && this.#context.messages.state(id) === 'encrypted') newest.done ??= frame;
      return;
    }
    const { session, plaintext } = opened;
    const { field, problem } = decodeProto(payloads.InitDone, plaintext, 0, 0, plaintext.length, this.#context.limits);
    if (problem !== undefined) this.#writer.malformed(id, problem.text);
    const claim = readClaim(field, bindingPurpose, session.h2, this.#context.verifications);
    this.#remote.claimed(datagram, claim, session.e);
    if (problem !== undefined || claim?.check.state === 'invalid') return;
    session.done ??= frame;
    session.early.shown(this.#writer);
  }

  #sealed(datagram: Datagram, name: Name): void {
    const { id, counter, bit, frame } = datagram;
    if (name === 'reserved')
      this.#writer.find(id, rules.reservedCounter, `counter ${counter} is reserved: data starts at ${firstData}`);
    const opened = this.#open(datagram);
    if (opened === undefined) {
      const newest = this.#sessions.at(-1);
      if (newest?.done !== undefined && expectedBit(newest, datagram.sender, this.#id) === bit) newest.heard[bit] = true;
      return;
    }
    const { session } = opened;
    this.#age(datagram, session);
    // A message that came back to its sender, or with a flipped bit, does not count as one of its direction.
    if (expectedBit(session, datagram.sender, this.#id) !== bit) {
      const isTold = this.#context.messages.findings.get(id)?.some(({ rule }) => rule === rules.direction.id) === true;
      if (!isTold) this.#wrongBit(datagram, session);
      return;
    }
    if (session.done !== undefined) session.heard[bit] = true;
    if (session.done === undefined) {
      session.early.hold(id, bit);
      if (bit === 0) return;
    }
    const closed = session.closed[bit];
    if (closed !== undefined && counter !== closingCounter) {
      this.#writer.find(id, rules.order, `a message after the closing message in frame ${closed}`, [closed]);
    }
    const verdict = session.windows[bit].accept(counter);
    if (verdict === 'replay') this.#writer.find(id, rules.replay, `counter ${counter} was accepted before in this direction`);
    if (verdict === 'stale')
      this.#writer.find(id, rules.staleCounter, `counter ${counter} is below the replay window of 8128 counters`);
    if (name === 'closing') session.closed[bit] ??= frame;
  }

  #age({ id, frame }: Datagram, session: Session): void {
    const first = session.hellos[0]!.frame;
    const age = this.#context.time(frame) - session.start;
    if (age > maximumAge)
      this.#writer.find(id, rules.sessionAge, `the session is ${age.toFixed(1)} s old, 60 s is the most`, [first]);
    if (++session.messages > messageLimit)
      this.#writer.find(id, rules.messageLimit, `message ${session.messages} of one session`, [first]);
  }

  /**
   * Opens a message under a session of another conversation, which has moved here: NAT rebinding, a change of address. Its tag proves
   * that. A channel whose own session is proven has no need of it.
   */
  #moved(datagram: Datagram): { session: Session; plaintext: Uint8Array } | undefined {
    const { message, bit, sender, id } = datagram;
    if (this.#strange >= this.#own.movedMessages || this.#sessions.some(({ proven }) => proven[0] || proven[1])) return undefined;
    for (const session of this.#all.latest(this.#own.movedSessions)) {
      if (!session.hasKey(bit) || this.#sessions.includes(session)) continue;
      const plaintext = session.open(datagram, message, this.#context.budget);
      if (plaintext === undefined) continue;
      session.movesTo(this.#id, bit === 0 ? sender : sender === 0 ? 1 : 0);
      this.#sessions.push(session);
      this.#recent = [session, ...this.#recent].slice(0, this.#own.recentSessions);
      this.#context.messages.setSession(id, this.#all.numbers.get(session)!);
      const { frame } = session.hellos[0]!;
      this.#writer.facts(id).note =
        `Its session began in frame ${frame}, in another conversation: an address or port has changed since.`;
      return { session, plaintext };
    }
    this.#strange++;
    return undefined;
  }

  /**
   * Opens a message under the session it belongs to, the newest first; sets its state when none opens it: malformed when
   * the newest session's key is proven or the bytes cannot hold a tag, else encrypted.
   */
  #open(datagram: Datagram): { session: Session; plaintext: Uint8Array } | undefined {
    const { message, bit, id } = datagram;
    const { messages } = this.#context;
    const newest = this.#sessions.at(-1);
    if (newest !== undefined) messages.setSession(id, this.#all.numbers.get(newest)!);
    const least = leastLength('data');
    if (message.length < least) {
      this.#writer.malformed(id, `a sealed message needs ${least} bytes (header, tag), the datagram has ${message.length}`);
      return undefined;
    }
    for (const session of this.#recent) {
      const plaintext = session.open(datagram, message, this.#context.budget);
      if (plaintext === undefined) continue;
      if (session !== newest) messages.setSession(id, this.#all.numbers.get(session)!);
      return { session, plaintext };
    }
    const moved = this.#moved(datagram);
    if (moved !== undefined) return moved;
    if (newest?.proven[bit] && !this.#recent.some((session) => session.mayCarry(bit))) {
      this.#writer.malformed(id, 'the tag does not open under the proven key of its session');
    } else {
      // A message without a session says why itself: there may be a million of them, and each fact takes room.
      messages.setState(id, 'encrypted');
      if (this.#sessions.length > this.#own.recentSessions) this.#writer.untried(id, ['recentSessions'], 'sessions');
    }
    return undefined;
  }
}
