/** A node of ptpchat: HELLO every second, ACKs, and what the other verbs ask of it. */
import { defaultLimits } from '../../bytes/index.ts';
import type { Items } from '../../codec/index.ts';
import { type Desk, type Link, type Peer, type PeerStatus, PendingBytes, type Spoiling } from '../../session/index.ts';
import { framing } from './choices.ts';
import { forms } from './forms.ts';
import { lengthPrefix, longestObject } from './framing.ts';
import { rsaLabel } from './keys.ts';
import { neighbourMachine } from './machine.ts';
import { PATIENCE_MS } from './peeracks.ts';
import { PeerCertificates } from './peercertificates.ts';
import { PeerChannels } from './peerchannels.ts';
import type { Identity } from './peeridentity.ts';
import { PeerKeys } from './peerkeys.ts';
import { PeerLink } from './peerlink.ts';
import { PeerMessages } from './peermessages.ts';
import { isItems, type NodeParts, uuid } from './peerparts.ts';
import { PeerPaths } from './peerpaths.ts';
import { idIn, ownId, readMessage, type Said, textIn } from './peerread.ts';
import { PeerRouting } from './peerrouting.ts';

/** "At an interval of between 0.5 to 2 seconds." */
const HELLO_MS = 1000;
/** Both are "periodic" in the specification. */
const ROUTING_MS = 10_000;
const CHANNELS_MS = 5000;
/** What HELLO says of the software, in the form that real servers give it. */
const software = 'peerscope; 1.0';

export class PtpchatPeer implements Peer {
  readonly #parts: NodeParts;
  readonly #desk: Desk;
  readonly #identity: Identity;
  readonly #links = new Map<number, PeerLink>();
  readonly #pending = new PendingBytes();
  readonly #channels: PeerChannels;
  readonly #certificates: PeerCertificates;
  readonly #keys: PeerKeys;
  readonly #messages: PeerMessages;
  readonly #routing: PeerRouting;
  readonly #paths: PeerPaths;
  #hasDialled = false;
  /** The private key is in the key log. */
  #isTold = false;

  constructor(desk: Desk, identity: Identity, role: string | undefined) {
    this.#desk = desk;
    this.#identity = identity;
    this.#parts = {
      ...{ desk, node: ownId(identity.nodeId) },
      neighbours: () => [...this.#links.values()].filter(({ isReady }) => isReady),
      find: (link) => this.#links.get(link),
      serves: () => (role === undefined ? !this.#hasDialled : role === 'server'),
    };
    this.#channels = new PeerChannels(this.#parts, {
      made: (channel) => channel.isClosed && this.#keys.made(channel),
      // The JOIN itself goes first.
      joined: ({ id, isClosed }, { joining, link }) => {
        if (!isClosed) return;
        joining.add(id.key);
        desk.timer(link.id, 'joined', 0);
      },
    });
    this.#certificates = new PeerCertificates(this.#parts, identity);
    const [channels, certificates] = [this.#channels, this.#certificates];
    this.#keys = new PeerKeys(this.#parts, identity, certificates, channels);
    this.#messages = new PeerMessages(this.#parts, { identity, channels, certificates, keys: this.#keys });
    this.#routing = new PeerRouting(this.#parts);
    this.#paths = new PeerPaths(this.#parts, this.#routing);
  }

  /** The one that dialled says HELLO first; the other one once it heard that. */
  opened(link: Link): void {
    const { choices } = this.#desk;
    const pinned = choices.isPinned(framing) ? choices.of(framing)[0]!.framing : undefined;
    this.#links.set(link.id, new PeerLink(link, pinned));
    this.#hasDialled ||= link.dialled;
    if (!this.#isTold) this.#desk.key(`${rsaLabel} ${this.#identity.secret}`);
    this.#isTold = true;
    if (link.dialled) this.#desk.send(link.id, 'HELLO');
    // A datagram may say any sender: to one that has not said HELLO nothing is said.
    else if (this.#desk.transport === 'tcp') this.#desk.timer(link.id, 'hello', HELLO_MS);
  }

  closed(link: number): void {
    const node = this.#links.get(link)?.node;
    this.#links.delete(link);
    this.#pending.forget(link);
    const remains = this.#parts.neighbours().some((other) => other.node?.key === node?.key);
    if (node !== undefined && !remains) this.#channels.gone(node);
  }

  leave(link: number): void {
    const peer = this.#links.get(link);
    if (peer !== undefined) this.#channels.farewell(peer);
  }

  status(link: number): PeerStatus {
    const { start, states } = neighbourMachine;
    return this.#links.get(link)?.status ?? { state: start, doc: states[start], ready: false };
  }

  offers(link: number): readonly string[] {
    return this.#links.get(link)?.offers ?? [];
  }

  timer(link: number, name: string): void {
    const peer = this.#links.get(link);
    if (peer === undefined) return;
    if (name === 'hello') {
      this.#desk.timer(link, 'hello', HELLO_MS);
      this.#desk.send(link, 'HELLO');
    } else if (name === 'ack') this.#remind(peer);
    else if (name === 'routing') this.#route(link);
    else if (name === 'members') this.#channels.tellMembers();
    else if (name === 'joined') this.#keys.joined(peer);
    else {
      this.#desk.timer(link, 'channels', CHANNELS_MS);
      this.#channels.maintain();
    }
  }

  received(link: number, bytes: Uint8Array): void {
    const peer = this.#links.get(link);
    if (peer === undefined) return;
    if (this.#desk.transport === 'udp') return void this.#object(peer, bytes);
    const { objects, problems } = peer.take(bytes);
    for (const object of objects) this.#object(peer, object);
    for (const problem of problems) this.#desk.tell(link, problem, true);
    this.#pending.set(link, peer.pending);
    if (peer.isFlooded) this.#end(link, `An object has more than ${longestObject()} bytes (limit frameLength).`);
    else if (this.#pending.sum > defaultLimits.pendingStream)
      this.#end(link, 'Parts of objects on all connections are over the limit pendingStream.');
  }

  #end(link: number, why: string): void {
    this.#desk.tell(link, why, true);
    this.#desk.close(link, why);
  }

  fill(link: number, message: string, given: Items): Items {
    const peer = this.#existing(link);
    if (forms.every(({ name }) => name !== message)) throw new Error(`ptpchat has no message "${message}".`);
    const { msg_type = message, msg_data, ...rest } = given;
    if (msg_data !== undefined && !isItems(msg_data)) return { msg_type, msg_data, ...rest };
    // Elements can be given by themselves, too, as `decode --json` shows them.
    const [head, elements] = msg_data === undefined ? [{}, rest] : [rest, msg_data];
    return { msg_type, msg_data: this.#filled(peer, message, elements), ...head };
  }

  emit(link: number, message: string, values: Items, { wrongKey = false }: Spoiling): Uint8Array {
    const peer = this.#existing(link);
    const form = forms.find(({ name }) => name === message);
    if (form === undefined) throw new Error(`ptpchat has no message "${message}".`);
    const written = form.encode(values);
    const said = readMessage(written);
    const hidden = typeof said !== 'string' && isHidden(said.verb.name) ? this.#keys.sealed(said, wrongKey) : {};
    const object =
      Object.keys(hidden).length === 0
        ? written
        : form.encode({ ...values, msg_data: { ...(values.msg_data as Items), ...hidden } });
    if (typeof said !== 'string') this.#sent(peer, said);
    return this.#desk.transport === 'udp' || this.#desk.choices.of(framing)[0]!.framing !== 'length'
      ? object
      : withLength(object);
  }

  #filled(peer: PeerLink, message: string, given: Items): Items {
    const node_id = this.#parts.node.value;
    switch (message) {
      case 'HELLO':
        return { node_id, version: software, ...given };
      case 'GETCERTIFICATE':
        return { msg_id: uuid(this.#desk.random), node_id, ...given };
      case 'ACK':
        if (given.msg_id === undefined) throw new Error('An ACK needs the msg_id of the message that it acknowledges.');
        return given;
      case 'JOIN':
      case 'LEAVE':
      case 'CHANNEL':
        return this.#channels.fill(message, given);
      case 'MESSAGE':
        return this.#messages.fill(given);
      case 'CERTIFICATE':
        return this.#certificates.fill(peer, given);
      case 'GETKEY':
        return this.#keys.fillRequest(given);
      case 'KEY':
        return this.#keys.fillKey(peer, given);
      case 'ROUTING':
        return this.#routing.fill(given);
      case 'CONNECT':
        return this.#paths.fill(peer, given);
      default:
        return given;
    }
  }

  #sent(peer: PeerLink, said: Said): void {
    const { link } = peer;
    const { verb } = said;
    const msgId = textIn(said, 'msg_id');
    if (verb.name === 'HELLO') {
      peer.greeted(true);
      this.#desk.timer(link.id, 'hello', HELLO_MS);
    }
    if (verb.acknowledged === true && msgId !== undefined) {
      if (!peer.acks.isWaiting) this.#desk.timer(link.id, 'ack', PATIENCE_MS);
      const isOwn = idIn(said, 'node_id')?.key === this.#parts.node.key;
      peer.acks.sent(msgId, verb.name, isOwn, this.#desk.now());
    }
    if (isOfChannels(verb.name)) this.#channels.sent(peer, said);
    else if (verb.name === 'MESSAGE') this.#messages.sent(peer, said);
    else if (verb.name === 'CONNECT') this.#paths.sent(peer, said);
  }

  #object(peer: PeerLink, bytes: Uint8Array): void {
    const { id } = peer.link;
    const said = readMessage(bytes);
    if (typeof said === 'string') return void this.#desk.tell(id, said, true);
    const { name, acknowledged } = said.verb;
    const compared = peer.compare(said);
    if (compared === 'collision')
      return void this.#desk.tell(id, `A ${name} has the msg_id of another message: it is left out.`, true);
    const msgId = idIn(said, 'msg_id');
    if (acknowledged === true) this.#desk.send(id, 'ACK', { msg_data: { msg_id: msgId!.value } });
    if (compared === 'again') return;
    // The specification's own HELLO names nobody: what a node says of itself later does.
    if (isOfChannels(name) || name === 'GETCERTIFICATE' || name === 'GETKEY') peer.node ??= idIn(said, 'node_id');
    if (name === 'HELLO') this.#hello(peer, said);
    else if (isOfChannels(name)) this.#channels.received(peer, said);
    else if (name === 'MESSAGE') this.#messages.received(peer, said);
    else if (name === 'GETCERTIFICATE') this.#certificates.asked(peer, said);
    else if (name === 'CERTIFICATE') {
      this.#certificates.received(peer, said);
      this.#keys.certified(peer, said);
    } else if (name === 'GETKEY') this.#keys.asked(peer, said);
    else if (name === 'KEY') this.#keys.received(peer, said);
    else if (name === 'ROUTING') this.#routing.received(said);
    else if (name === 'CONNECT') this.#paths.received(peer, said);
    else if (name === 'ACK' && !peer.acks.acknowledged(textIn(said, 'msg_id')!))
      this.#desk.tell(id, 'An ACK names no message that was sent over this link.', true);
  }

  #hello(peer: PeerLink, said: Said): void {
    const isFirst = !peer.isReady;
    peer.greeted(false);
    peer.node = idIn(said, 'node_id') ?? peer.node;
    if (!isFirst) return;
    const { id } = peer.link;
    if (peer.node?.key === this.#parts.node.key) this.#desk.tell(id, 'The other side has the node_id of this node.');
    if (this.#parts.serves()) {
      this.#channels.greet(peer);
      this.#route(id);
    }
    this.#desk.timer(id, 'channels', CHANNELS_MS);
    // The first HELLO comes last: whoever waits for it knows the channels by then.
    if (!peer.hasGreeted) this.#desk.send(id, 'HELLO');
  }

  #route(link: number): void {
    this.#desk.send(link, 'ROUTING');
    this.#desk.timer(link, 'routing', ROUTING_MS);
  }

  #remind(peer: PeerLink): void {
    const { id } = peer.link;
    for (const verb of peer.acks.overdue(this.#desk.now()))
      this.#desk.tell(id, `No ACK for a ${verb} came in ${PATIENCE_MS / 1000} s.`, true);
    if (peer.acks.isWaiting) this.#desk.timer(id, 'ack', PATIENCE_MS);
  }

  #existing(link: number): PeerLink {
    const peer = this.#links.get(link);
    if (peer === undefined) throw new Error('The link is closed.');
    return peer;
  }
}

function isOfChannels(verb: string): boolean {
  return verb === 'CHANNEL' || verb === 'JOIN' || verb === 'LEAVE';
}

/** Something in it may be encrypted. */
function isHidden(verb: string): boolean {
  return verb === 'MESSAGE' || verb === 'KEY';
}

function withLength(object: Uint8Array): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(lengthPrefix + object.length);
  new DataView(framed.buffer).setUint32(0, object.length);
  framed.set(object, lengthPrefix);
  return framed;
}
