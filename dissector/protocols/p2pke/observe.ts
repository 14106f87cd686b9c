import { mapKey, type Piece, toHex } from '../../bytes/index.ts';
import { decodeProto } from '../../codec/index.ts';
import { noise } from '../../crypto/index.ts';
import type { Bench, Conversation, ConversationObserver, Direction, Observer } from '../../session/index.ts';
import { bindingPurpose, childBytes, readClaim, timestampPurpose } from './claim.ts';
import { type TransportKeys, transportLabel } from './keys.ts';
import { closingCounter, ephemeralLength, firstData, headerLength, type Name, nameOf, payloads } from './messages.ts';
import { type Datagram, Notes } from './notes.ts';
import { RemoteKeys } from './remote.ts';
import { askers, type OpenedRespHello, openRespHello } from './resphello.ts';
import { rules } from './rules.ts';
import { expectedBit, Session } from './session.ts';

export function observe(bench: Bench): Observer {
  const channels: Channel[] = [];
  return {
    conversation(conversation) {
      const channel = new Channel(bench, conversation);
      channels.push(channel);
      return channel;
    },
    end() {
      for (const channel of channels) channel.end();
    },
  };
}

/** The maximum age of 60 s, with 20 % of tolerance. */
const maximumAge = 60 * 1.2;
const messageLimit = 0x7fff_ffff;

/** The first pass over one channel: two endpoints and the sessions between them, one after the other. */
class Channel implements ConversationObserver {
  readonly #bench: Bench;
  readonly #notes: Notes;
  /** Newest last. */
  readonly #sessions: Session[] = [];
  readonly #byEphemeral = new Map<string, Session>();
  readonly #numbers = new Map<Session, number>();
  /** The sessions that a message may belong to, newest first: a session lives for a minute. */
  #recent: readonly Session[] = [];
  /** First frame of each handshake message, to know a retransmission: by its sender and bytes. */
  readonly #seen: readonly [Map<string, number>, Map<string, number>] = [new Map(), new Map()];
  /** RespHellos that opened under no session. */
  #failed = 0;
  readonly #unopened: { id: number; session: Session }[] = [];
  readonly #remote: RemoteKeys;

  constructor(bench: Bench, conversation: Conversation) {
    this.#bench = bench;
    this.#notes = new Notes(bench, conversation);
    this.#remote = new RemoteKeys(bench, conversation, this.#notes);
  }

  datagram(sender: Direction, message: Uint8Array, frame: number, cut: number, pieces?: readonly Piece[]): void {
    if (message.length < headerLength) {
      const state = cut > 0 ? 'incomplete' : 'malformed';
      const id = this.#notes.add('undecodable', state, false, sender, frame, pieces);
      this.#notes.find(id, rules[state], `the header needs ${headerLength} bytes, the datagram has ${message.length}`);
      return;
    }
    const first = message[0]!;
    const bit = (first >>> 7) as Direction;
    const counter = (first & 0x7f) * 0x100_0000 + (message[1]! << 16) + (message[2]! << 8) + message[3]!;
    const name = nameOf(counter);
    const id = this.#notes.add(name, cut > 0 ? 'incomplete' : 'decoded', name !== 'InitHello', sender, frame, pieces);
    if (cut > 0) {
      this.#notes.find(id, rules.incomplete, `${cut} bytes of the datagram were not captured`);
      return;
    }
    const datagram = { message, sender, bit, counter, frame, id };
    this.#checkDirection(datagram, name);
    if (name === 'InitHello') this.#initHello(datagram);
    else if (name === 'RespHello') this.#respHello(datagram);
    else if (name === 'InitDone') this.#initDone(datagram);
    else this.#sealed(datagram, name);
  }

  end(): void {
    for (const session of this.#sessions) session.early.end(this.#notes);
  }

  /** The bit of a message against what its sender is in the newest session. */
  #checkDirection(datagram: Datagram, name: Name): void {
    const { bit, sender, id } = datagram;
    const fixed = name === 'InitHello' || name === 'InitDone' ? 0 : name === 'RespHello' ? 1 : undefined;
    if (fixed !== undefined && bit !== fixed) {
      this.#notes.find(id, rules.direction, `${name} has the direction bit ${bit}, it always travels with ${fixed}`);
      return;
    }
    // An InitHello decides who is the initiator of its session.
    const session = this.#sessions.at(-1);
    if (name === 'InitHello' || session === undefined) return;
    // While a newer session of the other side begins, the older one's messages still have their own bits.
    if (this.#recent.some((other) => expectedBit(other, sender) === bit)) return;
    const is = sender === session.initiator ? 'initiator' : 'responder';
    this.#notes.find(id, rules.direction, `the direction bit is ${bit}, the sender is the ${is}`, [session.hellos[0]!.frame]);
  }

  /** Notes a retransmission and returns true when the identical handshake message was seen before. */
  #repeats({ message, id, frame, sender }: Datagram): boolean {
    const [seen, key] = [this.#seen[sender], mapKey(message)];
    const before = seen.get(key);
    if (before === undefined) {
      seen.set(key, frame);
      return false;
    }
    this.#notes.facts(id).retransmissionOf = before;
    return true;
  }

  #initHello(datagram: Datagram): void {
    const { message, id, frame, sender } = datagram;
    const least = headerLength + ephemeralLength;
    if (message.length < least) {
      this.#notes.malformed(id, `InitHello needs ${least} bytes before its payload, the datagram has ${message.length}`);
      return;
    }
    const e = message.subarray(headerLength, least);
    const payload = message.slice(least);
    const { field, problem } = decodeProto(payloads.InitHello, payload);
    const timestamp = childBytes(field, 'timestamp_tai64n');
    if (problem !== undefined) this.#notes.malformed(id, problem.text);
    const claim = timestamp === undefined ? undefined : readClaim(field, timestampPurpose, timestamp, this.#bench.verifications);
    if (problem === undefined)
      this.#notes.missing(id, [timestamp === undefined ? 'timestamp_tai64n' : '', claim === undefined ? 'auth_claim' : '']);
    this.#remote.claimed(datagram, claim, toHex(e));
    const repeats = this.#repeats(datagram);
    const session = this.#session(toHex(e), sender, frame);
    if (session === undefined) return;
    this.#bench.messages.setSession(id, this.#numbers.get(session)!);
    if (repeats) return;
    const transcript = noise.readMessage1(noise.begin(), e, payload);
    session.hellos.push({ frame, message: message.slice(), transcript });
  }

  #session(e: string, initiator: Direction, frame: number): Session | undefined {
    const key = `${initiator} ${e}`;
    const known = this.#byEphemeral.get(key);
    if (known !== undefined) return known;
    const { messages, keys, limits } = this.#bench;
    if (messages.sessions.length >= limits.sessions) return undefined;
    const session = new Session(e, initiator, this.#bench.time(frame), this.#sessions);
    session.transport = keys.find(transportLabel, e).map((key) => key.secret as TransportKeys);
    this.#numbers.set(session, messages.sessions.length);
    messages.sessions.push(session);
    this.#sessions.push(session);
    this.#recent = [session, ...this.#recent].slice(0, limits.recentSessions);
    this.#byEphemeral.set(key, session);
    return session;
  }

  #respHello(datagram: Datagram): void {
    const { message, id, frame, sender } = datagram;
    const least = headerLength + ephemeralLength + noise.tagLength;
    if (message.length < least) {
      this.#notes.malformed(id, `RespHello needs at least ${least} bytes (header, e, tag), the datagram has ${message.length}`);
      return;
    }
    this.#repeats(datagram);
    const { candidates, passed } = askers(this.#recent, sender, this.#failed, this.#bench.limits);
    const opened = openRespHello(this.#bench, message, candidates);
    if (opened !== undefined) this.#prove(opened);
    else this.#failed++;
    if (opened === undefined) this.#notes.untried(id, passed, 'InitHellos');
    const session = opened?.session ?? candidates[0];
    if (session === undefined) {
      this.#bench.messages.setState(id, 'encrypted');
      this.#notes.facts(id).note = 'The InitHello that it answers is not in the capture.';
      return;
    }
    this.#bench.messages.setSession(id, this.#numbers.get(session)!);
    this.#late(datagram, session);
    if (session.resp === undefined || (opened !== undefined && session.respHello === undefined)) session.resp = message.slice();
    if (opened === undefined) {
      this.#bench.messages.setState(id, 'encrypted');
      if (session.hello !== undefined) this.#contradicts(id, session);
      else this.#unopened.push({ id, session });
      return;
    }
    session.respHello ??= frame;
    const { field, problem } = decodeProto(payloads.RespHello, opened.message2.payload);
    this.#notes.facts(id).payload = opened.message2.payload;
    if (problem !== undefined) this.#notes.malformed(id, problem.text);
    this.#remote.claimed(
      datagram,
      readClaim(field, bindingPurpose, opened.hello.transcript.h, this.#bench.verifications),
      session.e,
    );
  }

  #prove({ session, hello, message2 }: OpenedRespHello): void {
    if (session.hello === undefined) {
      session.transport = [{ i2r: message2.split[0], r2i: message2.split[1] }];
      session.proven[0] = true;
      session.proven[1] = true;
      session.hello = hello;
      session.h2 = message2.h;
      for (const waiting of this.#unopened) if (waiting.session === session) this.#contradicts(waiting.id, session);
    }
  }

  #contradicts(id: number, session: Session): void {
    this.#notes.malformed(
      id,
      `the tag does not open, although the session's key is proven by the RespHello that answers frame ${session.hello!.frame}`,
    );
  }

  #late({ id }: Datagram, session: Session): void {
    if (session.done === undefined) return;
    this.#notes.find(id, rules.lateHandshake, `a handshake message of the responder after InitDone in frame ${session.done}`, [
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
      if (newest !== undefined && !newest.proven[0] && this.#bench.messages.state(id) === 'encrypted') newest.done ??= frame;
      return;
    }
    const { session, plaintext } = opened;
    const { field, problem } = decodeProto(payloads.InitDone, plaintext);
    if (problem !== undefined) this.#notes.malformed(id, problem.text);
    const claim = readClaim(field, bindingPurpose, session.h2, this.#bench.verifications);
    this.#remote.claimed(datagram, claim, session.e);
    if (problem !== undefined || claim?.check.state === 'invalid') return;
    session.done ??= frame;
    session.early.shown(this.#notes);
  }

  #sealed(datagram: Datagram, name: Name): void {
    const { id, counter, bit, frame } = datagram;
    if (name === 'reserved')
      this.#notes.find(id, rules.reservedCounter, `counter ${counter} is reserved: data starts at ${firstData}`);
    const opened = this.#open(datagram);
    if (opened === undefined) return;
    const { session } = opened;
    this.#age(datagram, session);
    // A message that came back to its sender, or with a flipped bit, does not count as one of its direction.
    if (expectedBit(session, datagram.sender) !== bit) return;
    if (session.done === undefined) {
      session.early.hold(id, bit);
      if (bit === 0) return;
    }
    const closed = session.closed[bit];
    if (closed !== undefined && counter !== closingCounter) {
      this.#notes.find(id, rules.order, `a message after the closing message in frame ${closed}`, [closed]);
    }
    const verdict = session.windows[bit].accept(counter);
    if (verdict === 'replay') this.#notes.find(id, rules.replay, `counter ${counter} was accepted before in this direction`);
    if (verdict === 'stale')
      this.#notes.find(id, rules.staleCounter, `counter ${counter} is below the replay window of 8128 counters`);
    if (name === 'closing') session.closed[bit] ??= frame;
  }

  #age({ id, frame }: Datagram, session: Session): void {
    const first = session.hellos[0]!.frame;
    const age = this.#bench.time(frame) - session.start;
    if (age > maximumAge)
      this.#notes.find(id, rules.sessionAge, `the session is ${age.toFixed(1)} s old, 60 s is the most`, [first]);
    if (++session.messages > messageLimit)
      this.#notes.find(id, rules.messageLimit, `message ${session.messages} of one session`, [first]);
  }

  /**
   * Opens a message under the session it belongs to, the newest first; sets its state when none opens it: malformed when
   * the newest session's key is proven or the bytes cannot hold a tag, else encrypted.
   */
  #open(datagram: Datagram): { session: Session; plaintext: Uint8Array } | undefined {
    const { message, bit, counter, id } = datagram;
    const { messages, limits } = this.#bench;
    const newest = this.#sessions.at(-1);
    if (newest !== undefined) messages.setSession(id, this.#numbers.get(newest)!);
    const least = headerLength + noise.tagLength;
    if (message.length < least) {
      this.#notes.malformed(id, `a sealed message needs ${least} bytes (header, tag), the datagram has ${message.length}`);
      return undefined;
    }
    for (const session of this.#recent) {
      const plaintext = session.open(bit, counter, message);
      if (plaintext === undefined) continue;
      if (session !== newest) messages.setSession(id, this.#numbers.get(session)!);
      return { session, plaintext };
    }
    if (newest?.proven[bit] && !this.#recent.some((session) => session.mayCarry(bit))) {
      this.#notes.malformed(id, 'the tag does not open under the proven key of its session');
    } else {
      // A message without a session says why itself: there may be a million of them, and each fact takes room.
      messages.setState(id, 'encrypted');
      if (this.#sessions.length > limits.recentSessions) this.#notes.untried(id, ['recentSessions'], 'sessions');
    }
    return undefined;
  }
}
