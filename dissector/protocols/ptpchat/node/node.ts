/** A node of ptpchat: HELLO every second, ACKs, and what the other verbs ask of it. */
import { type FieldValues, isFieldValues } from '../../../codec/index.ts';
import {
  type Corruption,
  type Link,
  type LinkStatus,
  type NodeContext,
  type NodeSession,
  PendingBytes,
} from '../../../protocol/index.ts';
import { BoundedMap } from '../boundedmap.ts';
import { framing } from '../choices.ts';
import { forms } from '../forms.ts';
import { lengthPrefix } from '../framing.ts';
import { rsaLabel } from '../keys.ts';
import { neighbourMachine } from '../machine.ts';
import { PATIENCE_MS } from './acks.ts';
import { PeerCertificates } from './certificates.ts';
import { PeerChannels } from './channels.ts';
import type { Identity } from './identity.ts';
import { PeerKeys } from './keys.ts';
import { PeerLink } from './link.ts';
import { PeerMessages } from './messages.ts';
import { type NodeParts, uuid } from './parts.ts';
import { PeerPaths } from './paths.ts';
import { idIn, ownId, readMessage, type Said, textIn } from './read.ts';
import { PeerRouting } from './routing.ts';

/** "At an interval of between 0.5 to 2 seconds." */
const HELLO_MS = 1000;
/** Both are "periodic" in the specification. */
const ROUTING_MS = 10_000;
const CHANNELS_MS = 5000;
/** Copies of one message go out together: few others lie between them. */
const MOST_TOLD = 4096;
/** Bytes of a HELLO that says who its node is. */
const LONG_HELLO = 128;
/** What HELLO says of the software, in the form that real servers give it. */
const software = 'peerscope; 1.0';

export class PtpchatPeer implements NodeSession {
  readonly #parts: NodeParts;
  readonly #context: NodeContext;
  readonly #identity: Identity;
  readonly #links = new Map<number, PeerLink>();
  readonly #pending = new PendingBytes();
  /** By msg_id of the messages to acknowledge: the link over which each went first. */
  readonly #firstLinks = new BoundedMap<string, number>(MOST_TOLD);
  readonly #channels: PeerChannels;
  readonly #certificates: PeerCertificates;
  readonly #keys: PeerKeys;
  readonly #messages: PeerMessages;
  readonly #routing: PeerRouting;
  readonly #paths: PeerPaths;
  #hasDialled = false;
  /** The private key is in the key log. */
  #isTold = false;

  constructor(context: NodeContext, identity: Identity, role: string | undefined) {
    this.#context = context;
    this.#identity = identity;
    this.#parts = {
      ...{ context, node: ownId(identity.nodeId) },
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
        context.timer(link.id, 'joined', 0);
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
    const { choices } = this.#context;
    const pinned = choices.isPinned(framing) ? choices.of(framing)[0]!.framing : undefined;
    this.#links.set(link.id, new PeerLink(link, this.#context.limits, pinned));
    this.#hasDialled ||= link.dialled;
    if (!this.#isTold) this.#context.key(`${rsaLabel} ${this.#identity.secret}`);
    this.#isTold = true;
    if (link.dialled) this.#context.send(link.id, 'HELLO');
    // A datagram may say any sender: to one that has not said HELLO nothing is said.
    else if (this.#context.transport === 'tcp') this.#context.timer(link.id, 'hello', HELLO_MS);
  }

  closed(link: number): void {
    const node = this.#links.get(link)?.node;
    this.#links.delete(link);
    this.#pending.forget(link);
    const remains = this.#parts.neighbours().some((other) => other.node?.key === node?.key);
    if (node !== undefined && !remains) this.#channels.gone(node);
  }

  shutdown(link: number): void {
    const peer = this.#links.get(link);
    if (peer !== undefined) this.#channels.farewell(peer);
  }

  status(link: number): LinkStatus {
    const { start, states } = neighbourMachine;
    return this.#links.get(link)?.status ?? { state: start, doc: states[start], ready: false };
  }

  allowedMessages(link: number): readonly string[] {
    return this.#links.get(link)?.offers ?? [];
  }

  timer(link: number, name: string): void {
    const peer = this.#links.get(link);
    if (peer === undefined) return;
    if (name === 'hello') {
      this.#context.timer(link, 'hello', HELLO_MS);
      this.#context.send(link, 'HELLO');
    } else if (name === 'ack') this.#remind(peer);
    else if (name === 'routing') this.#route(link);
    else if (name === 'proof') peer.isAskedForProof = false;
    else if (name === 'members') this.#channels.tellMembers();
    else if (name === 'joined') this.#keys.joined(peer);
    else {
      this.#context.timer(link, 'channels', CHANNELS_MS);
      this.#channels.maintain();
    }
  }

  /** An ACK of this request shows that the address hears this node: HELLO, CHANNEL and ROUTING have none. */
  waits(link: number): void {
    const peer = this.#links.get(link);
    if (peer === undefined || peer.isAskedForProof) return;
    peer.isAskedForProof = true;
    this.#context.timer(link, 'proof', PATIENCE_MS);
    this.#context.send(link, 'GETCERTIFICATE');
  }

  received(link: number, bytes: Uint8Array): void {
    const peer = this.#links.get(link);
    if (peer === undefined) return;
    if (this.#context.transport === 'udp') return void this.#object(peer, bytes);
    const { objects, problems } = peer.take(bytes);
    for (const object of objects) this.#object(peer, object);
    for (const problem of problems) this.#context.tell(link, problem, true);
    this.#pending.set(link, peer.pending);
    if (peer.isFlooded) this.#end(link, `An object has more than ${this.#context.limits.frameLength} bytes (limit frameLength).`);
    else if (this.#pending.sum > this.#context.limits.pendingStream)
      this.#end(link, 'Parts of objects on all connections are over the limit pendingStream.');
  }

  #end(link: number, why: string): void {
    this.#context.tell(link, why, true);
    this.#context.close(link, why);
  }

  fill(link: number, message: string, given: FieldValues): FieldValues {
    const peer = this.#existing(link);
    if (forms.every(({ name }) => name !== message)) throw new Error(`ptpchat has no message "${message}".`);
    // The specification's own HELLO names nobody: it is sent where a longer one would be more than the address may get.
    if (message === 'HELLO' && Object.keys(given).length === 0 && this.#context.allowance(link) < LONG_HELLO)
      return { msg_type: message };
    const { msg_type = message, msg_data, ...rest } = given;
    if (msg_data !== undefined && !isFieldValues(msg_data)) return { msg_type, msg_data, ...rest };
    // Elements can be given by themselves, too, as `decode --json` shows them.
    const [head, elements] = msg_data === undefined ? [{}, rest] : [rest, msg_data];
    return { msg_type, msg_data: this.#filled(peer, message, elements), ...head };
  }

  emit(link: number, message: string, values: FieldValues, { wrongKey = false }: Corruption): Uint8Array {
    const peer = this.#existing(link);
    const form = forms.find(({ name }) => name === message);
    if (form === undefined) throw new Error(`ptpchat has no message "${message}".`);
    const written = form.encode(values);
    const said = readMessage(written);
    const hidden = typeof said !== 'string' && isHidden(said.verb.name) ? this.#keys.sealed(said, wrongKey) : {};
    const object =
      Object.keys(hidden).length === 0
        ? written
        : form.encode({ ...values, msg_data: { ...(values.msg_data as FieldValues), ...hidden } });
    if (typeof said !== 'string') this.#sent(peer, said);
    return this.#context.transport === 'udp' || this.#context.choices.of(framing)[0]!.framing !== 'length'
      ? object
      : withLength(object);
  }

  #filled(peer: PeerLink, message: string, given: FieldValues): FieldValues {
    const node_id = this.#parts.node.value;
    switch (message) {
      case 'HELLO':
        return { node_id, version: software, ...given };
      case 'GETCERTIFICATE':
        return { msg_id: uuid(this.#context.random), node_id, ...given };
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
      this.#context.timer(link.id, 'hello', HELLO_MS);
    }
    if (verb.acknowledged === true && msgId !== undefined) {
      if (!peer.acks.isWaiting) this.#context.timer(link.id, 'ack', PATIENCE_MS);
      const isOwn = idIn(said, 'node_id')?.key === this.#parts.node.key;
      peer.acks.sent(msgId, verb.name, isOwn && this.#isFirst(msgId, link.id), this.#context.clock());
    }
    if (isOfChannels(verb.name)) this.#channels.sent(peer, said);
    else if (verb.name === 'MESSAGE') this.#messages.sent(peer, said);
    else if (verb.name === 'CONNECT') this.#paths.sent(peer, said);
  }

  /** No other link has got the message. */
  #isFirst(msgId: string, link: number): boolean {
    const first = this.#firstLinks.get(msgId) ?? link;
    this.#firstLinks.set(msgId, first);
    if (first !== link) this.#links.get(first)?.acks.shared(msgId);
    return first === link;
  }

  #object(peer: PeerLink, bytes: Uint8Array): void {
    const { id } = peer.link;
    const said = readMessage(bytes);
    if (typeof said === 'string') return void this.#context.tell(id, said, true);
    const { name, acknowledged } = said.verb;
    const compared = peer.compare(said);
    if (compared === 'collision')
      return void this.#context.tell(id, `A ${name} has the msg_id of another message: it is left out.`, true);
    const msgId = idIn(said, 'msg_id');
    if (acknowledged === true) this.#context.send(id, 'ACK', { msg_data: { msg_id: msgId!.value } });
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
      this.#context.tell(id, 'An ACK names no message that was sent over this link.', true);
  }

  #hello(peer: PeerLink, said: Said): void {
    const isFirst = !peer.isReady;
    peer.greeted(false);
    peer.node = idIn(said, 'node_id') ?? peer.node;
    if (!isFirst) return;
    const { id } = peer.link;
    if (peer.node?.key === this.#parts.node.key) this.#context.tell(id, 'The other side has the node_id of this node.');
    const serves = this.#parts.serves();
    if (serves) this.#channels.greet(peer);
    this.#context.timer(id, 'channels', CHANNELS_MS);
    // The first HELLO comes last: whoever waits for it knows the channels by then. All at once is more than a datagram may bring forth.
    if (serves && this.#context.allowance(id) < Number.POSITIVE_INFINITY) this.#context.timer(id, 'routing', HELLO_MS);
    else if (serves) this.#route(id);
    if (!peer.hasGreeted) this.#context.send(id, 'HELLO');
  }

  #route(link: number): void {
    this.#context.send(link, 'ROUTING');
    this.#context.timer(link, 'routing', ROUTING_MS);
  }

  #remind(peer: PeerLink): void {
    const { id } = peer.link;
    for (const verb of peer.acks.overdue(this.#context.clock()))
      this.#context.tell(id, `No ACK for a ${verb} came in ${PATIENCE_MS / 1000} s.`, true);
    if (peer.acks.isWaiting) this.#context.timer(id, 'ack', PATIENCE_MS);
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
