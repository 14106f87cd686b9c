/** What the entries of data packets ask of a node: acknowledgements, the list of its peers, introductions. */
import { concatBytes } from '@noble/hashes/utils.js';
import { addressBytes, addressText, bytesIn, toHex, valueIn } from '../../../bytes/index.ts';
import { type Encodable, type FieldValues, isFieldValues } from '../../../codec/index.ts';
import { type Ed25519Key, x25519 } from '../../../crypto/index.ts';
import type { Address, NodeContext } from '../../../protocol/index.ts';
import { introductionCoverage } from '../choices.ts';
import { type EntryName, headLength, type Layouts } from '../messages.ts';
import { type Entry, parseData } from '../parse.ts';
import type { PeerLink } from './link.ts';

export interface EntryParts {
  readonly context: NodeContext;
  readonly key: Ed25519Key;
  readonly layouts: Layouts;
  readonly numbers: ReadonlyMap<string, number>;
  links(): readonly PeerLink[];
  find(link: number): PeerLink | undefined;
  /** A link gets the session of an introduction, with a new secret where none is given; undefined where it keeps its own. */
  introduced(link: number, isOpener: boolean, secret?: Uint8Array): PeerLink | undefined;
  secret(): Uint8Array;
}

/** A request on its way: its target's key in hex, and the link and channel that the ack goes back to. */
interface Passed {
  readonly target: string;
  readonly link: number;
  readonly channel: number;
}

const empty = new Uint8Array(0);
/** The channel of questions about the network; data of the application goes over others. */
const CONTROL = 0;
const FIRST_DATA = 1;
const accepted = 0;
const refused = 1;
/** A node in the answer to peers_list_request: Ed25519 public key 32, address 16, port 2. The document gives no layout. */
const LISTED = 50;
const MOST_LISTED = 20;
/** Requests, and addresses of nodes, that are remembered. */
const MOST_ASKED = 64;
/** Introductions to this node that wait for their requester at once, and for how long. */
const MOST_PENDING = 8;
const PENDING_MS = 30_000;

export class Entries {
  readonly #parts: EntryParts;
  /** Sessions that this node has asked for, by the target's key in hex. */
  readonly #asked = new Map<string, Uint8Array>();
  /** Requests that this node passes on, by requester's key and target, in their order. */
  readonly #passed = new Map<string, Passed>();
  /** Addresses of peers of others, by key in hex. */
  readonly #addresses = new Map<string, Address>();

  constructor(parts: EntryParts) {
    this.#parts = parts;
  }

  /** Entries with all that they leave out; one of reliable data where none is given. */
  fill(peer: PeerLink, given: Encodable | undefined): Encodable[] {
    const entries = Array.isArray(given) ? given : [{}];
    return entries.map((entry) => (isFieldValues(entry) ? this.#filled(peer, entry) : entry));
  }

  sent(peer: PeerLink, { channels }: FieldValues): void {
    const { context, layouts } = this.#parts;
    for (const entry of (Array.isArray(channels) ? channels : []).filter(isFieldValues)) {
      const type = layouts.entryOf(Number(entry.type));
      peer.channels.sent(entry, type, seconds(context));
      if (type === 'introduction_request') this.#punch(entry.target_ed25519);
    }
    if (peer.channels.isWaiting) context.timer(peer.link.id, 'repeat', 1000);
  }

  timer(peer: PeerLink, name: string): void {
    const { context } = this.#parts;
    const { id } = peer.link;
    if (name === 'ack') {
      const owed = peer.channels.owing.map((channel) => ({ id: channel, type: 'unreliable_data', data: empty }));
      if (owed.length > 0) context.send(id, 'data', { channels: owed });
      return;
    }
    const { again, lost } = peer.channels.due(seconds(context));
    if (lost > 0) context.tell(id, `${lost} entries were never acknowledged and are given up.`, true);
    if (again.length > 0) context.send(id, 'data', { channels: [...again] });
    if (peer.channels.isWaiting) context.timer(id, 'repeat', 1000);
  }

  received(peer: PeerLink, packet: Uint8Array): void {
    const { entries, breaches } = parseData(this.#parts.layouts, packet, headLength);
    for (const { text } of breaches) this.#parts.context.tell(peer.link.id, `Data is malformed: ${text}.`, true);
    const now = seconds(this.#parts.context);
    for (const entry of entries)
      if (peer.channels.received(entry.channel, entry.sequence, entry.ack, entry.type, now)) this.#entry(peer, entry);
  }

  /** The session of an introduction, when a hello comes from the node that this one asked for. */
  introducedBy(peer: PeerLink, ed: Uint8Array, isSigned: () => boolean): PeerLink | undefined {
    const secret = this.#asked.get(toHex(ed));
    if (secret === undefined || peer.state === 'open' || !isSigned()) return undefined;
    this.#asked.delete(toHex(ed));
    return this.#parts.introduced(peer.link.id, true, secret);
  }

  #filled(peer: PeerLink, given: FieldValues): Encodable {
    const name = typeof given.type === 'string' ? given.type : undefined;
    const type = name === undefined ? Number(given.type ?? this.#number('reliable_data')) : this.#number(name as EntryName);
    const known = this.#parts.layouts.entryOf(type);
    const isData = known === 'reliable_data' || known === 'unreliable_data';
    const id = Number(given.id ?? (isData ? FIRST_DATA : CONTROL));
    const sequence = given.sequence ?? peer.channels.sequence(id);
    const head = { id, sequence, ack: peer.channels.ack(id) };
    return { ...head, ...this.#body(known, given), ...given, type };
  }

  #body(type: EntryName | undefined, given: FieldValues): FieldValues {
    switch (type) {
      case 'reliable_data':
      case 'unreliable_data':
        return { data: empty };
      case 'introduction_request':
        return this.#request(given);
      case 'introduction_ack':
        return { status: accepted };
      default:
        return {};
    }
  }

  /** A new key for the session with the target, signed by this node. */
  #request(given: FieldValues): FieldValues {
    const target = given.target_ed25519;
    if (!(target instanceof Uint8Array))
      throw new Error('introduction_request needs the target_ed25519 of the node that is asked for.');
    const { secret, key, context } = this.#parts;
    const known = this.#asked.get(toHex(target));
    const own = known ?? secret();
    keep(this.#asked, toHex(target), own);
    const parts: Readonly<Record<string, Uint8Array>> = { x25519_public: x25519.publicOf(own), target_ed25519: target };
    const { covers } = context.choices.of(introductionCoverage)[0]!;
    return { ...parts, signature: key.sign(concatBytes(...covers.map((name) => parts[name]!))) };
  }

  #entry(peer: PeerLink, entry: Entry): void {
    switch (entry.type) {
      case 'reliable_data':
      case 'unreliable_data':
        return void this.#takeData(peer, entry, (bytesIn(entry.field, 'data') ?? empty).slice());
      case 'peers_list_request':
        return void this.#answer(peer, { id: entry.channel, type: 'reliable_data', data: this.#list(peer) });
      case 'introduction_request':
        return void this.#passOn(peer, entry);
      case 'introduction':
        return void this.#meet(peer, entry);
      case 'introduction_ack':
        return void this.#acknowledged(peer, entry);
    }
  }

  /** The control channel has the node's own lists of nodes; without data, unreliable data is an acknowledgement. */
  #takeData(peer: PeerLink, { channel, type }: Entry, data: Uint8Array): void {
    if (channel === CONTROL) {
      if (type === 'reliable_data') this.#takeList(data);
    } else if (type === 'reliable_data' || data.length > 0)
      this.#parts.context.deliver(peer.link.id, 'data', { channels: [{ id: channel, type, data }] });
  }

  #answer(peer: PeerLink, entry: FieldValues): void {
    this.#parts.context.send(peer.link.id, 'data', { channels: [entry] });
  }

  #list(asking: PeerLink): Uint8Array {
    const others = this.#parts.links().filter((one) => one !== asking && one.state === 'open' && one.theirEd !== undefined);
    return concatBytes(
      ...others
        .slice(0, MOST_LISTED)
        .map(({ theirEd, link: { remote } }) => concatBytes(theirEd!, mapped(remote.ip), u16(remote.port))),
    );
  }

  /** Reliable data on the control channel that is as long as a list of nodes is one. */
  #takeList(data: Uint8Array): void {
    if (data.length === 0 || data.length % LISTED !== 0) return;
    for (let at = 0; at < data.length; at += LISTED) {
      const node = data.subarray(at, at + LISTED);
      const ip = addressOf(node.subarray(32, 48));
      keep(this.#addresses, toHex(node.subarray(0, 32)), { ip, port: (node[48]! << 8) | node[49]! });
    }
  }

  /** The introducer's part: the request goes to its target, with the requester's address. */
  #passOn(peer: PeerLink, { channel, field }: Entry): void {
    const { context, links } = this.#parts;
    const [x, target, signature] = ['x25519_public', 'target_ed25519', 'signature'].map((name) => bytesIn(field, name)!.slice());
    const to = links().find((one) => one.state === 'open' && one.knows(target!));
    if (to === undefined) {
      context.tell(peer.link.id, 'An introduction to a node that this one does not know is refused.');
      return void this.#answer(peer, { id: channel, type: 'introduction_ack', status: refused });
    }
    const asking = `${peer.theirEd === undefined ? '' : toHex(peer.theirEd)} ${toHex(target!)}`;
    // One that asks again keeps its place: the acks come in the order of the first requests.
    if (!this.#passed.has(asking)) keep(this.#passed, asking, { target: toHex(target!), link: peer.link.id, channel });
    const { ip, port } = peer.link.remote;
    const requester = { x25519_public: x!, target_ed25519: target!, signature: signature!, ipv6: mapped(ip), port };
    this.#answer(to, { type: 'introduction', ...requester });
  }

  /** The target's part: acknowledges, and says hello to the requester. */
  #meet(peer: PeerLink, { channel, field }: Entry): void {
    const { context, introduced, key } = this.#parts;
    const isForMe = toHex(bytesIn(field, 'target_ed25519')!) === toHex(key.publicKey);
    const remote = { ip: addressOf(bytesIn(field, 'ipv6')!), port: Number(valueIn(field, 'port')) };
    const id = isForMe && this.#pending < MOST_PENDING ? context.reach(remote) : undefined;
    const met = id === undefined ? undefined : introduced(id, false);
    this.#answer(peer, { id: channel, type: 'introduction_ack', status: met === undefined ? refused : accepted });
    if (id === undefined || met === undefined) {
      const why = isForMe ? `names ${remote.ip}, which is known already or cannot be reached` : 'names another target';
      return void context.tell(peer.link.id, `An introduction ${why}: it is refused.`, true);
    }
    met.isPending = true;
    context.timer(id, 'introduced', PENDING_MS);
    met.theirX = bytesIn(field, 'x25519_public')!.slice();
    context.send(id, 'ping');
    context.send(id, 'hello', { cookie: new Uint8Array(32) });
  }

  /** Introductions whose requester has not been heard: whoever introduces can name any address. */
  get #pending(): number {
    return this.#parts.links().filter(({ isPending }) => isPending).length;
  }

  /** From the target to the introducer, and from there to the requester. */
  #acknowledged(peer: PeerLink, { field }: Entry): void {
    const target = peer.theirEd === undefined ? undefined : toHex(peer.theirEd);
    // An ack does not say whose request it answers: the first one that waits for this target.
    const [asking, passed] = [...this.#passed].find(([, one]) => one.target === target) ?? [];
    const status = Number(valueIn(field, 'status'));
    if (asking === undefined || passed === undefined) {
      if (status !== accepted) this.#parts.context.tell(peer.link.id, `The introduction was refused (status ${status}).`, true);
      return;
    }
    this.#passed.delete(asking);
    const requester = this.#parts.find(passed.link);
    if (requester !== undefined) this.#answer(requester, { id: passed.channel, type: 'introduction_ack', status });
  }

  /** The requester's part: a ping to the target, where another node has listed its address. */
  #punch(target: Encodable | undefined): void {
    const remote = target instanceof Uint8Array ? this.#addresses.get(toHex(target)) : undefined;
    const link = remote === undefined ? undefined : this.#parts.context.reach(remote);
    if (link !== undefined) this.#parts.context.send(link, 'ping');
  }

  #number(name: EntryName): number {
    const number = this.#parts.numbers.get(name);
    if (number === undefined) throw new Error(`p2ppacket has no entry "${name}".`);
    return number;
  }
}

/** The oldest gives way: requests and lists come from others, and many are never answered. */
function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) if (map.size > MOST_ASKED) map.delete(oldest);
}

function seconds(context: NodeContext): number {
  return Number(context.clock() / 1_000_000n) / 1000;
}

/** 16 bytes; an IPv4 address as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2). */
function mapped(ip: string): Uint8Array {
  const bytes = addressBytes(ip) ?? new Uint8Array(16);
  return bytes.length === 16 ? bytes : Uint8Array.from([...new Uint8Array(10), 0xff, 0xff, ...bytes]);
}

function addressOf(ipv6: Uint8Array): string {
  return addressText(ipv6, 0, 16).replace(/^::ffff:(?=\d+\.)/, '');
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff);
}
