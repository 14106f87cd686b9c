/** A node of ptpchat: HELLO every second, ACKs, and what the other verbs ask of it. */
import type { Items } from '../../codec/index.ts';
import type { Desk, Link, Peer, PeerStatus } from '../../session/index.ts';
import { framing } from './choices.ts';
import { forms } from './forms.ts';
import { lengthPrefix, longestObject } from './framing.ts';
import { neighbourMachine } from './machine.ts';
import { PATIENCE_MS } from './peeracks.ts';
import { PeerLink } from './peerlink.ts';
import { isItems, type NodeParts, uuid } from './peerparts.ts';
import { idIn, ownId, readMessage, type Said, textIn } from './peerread.ts';

/** "At an interval of between 0.5 to 2 seconds." */
const HELLO_MS = 1000;
/** What HELLO says of the software, in the form that real servers give it. */
const software = 'peerscope; 1.0';

export class PtpchatPeer implements Peer {
  readonly #parts: NodeParts;
  readonly #desk: Desk;
  readonly #links = new Map<number, PeerLink>();

  constructor(desk: Desk, nodeId: string, role: string | undefined) {
    this.#desk = desk;
    const links = (): PeerLink[] => [...this.#links.values()];
    this.#parts = {
      ...{ desk, node: ownId(nodeId) },
      neighbours: () => links().filter(({ isReady }) => isReady),
      serves: () => (role === undefined ? links().every(({ link }) => !link.dialled) : role === 'server'),
    };
  }

  /** The one that dialled says HELLO first; the other one once it heard that. */
  opened(link: Link): void {
    const { choices } = this.#desk;
    const pinned = choices.isPinned(framing) ? choices.of(framing)[0]!.framing : undefined;
    this.#links.set(link.id, new PeerLink(link, pinned));
    if (link.dialled) this.#desk.send(link.id, 'HELLO');
    else this.#desk.timer(link.id, 'hello', HELLO_MS);
  }

  closed(link: number): void {
    this.#links.delete(link);
  }

  leave(): void {}

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
  }

  received(link: number, bytes: Uint8Array): void {
    const peer = this.#links.get(link);
    if (peer === undefined) return;
    if (this.#desk.transport === 'udp') return void this.#object(peer, bytes);
    const { objects, problems } = peer.take(bytes);
    for (const object of objects) this.#object(peer, object);
    for (const problem of problems) this.#desk.tell(link, problem, true);
    if (!peer.isFlooded) return;
    const why = `An object has more than ${longestObject} bytes (limit frameLength).`;
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

  emit(link: number, message: string, values: Items): Uint8Array {
    const peer = this.#existing(link);
    const form = forms.find(({ name }) => name === message);
    if (form === undefined) throw new Error(`ptpchat has no message "${message}".`);
    const object = form.encode(values);
    const said = readMessage(object);
    if (typeof said !== 'string') this.#sent(peer, said);
    return this.#desk.transport === 'udp' || this.#desk.choices.of(framing)[0]!.framing !== 'length'
      ? object
      : withLength(object);
  }

  #filled(_peer: PeerLink, message: string, given: Items): Items {
    const node_id = this.#parts.node.value;
    switch (message) {
      case 'HELLO':
        return { node_id, version: software, ...given };
      case 'GETCERTIFICATE':
        return { msg_id: uuid(this.#desk.random), node_id, ...given };
      case 'ACK':
        if (given.msg_id === undefined) throw new Error('An ACK needs the msg_id of the message that it acknowledges.');
        return given;
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
      peer.acks.sent(msgId, verb.name, this.#desk.now());
      this.#desk.timer(link.id, 'ack', PATIENCE_MS);
    }
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
    if (name === 'HELLO') this.#hello(peer, said);
    else if (name === 'ACK' && !peer.acks.acknowledged(textIn(said, 'msg_id')!))
      this.#desk.tell(id, 'An ACK names no message that was sent over this link.', true);
  }

  #hello(peer: PeerLink, said: Said): void {
    const isFirst = !peer.isReady;
    peer.greeted(false);
    peer.node = idIn(said, 'node_id') ?? peer.node;
    if (isFirst && !peer.link.dialled) this.#desk.send(peer.link.id, 'HELLO');
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

function withLength(object: Uint8Array): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(lengthPrefix + object.length);
  new DataView(framed.buffer).setUint32(0, object.length);
  framed.set(object, lengthPrefix);
  return framed;
}
