/** A node of p2ppacket: hellos with cookies, pings, data channels, and introductions, as any of their three nodes. */
import { blake2s } from '@noble/hashes/blake2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { bytesIn, equalBytes, type Field, toHex } from '../../../bytes/index.ts';
import { encodeStruct, type FieldValues, type StructItem } from '../../../codec/index.ts';
import type { Ed25519Key } from '../../../crypto/index.ts';
import {
  advance,
  allowed,
  type Corruption,
  type Link,
  type LinkStatus,
  type NodeContext,
  type NodeSession,
} from '../../../protocol/index.ts';
import { dataForm, helloCoverage } from '../choices.ts';
import { isSigned } from '../conformance/nodes.ts';
import { privateLabel } from '../keys.ts';
import { machine } from '../machine.ts';
import {
  entryTypes,
  headLength,
  type Layouts,
  layoutsOf,
  longest,
  packetLayoutsOf,
  packetTypes,
  type TypeName,
  typeNames,
  version,
} from '../messages.ts';
import { PeerChannels } from './channels.ts';
import { Entries } from './entries.ts';
import { PeerLink } from './link.ts';

const REPEAT_MS = 1000;
const ACK_MS = 200;
const TRIES = 5;
/** The document gives no interval: often enough for most address translators to keep a hole open (RFC 4787 requires two minutes). */
const PING_MS = 20_000;
const COOKIE = 32;
/** How long cookies are the same for one address; each is taken for so long again, and no longer: a recorded hello opens nothing later. */
const COOKIE_NS = 60_000_000_000n;
const zeros = new Uint8Array(COOKIE);
/** Cookies of pings that a link remembers. */
const MOST_PINGS = 16;

export class P2ppacketPeer implements NodeSession {
  readonly #context: NodeContext;
  readonly #key: Ed25519Key;
  readonly #role: string | undefined;
  readonly #links = new Map<number, PeerLink>();
  readonly #layouts: Layouts;
  readonly #packets: Readonly<Record<TypeName, StructItem>>;
  readonly #types: ReadonlyMap<string, number>;
  readonly #entries: Entries;
  /** By it a cookie is known again without being kept. */
  readonly #cookieKey: Uint8Array;

  constructor(context: NodeContext, key: Ed25519Key, role: string | undefined) {
    const [types, entries] = [context.choices.names(packetTypes), context.choices.names(entryTypes)];
    this.#context = context;
    this.#key = key;
    this.#role = role;
    this.#layouts = layoutsOf(types, entries);
    this.#packets = packetLayoutsOf(types, entries);
    this.#types = new Map([...types].map(([number, name]) => [name, number]));
    this.#cookieKey = context.random(COOKIE);
    this.#entries = new Entries({
      ...{ context, key, layouts: this.#layouts, numbers: new Map([...entries].map(([number, name]) => [name, number])) },
      links: () => [...this.#links.values()],
      find: (id) => this.#links.get(id),
      introduced: (id, isOpener, secret) => this.#introduced(id, isOpener, secret),
      secret: () => this.#secret(),
    });
  }

  opened(link: Link): void {
    const isOpener = this.#role === undefined ? link.dialled : this.#role === 'initiator';
    this.#links.set(link.id, new PeerLink(link, isOpener, this.#secret()));
    if (isOpener) this.#context.send(link.id, 'hello');
  }

  closed(link: number): void {
    this.#links.delete(link);
  }

  /** The document has no farewell. */
  shutdown(): void {}

  status(link: number): LinkStatus {
    const { state = machine.start, isHeard = false } = this.#links.get(link) ?? {};
    return { state, doc: machine.states[state], ready: state === 'open', isProven: isHeard };
  }

  allowedMessages(link: number): readonly string[] {
    const peer = this.#links.get(link);
    return peer === undefined ? [] : [...new Set(allowed(machine, peer.state, peer.isOpener ? 'opener' : 'answerer'))];
  }

  timer(link: number, name: string): void {
    const peer = this.#links.get(link);
    if (peer === undefined) return;
    if (name === 'ping') this.#context.send(link, 'ping');
    else if (name === 'hello') this.#helloAgain(link, peer);
    else if (name === 'introduced') this.#giveUp(peer);
    else this.#entries.timer(peer, name);
  }

  received(link: number, bytes: Uint8Array): void {
    const peer = this.#links.get(link);
    if (peer === undefined) return;
    const name = bytes.length < headLength ? undefined : this.#layouts.typeOf(bytes[1]!);
    if (name === undefined || bytes[0] !== version || bytes.length > longest)
      return void this.#context.tell(link, `A datagram of ${bytes.length} bytes is no packet of version ${version}.`, true);
    if (name === 'data') return void this.#data(peer, bytes);
    const { field, end, problem } = this.#layouts.payload[name](bytes, 0, headLength, bytes.length, this.#context.limits);
    if (problem !== undefined || end !== bytes.length)
      return void this.#context.tell(link, `A ${name} has the wrong length, ${bytes.length} bytes.`, true);
    if (name === 'hello') this.#hello(peer, field);
    else if (name === 'hello_retry') this.#retry(peer, bytesIn(field, 'cookie')!.slice());
    else this.#ping(peer, bytesIn(field, 'cookie')!.slice());
  }

  fill(link: number, message: string, given: FieldValues): FieldValues {
    const peer = this.#existing(link);
    const head = { version, type: this.#types.get(message) ?? 0 };
    switch (message as TypeName) {
      case 'hello': {
        const cookie = (given.cookie as Uint8Array | undefined) ?? peer.cookie;
        const keys = { x25519_public: peer.x, ed25519_public: this.#key.publicKey, cookie };
        const { covers } = this.#context.choices.of(helloCoverage)[0]!;
        const parts: Readonly<Record<string, Uint8Array>> = { ...keys, head: Uint8Array.of(head.version, head.type) };
        return { ...head, ...keys, signature: this.#key.sign(concatBytes(...covers.map((name) => parts[name]!))), ...given };
      }
      case 'hello_retry':
        return { ...head, cookie: this.#cookieOf(peer), ...given };
      case 'ping':
        return { ...head, cookie: this.#context.random(COOKIE), ...given };
      default:
        return { ...head, ...given, channels: this.#entries.fill(peer, given.channels) };
    }
  }

  emit(link: number, message: string, values: FieldValues, { wrongKey = false, meant = values }: Corruption): Uint8Array {
    const peer = this.#existing(link);
    const layout = this.#packets[message as TypeName];
    if (!typeNames.includes(message as TypeName)) throw new Error(`p2ppacket has no message "${message}".`);
    const packet = encodeStruct(layout, values);
    const isSealed = message === 'data' && this.#isSealed;
    const bytes = isSealed ? peer.seal(packet, this.#context.random(12), wrongKey) : packet;
    if (bytes === undefined) throw new Error('data is sealed, and the other side’s key is not known yet.');
    peer.state = advance(machine, peer.state, message, peer.isOpener ? 'opener' : 'answerer') ?? peer.state;
    if (message === 'data') this.#entries.sent(peer, meant);
    if (message === 'hello' && peer.isOpener && peer.state !== 'open') this.#context.timer(link, 'hello', REPEAT_MS);
    if (message === 'hello' && !peer.isOpener) this.#isOpen(peer);
    if (message === 'ping') remember(peer.pings, toHex(values.cookie as Uint8Array));
    return bytes;
  }

  #hello(peer: PeerLink, field: Field): void {
    const { id } = peer.link;
    const [x, ed, cookie] = ['x25519_public', 'ed25519_public', 'cookie'].map((name) => bytesIn(field, name)!.slice()) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const known = this.#entries.introducedBy(peer, ed, () => this.#isSigned(field, ed)) ?? peer;
    if (!known.isOpener && !this.#isCookieOf(known, cookie)) {
      if (!equalBytes(cookie, zeros))
        this.#context.tell(id, 'The cookie of a hello is none that this node gave to its sender in the last minutes.', true);
      // Anyone can send it from a forged address: an open link stays so.
      if (known.state === 'none') known.state = 'asked';
      return void this.#context.send(id, 'hello_retry');
    }
    if (!this.#isSigned(field, ed))
      return void this.#context.tell(id, 'A hello is refused: its signature does not verify.', true);
    known.isHeard ||= this.#isCookieOf(known, cookie);
    const isOther = known.isOther(x, ed);
    if (isOther && known.isOpener && known.state === 'open')
      return void this.#context.tell(id, 'A hello with other keys than those of the open session is left out.', true);
    // Started anew, it counts from one again.
    if (isOther) known.channels = new PeerChannels();
    known.theirX = x;
    known.theirEd = ed;
    known.isPending = false;
    known.state = advance(machine, known.state, 'hello', known.isOpener ? 'answerer' : 'opener') ?? known.state;
    if (known.isOpener) this.#isOpen(known);
    else this.#context.send(id, 'hello', { cookie });
  }

  #isSigned(field: Field, ed: Uint8Array): boolean {
    const names = ['x25519_public', 'ed25519_public', 'cookie'];
    const parts: Record<string, Uint8Array> = Object.fromEntries(names.map((name) => [name, bytesIn(field, name)!]));
    parts.head = Uint8Array.of(version, this.#types.get('hello') ?? 0);
    const signature = bytesIn(field, 'signature')!;
    return this.#context.choices
      .of(helloCoverage)
      .some(({ covers }) => isSigned(ed, signature, concatBytes(...covers.map((name) => parts[name]!))));
  }

  #retry(peer: PeerLink, cookie: Uint8Array): void {
    const { id } = peer.link;
    if (!peer.isOpener || peer.state === 'none' || peer.state === 'open')
      return void this.#context.tell(id, 'A hello retry that no hello asked for is left out.', true);
    peer.state = advance(machine, peer.state, 'hello_retry', 'answerer') ?? peer.state;
    peer.cookie = cookie;
    peer.tries = 0;
    this.#context.send(id, 'hello');
  }

  /**
   * "Ping, ping": the answer repeats the cookie, and is not answered. Nothing else tells an answer from a question, so a cookie
   * is spoken of once: a copy of an answer would go to and fro for ever.
   */
  #ping(peer: PeerLink, cookie: Uint8Array): void {
    const { link, pings, pingsOver } = peer;
    const text = toHex(cookie);
    const isAnswer = pings.delete(text);
    // Only who got the question can repeat its cookie.
    if (isAnswer) peer.isPending = false;
    peer.isHeard ||= isAnswer;
    if (!isAnswer && !pingsOver.has(text)) {
      this.#context.send(link.id, 'ping', { cookie });
      pings.delete(text);
    }
    remember(pingsOver, text);
  }

  #data(peer: PeerLink, bytes: Uint8Array): void {
    const { id } = peer.link;
    if (peer.state !== 'open') return void this.#context.tell(id, 'Data before the handshake is over is left out.', true);
    const packet = this.#isSealed ? peer.open(bytes) : bytes;
    if (packet === undefined) return void this.#context.tell(id, 'Data does not open under the key of the session.', true);
    // Plain data shows nothing: anyone can send it from a forged address.
    if (this.#isSealed) {
      peer.isPending = false;
      peer.isHeard = true;
    }
    this.#entries.received(peer, packet);
    if (peer.channels.owing.length > 0) this.#context.timer(id, 'ack', ACK_MS);
  }

  #helloAgain(link: number, peer: PeerLink): void {
    if (peer.state === 'open') return;
    if (++peer.tries < TRIES) return void this.#context.send(link, 'hello');
    peer.state = machine.start;
    this.#context.tell(link, `The handshake has no answer after ${TRIES} tries.`, true);
  }

  /** The requester of an introduction was never heard: whoever says hello from there is a new one. */
  #giveUp(peer: PeerLink): void {
    if (!peer.isPending) return;
    peer.isPending = false;
    peer.state = machine.start;
    this.#context.tell(peer.link.id, 'The requester of an introduction was never heard: it is given up.', true);
  }

  #isOpen({ link, isOpener }: PeerLink): void {
    this.#context.timer(link.id, 'hello', undefined);
    if (isOpener) this.#context.timer(link.id, 'ping', PING_MS);
  }

  /**
   * A link to a node that was introduced: its session is another one, under the key of the request. An open link keeps its own,
   * since the introducer names address and key as it likes.
   */
  #introduced(id: number, isOpener: boolean, secret?: Uint8Array): PeerLink | undefined {
    const before = this.#links.get(id);
    if (before === undefined || before.state === 'open') return undefined;
    const peer = new PeerLink(before.link, isOpener, secret ?? this.#secret());
    peer.state = 'answered';
    this.#links.set(id, peer);
    return peer;
  }

  #secret(): Uint8Array {
    const secret = this.#context.random(32);
    this.#context.key(`${privateLabel} ${toHex(secret)}`);
    return secret;
  }

  /** Made of the address and of the time, so that none has to be kept. */
  #cookieOf({ link: { remote } }: PeerLink, age = 0n): Uint8Array {
    const period = this.#context.now() / COOKIE_NS - age;
    const text = `${remote.ip} ${remote.port} ${period}`;
    return blake2s(new TextEncoder().encode(text), { key: this.#cookieKey, dkLen: COOKIE });
  }

  #isCookieOf(peer: PeerLink, cookie: Uint8Array): boolean {
    return [0n, 1n].some((age) => equalBytes(cookie, this.#cookieOf(peer, age)));
  }

  get #isSealed(): boolean {
    return this.#context.choices.of(dataForm)[0]!.id === 'sealed';
  }

  #existing(link: number): PeerLink {
    const peer = this.#links.get(link);
    if (peer === undefined) throw new Error('The link is closed.');
    return peer;
  }
}

/** The oldest gives way. */
function remember(cookies: Set<string>, cookie: string): void {
  cookies.delete(cookie);
  cookies.add(cookie);
  for (const oldest of cookies) if (cookies.size > MOST_PINGS) cookies.delete(oldest);
}
