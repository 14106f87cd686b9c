/** MESSAGEs of a node: what it writes itself, and what it passes on from one member of a channel to others. */
import { toBase64 } from '../../bytes/index.ts';
import type { Items } from '../../codec/index.ts';
import { BoundedMap } from './bounded.ts';
import type { Channel, PeerChannels } from './peerchannels.ts';
import type { PeerLink } from './peerlink.ts';
import { listed, type NodeParts, uuid } from './peerparts.ts';
import { idIn, nodesIn, type Said, textIn } from './peerread.ts';

/** Messages that are known to have been spread: none of them goes round twice. */
const MOST_SPREAD = 1024;

export class PeerMessages {
  readonly #parts: NodeParts;
  readonly #channels: PeerChannels;
  readonly #spread = new BoundedMap<string, true>(MOST_SPREAD);

  constructor(parts: NodeParts, channels: PeerChannels) {
    this.#parts = parts;
    this.#channels = channels;
  }

  /** `text` may be given in place of `message`: what the recipients are to read. */
  fill({ text, ...given }: Items): Items {
    const { desk, node } = this.#parts;
    const isWhole = ['channel', 'channel_id', 'recipient'].every((name) => given[name] !== undefined);
    return {
      msg_id: uuid(desk.random),
      node_id: node.value,
      ...(isWhole ? {} : this.#to(given)),
      timestamp: Number(desk.now() / 1_000_000_000n),
      ...(given.message === undefined ? { message: toBase64(this.#signed(text)) } : {}),
      ...given,
    };
  }

  /** The recipients that this node reaches by other links get it, too. */
  sent(peer: PeerLink, said: Said): void {
    if (idIn(said, 'node_id')?.key === this.#parts.node.key) this.#pass(peer, said);
  }

  received(peer: PeerLink, said: Said): void {
    const channel = this.#channels.find(textIn(said, 'channel_id'));
    const isMember = channel?.members.has(idIn(said, 'node_id')!.key);
    if (channel?.isOwn === true && isMember === false)
      return void this.#parts.desk.tell(peer.link.id, 'A MESSAGE comes from a node that is not in its channel.', true);
    if (this.#parts.serves()) this.#pass(peer, said);
  }

  #to(given: Items): Items {
    const channel = this.#channel(given);
    const own = this.#parts.node.key;
    const recipient = [...channel.members.values()].filter(({ key }) => key !== own).map(listed);
    return { channel: channel.name, channel_id: channel.id.value, recipient };
  }

  #channel({ channel: name, channel_id: id }: Items): Channel {
    const known =
      id === undefined ? this.#channels.joined(typeof name === 'string' ? name : undefined) : this.#channels.find(String(id));
    if (known === undefined) throw new Error('This node is in no such channel: JOIN one, or make one with CHANNEL.');
    return known;
  }

  #signed(text: unknown): Uint8Array {
    return new TextEncoder().encode(typeof text === 'string' ? text : 'hello');
  }

  /** Once, to those of its recipients that are neighbours. What another node wrote goes on as it stands. */
  #pass(peer: PeerLink, said: Said): void {
    const node = idIn(said, 'node_id');
    const key = `${node?.key} ${idIn(said, 'msg_id')?.key}`;
    if (this.#spread.get(key) !== undefined) return;
    this.#spread.set(key, true);
    const recipients = new Set(nodesIn(said, 'recipient').map((id) => id.key));
    for (const other of this.#parts.neighbours())
      if (other !== peer && other.node !== undefined && other.node.key !== node?.key && recipients.has(other.node.key))
        this.#parts.desk.send(other.link.id, 'MESSAGE', said.values);
  }
}
