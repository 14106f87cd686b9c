/** A node of p2pke: a channel on each link, which makes sessions and makes them anew before they are too old. */
import { toHex } from '../../../bytes/index.ts';
import type { FieldValues } from '../../../codec/index.ts';
import { type SigningKey, signatureDigest } from '../../../crypto/index.ts';
import {
  allowed,
  type Corruption,
  type Link,
  type LinkStatus,
  type NodeContext,
  type NodeSession,
} from '../../../protocol/index.ts';
import { checkClaim, timestampPurpose } from '../claim.ts';
import { ephemeralLabel } from '../keys.ts';
import { machine } from '../machine.ts';
import { closingCounter, forms, headerLength, type Name, readHeader } from '../messages.ts';
import { tai64n } from '../tai64n.ts';
import { bytesOf, claimOf, decoded, PeerSession } from './session.ts';

const cipherSuite = '25519_ChaChaPoly_BLAKE2b';
/** Handshake messages are repeated after so many milliseconds, so many times. */
const REPEAT_MS = 1000;
const TRIES = 5;
/** Two RespHellos to who has proven nothing: three times what came may go to a forged address (as in RFC 9000 section 8.1). */
const ANSWERS = 2;
/** A session lives a minute (specification, "Sessions"); its successor is begun before. */
const RENEW_MS = 50_000;
const LIFE_MS = 60_000;
/** After a renewal that nobody answered, the next one. */
const AGAIN_MS = 5000;
/** Sessions of one channel that are kept at once; the oldest gives way. */
const SESSIONS = 8;

interface Channel {
  readonly link: Link;
  /** The newest last. */
  sessions: PeerSession[];
  /** "Once a channel has created a session all further sessions must have the same remote key": DER, hex. */
  remote?: string;
}

export class P2pkePeer implements NodeSession {
  readonly #context: NodeContext;
  readonly #key: SigningKey;
  readonly #channels = new Map<number, Channel>();

  readonly #role: string | undefined;

  constructor(context: NodeContext, key: SigningKey, role: string | undefined) {
    this.#context = context;
    this.#key = key;
    this.#role = role;
  }

  opened(link: Link): void {
    this.#channels.set(link.id, { link, sessions: [] });
    if (this.#initiates(link)) this.#context.send(link.id, 'InitHello');
  }

  #initiates({ dialled }: Link): boolean {
    return this.#role === undefined ? dialled : this.#role === 'initiator';
  }

  closed(link: number): void {
    this.#channels.delete(link);
  }

  shutdown(link: number): void {
    if (this.#channels.get(link) !== undefined && this.#current(link)?.ready) this.#context.send(link, 'closing');
  }

  status(link: number): LinkStatus {
    const session = this.#current(link);
    const state = session?.state ?? machine.start;
    const ready = session?.ready ?? false;
    // Each side has opened what was encrypted to its own ephemeral.
    return { state, doc: machine.states[state], ready, isProven: ready };
  }

  allowedMessages(link: number): readonly string[] {
    const session = this.#current(link);
    const own = this.#channels.get(link)?.link;
    if (session === undefined) return own !== undefined && this.#initiates(own) ? ['InitHello'] : [];
    const names = allowed(machine, session.state, session.isInitiator ? 'opener' : 'answerer');
    return [...new Set(names)];
  }

  timer(link: number, name: string): void {
    const channel = this.#channels.get(link);
    if (channel === undefined) return;
    if (name === 'renew') return void this.#context.send(link, 'InitHello');
    for (const session of channel.sessions) if (name === session.lifeTimer) session.isOver = true;
    if (name !== 'repeat') return;
    const session = channel.sessions.at(-1);
    if (session === undefined || session.answer === undefined) return;
    const waits = session.isInitiator ? session.state === 'init_hello' : session.state === 'resp_hello';
    if (!waits) return;
    if (++session.tries >= TRIES) {
      channel.sessions.pop();
      this.#context.tell(link, `The handshake has no answer after ${TRIES} tries.`, true);
      // A channel that had a session wants one again: the other side may only be away for a while.
      if (session.isInitiator && channel.remote !== undefined) this.#context.timer(link, 'renew', AGAIN_MS);
      return;
    }
    if (session.isInitiator) this.#context.send(link, 'InitHello', session.answer);
    else if (session.tries < ANSWERS) this.#context.send(link, 'RespHello', session.answer);
    else this.#context.timer(link, 'repeat', REPEAT_MS);
  }

  received(link: number, bytes: Uint8Array): void {
    const channel = this.#channels.get(link);
    if (channel === undefined) return;
    const header = readHeader(bytes);
    if (header === undefined) return void this.#context.tell(link, `A datagram of ${bytes.length} bytes has no header.`, true);
    const { bit, counter, name } = header;
    if (name === 'InitHello') this.#initHello(channel, bytes, bit);
    else if (name === 'RespHello') this.#respHello(channel, bytes);
    else if (name !== 'reserved') this.#sealed(channel, name, bytes, bit, counter);
    else this.#context.tell(link, `Counter ${counter} is reserved: the datagram is left out.`, true);
  }

  fill(link: number, message: string, given: FieldValues): FieldValues {
    const name = message as Name;
    const channel = this.#channels.get(link);
    if (channel === undefined) throw new Error('The link is closed.');
    if (name === 'InitHello') return this.#fillInitHello(channel, given);
    const session = this.#sessionFor(channel, name);
    const { direction } = session;
    switch (name) {
      case 'RespHello': {
        const payload = { cipher_suite: cipherSuite, auth_claim: session.claim(this.#key, name) };
        return { direction, counter: 1, e: session.e, payload, ...given };
      }
      case 'InitDone':
        return { direction, counter: 2, payload: { auth_claim: session.claim(this.#key, name) }, ...given };
      case 'closing':
        return { direction, counter: closingCounter, data: empty, ...given };
      default:
        return { direction, counter: given.counter ?? session.takeCounter(), data: empty, ...given };
    }
  }

  emit(link: number, message: string, values: FieldValues, spoiling: Corruption): Uint8Array {
    const name = message as Name;
    const channel = this.#channels.get(link);
    const form = forms.find((each) => each.name === name);
    if (channel === undefined || form === undefined)
      throw new Error(channel === undefined ? 'The link is closed.' : `p2pke has no message "${message}".`);
    const session = this.#sessionFor(channel, name, values);
    const clear = session.encoded(form, values);
    const bytes = this.#forWire(session, name, clear, Number(values.counter), spoiling);
    session.advance(name, true);
    if (name !== 'data' && name !== 'closing') session.answer = spoiling.meant ?? values;
    if (name === 'InitHello' || name === 'RespHello') this.#context.timer(link, 'repeat', REPEAT_MS);
    if (name === 'InitDone') this.#accepted(channel, session);
    return bytes;
  }

  #forWire(session: PeerSession, name: Name, clear: Uint8Array, counter: number, spoiling: Corruption): Uint8Array {
    if (name === 'InitHello') {
      session.opened(clear);
      return clear;
    }
    return name === 'RespHello' ? session.seal2(clear, spoiling) : session.seal(clear, counter, spoiling);
  }

  /** A session begins with the InitHello that names a new ephemeral. */
  #fillInitHello(channel: Channel, given: FieldValues): FieldValues {
    if (given.e !== undefined) return given;
    const session = this.#begin(channel, true);
    const timestamp = bytesOf((given.payload as FieldValues | undefined)?.timestamp_tai64n) ?? tai64n(this.#context.now());
    const claim = { key_x509: this.#key.spki, sig: this.#key.sign(signatureDigest(timestampPurpose, timestamp)) };
    const payload = { cipher_suites: [cipherSuite], timestamp_tai64n: timestamp, auth_claim: claim };
    return { direction: 0, counter: 0, e: session.e, payload, ...given };
  }

  #begin(channel: Channel, isInitiator: boolean): PeerSession {
    const ephemeral = this.#context.random(32);
    const session = new PeerSession(isInitiator, ephemeral);
    this.#context.key(`${ephemeralLabel} ${toHex(ephemeral)}`);
    channel.sessions = [...channel.sessions, session].slice(-SESSIONS);
    return session;
  }

  #initHello(channel: Channel, bytes: Uint8Array, bit: number): void {
    const { id } = channel.link;
    const values = decoded('InitHello', bytes);
    const e = bytesOf(values?.e);
    if (values === undefined || e === undefined || bit === 1)
      return void this.#context.tell(id, 'An InitHello that cannot be read is left out.', true);
    const before = channel.sessions.find(({ isInitiator, hello }) => !isInitiator && hello !== undefined && same(hello, bytes));
    if (before !== undefined) {
      if (before.state === 'resp_hello' && before.answer !== undefined) this.#context.send(id, 'RespHello', before.answer);
      return;
    }
    const payload = values.payload as FieldValues;
    const claim = claimOf(values);
    const key = bytesOf(claim?.key_x509);
    const check = checkClaim(key, bytesOf(claim?.sig), timestampPurpose, bytesOf(payload.timestamp_tai64n));
    if (check.state !== 'valid' || key === undefined) return void this.#refuse(channel, 'InitHello', check.why);
    if (!this.#isSame(channel, key)) return;
    const session = this.#begin(channel, false);
    session.remote = key;
    session.opened(bytes.slice());
    session.advance('InitHello', false);
    this.#context.send(id, 'RespHello');
  }

  #respHello(channel: Channel, bytes: Uint8Array): void {
    const { id } = channel.link;
    for (const session of channel.sessions.filter(({ isInitiator }) => isInitiator).reverse()) {
      if (session.accepted !== undefined && same(session.accepted, bytes)) {
        if (session.state === 'init_done' && session.answer !== undefined) this.#context.send(id, 'InitDone', session.answer);
        return;
      }
      const opened = session.open2(bytes);
      if (opened === undefined) continue;
      if (session.state !== 'init_hello')
        return void this.#context.tell(id, 'Another RespHello than the accepted one is left out.', true);
      const claim = claimOf(decoded('RespHello', opened.clear));
      const check = session.check('RespHello', claim);
      const key = bytesOf(claim?.key_x509);
      if (check.state !== 'valid' || key === undefined) return void this.#refuse(channel, 'RespHello', check.why);
      if (!this.#isSame(channel, key)) return;
      session.remote = key;
      session.accept2(bytes, opened);
      session.advance('RespHello', false);
      return void this.#context.send(id, 'InitDone');
    }
    this.#context.tell(id, 'A RespHello opens under no session of this node.', true);
  }

  #sealed(channel: Channel, name: Name, bytes: Uint8Array, bit: number, counter: number): void {
    const { id } = channel.link;
    for (const session of channel.sessions.filter(({ direction }) => direction !== bit).reverse()) {
      const plaintext = session.open(bytes, counter);
      if (plaintext === undefined) continue;
      if (plaintext === 'again')
        return void this.#context.tell(id, `Counter ${counter} came before: a replay is left out.`, true);
      if (name === 'InitDone') return void this.#initDone(channel, session, bytes, plaintext);
      if (!session.isInitiator && session.state === 'resp_hello')
        return void this.#context.tell(id, 'Data before InitDone is left out.', true);
      session.advance(name, false);
      if (name === 'closing') this.#context.tell(id, 'The other side has closed the session.');
      this.#context.deliver(id, name, { data: plaintext });
      return;
    }
    this.#context.tell(id, `${name} with counter ${counter} opens under no session of this node.`, true);
  }

  #initDone(channel: Channel, session: PeerSession, bytes: Uint8Array, plaintext: Uint8Array): void {
    if (session.state !== 'resp_hello') return;
    const claim = claimOf(decoded('InitDone', Uint8Array.from([...bytes.subarray(0, headerLength), ...plaintext])));
    const check = session.check('InitDone', claim);
    const key = bytesOf(claim?.key_x509);
    if (check.state !== 'valid' || key === undefined) return void this.#refuse(channel, 'InitDone', check.why);
    if (session.remote === undefined || !same(session.remote, key))
      return void this.#refuse(channel, 'InitDone', 'its key is not that of the InitHello');
    session.advance('InitDone', false);
    this.#accepted(channel, session);
  }

  /** Both sides have shown who they are. */
  #accepted(channel: Channel, session: PeerSession): void {
    if (session.remote !== undefined) channel.remote ??= toHex(session.remote);
    this.#context.timer(channel.link.id, 'repeat', undefined);
    // By the node's own clock, which stands still as long as a person thinks.
    this.#context.timer(channel.link.id, session.lifeTimer, LIFE_MS);
    if (session.isInitiator) this.#context.timer(channel.link.id, 'renew', RENEW_MS);
  }

  #isSame(channel: Channel, key: Uint8Array): boolean {
    if (channel.remote === undefined || channel.remote === toHex(key)) return true;
    this.#refuse(channel, 'The handshake', 'its long-term key is not the one of the channel so far');
    return false;
  }

  #refuse({ link }: Channel, what: string, why: string): void {
    this.#context.tell(link.id, `${what} is refused: ${why}.`, true);
  }

  /** The session that speaks for a link: the newest that is done, else the newest; none that is over. */
  #current(link: number): PeerSession | undefined {
    const sessions = this.#channels.get(link)?.sessions.filter(({ isOver }) => !isOver) ?? [];
    return sessions.findLast(({ ready }) => ready) ?? sessions.at(-1);
  }

  #sessionFor(channel: Channel, name: Name, values: FieldValues = {}): PeerSession {
    const e = bytesOf(values.e);
    const own = e === undefined ? undefined : channel.sessions.find((session) => same(session.e, e));
    const session = own ?? this.#newest(channel, name);
    if (session === undefined)
      throw new Error(`There is no session for ${name}: nobody has sent an InitHello, or it is too old.`);
    return session;
  }

  #newest({ link, sessions }: Channel, name: Name): PeerSession | undefined {
    if (name === 'RespHello') return sessions.findLast(({ isInitiator }) => !isInitiator);
    if (name === 'InitDone' || name === 'InitHello') return sessions.findLast(({ isInitiator }) => isInitiator);
    return this.#current(link.id);
  }
}

const empty = new Uint8Array(0);

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
