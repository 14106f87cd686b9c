/** The channels that a node knows: who is in them, and the CHANNEL, JOIN and LEAVE that follow from it. */
import type { FieldValues } from '../../../codec/index.ts';
import { idKey } from '../digest.ts';
import { member } from '../parse.ts';
import type { PeerLink } from './link.ts';
import { listed, type NodeParts, uuid } from './parts.ts';
import { type Id, idIn, nodesIn, ownId, type Said, textIn } from './read.ts';

export interface Channel {
  readonly id: Id;
  readonly name: string;
  isClosed: boolean;
  /** This node has made it, and says who its members are; of another one the last CHANNEL says it. */
  readonly isOwn: boolean;
  members: Map<string, Id>;
  /** This node is a member. */
  isJoined: boolean;
  /** When a CHANNEL of it was sent or received last, and when this node joined or left. Nanoseconds. */
  said: bigint;
  turned: bigint;
  /** The members are others than the last CHANNEL of this node has said. */
  isChanged: boolean;
}

/** Who has to know of it when a channel of this node is new, or this node is new in one. */
export interface ChannelEvents {
  made(channel: Channel): void;
  joined(channel: Channel, peer: PeerLink): void;
}

/** Before all that a node's clock tells. */
const NEVER = -(1n << 62n);
const MOST_CHANNELS = 64;
const MOST_MEMBERS = 256;
/** Nodes that join at once are told of in one CHANNEL: however many JOINs come, no more than so many of them go out. */
const GATHERING_MS = 50;
/** A CHANNEL that comes so soon after a JOIN or a LEAVE was written before it. */
const CROSSING_MS = 2000;
/** "Periodically", which the specification leaves open: the others speak where the one that made the channel does not. */
const OWN_MS = 15_000;
const OTHERS_MS = 45_000;

export class PeerChannels {
  readonly #parts: NodeParts;
  readonly #events: ChannelEvents;
  readonly #channels = new Map<string, Channel>();
  /** The links are about to end: what is said now changes nothing. */
  #isParting = false;

  constructor(parts: NodeParts, events: ChannelEvents) {
    this.#parts = parts;
    this.#events = events;
  }

  find(key: string | undefined): Channel | undefined {
    return key === undefined ? undefined : this.#channels.get(key);
  }

  /** Closed channels that this node is in. */
  get closed(): readonly Channel[] {
    return this.#all.filter(({ isClosed, isJoined }) => isClosed && isJoined);
  }

  /** The first channel that this node is in, of that name where one is given. */
  joined(name?: string): Channel | undefined {
    return this.#all.find((channel) => channel.isJoined && (name === undefined || channel.name === name));
  }

  /** The elements of JOIN, LEAVE or CHANNEL that `given` leaves out. */
  fill(message: string, given: FieldValues): FieldValues {
    const { id, name, isClosed, members } = this.#meant(message, given);
    const node_id = this.#parts.node.value;
    const head = { msg_id: uuid(this.#parts.context.random), node_id, channel: name, channel_id: id.value };
    if (message !== 'CHANNEL') return { ...head, ...given };
    return { ...head, members: [...members.values()].map(listed), ...(isClosed ? { closed: true } : {}), ...given };
  }

  /** What this node itself has said is so. */
  sent(peer: PeerLink, said: Said): void {
    const id = idIn(said, 'channel_id');
    if (id === undefined || this.#isParting || idIn(said, 'node_id')?.key !== this.#parts.node.key) return;
    const { name } = said.verb;
    const known = this.#channels.get(id.key);
    const now = this.#parts.context.clock();
    if (name === 'CHANNEL') {
      if (known !== undefined) known.said = now;
      else if (this.#add(said, id, true)) {
        this.#events.made(this.#channels.get(id.key)!);
        this.#spread(peer, said, () => true);
      }
    } else if (known !== undefined) {
      const isNews = known.isJoined !== (name === 'JOIN');
      const { node } = this.#parts;
      known.isJoined = name === 'JOIN';
      known.turned = now;
      if (known.isJoined) known.members.set(node.key, node);
      else known.members.delete(node.key);
      if (!isNews) return;
      this.#spread(peer, said, (other) => known.members.has(other.node?.key ?? ''));
      if (known.isJoined) this.#events.joined(known, peer);
    }
  }

  received(peer: PeerLink, said: Said): void {
    const id = idIn(said, 'channel_id')!;
    const node = idIn(said, 'node_id')!;
    const channel = this.#channels.get(id.key);
    if (said.verb.name === 'CHANNEL') return void this.#listing(peer, said, id, channel);
    if (channel === undefined)
      return void this.#parts.context.tell(peer.link.id, `A ${said.verb.name} names a channel that this node does not know.`);
    if (said.verb.name === 'JOIN') this.#join(peer, channel, node);
    else this.#leave(peer, channel, node);
  }

  /** "A node may send CHANNEL messages to newly connected nodes": one that serves others does. */
  greet(peer: PeerLink): void {
    if (this.#channels.size === 0) this.#make('lobby');
    for (const channel of this.#all) if (channel.isJoined) this.#say(channel, [peer]);
  }

  /** The others learn who is in a channel of this node from it, for not every one of them can reach every other one. */
  tellMembers(): void {
    for (const channel of this.#all) {
      if (!channel.isChanged || !channel.isJoined) continue;
      channel.isChanged = false;
      this.#say(
        channel,
        this.#parts.neighbours().filter(({ node }) => node !== undefined && channel.members.has(node.key)),
      );
    }
  }

  /** Says again which channels there are, where nobody has said it for a while. */
  maintain(): void {
    const { context } = this.#parts;
    this.tellMembers();
    for (const channel of this.#all) {
      const quiet = (context.clock() - channel.said) / 1_000_000n;
      if (channel.isJoined && quiet >= (channel.isOwn ? OWN_MS : OTHERS_MS)) this.#say(channel, this.#parts.neighbours());
    }
  }

  /** A LEAVE of every channel to one neighbour. */
  farewell(peer: PeerLink): void {
    this.#isParting = true;
    for (const channel of this.#all)
      if (channel.isJoined && peer.isReady && channel.members.has(peer.node?.key ?? ''))
        this.#parts.context.send(peer.link.id, 'LEAVE', { msg_data: { channel_id: channel.id.value } });
    this.#isParting = false;
  }

  /** A node that cannot be reached is in no channel of this one. */
  gone(node: Id): void {
    for (const channel of this.#all) if (channel.isOwn && channel.members.delete(node.key)) channel.isChanged = true;
  }

  get #all(): Channel[] {
    return [...this.#channels.values()];
  }

  #meant(message: string, given: FieldValues): Pick<Channel, 'id' | 'name' | 'isClosed' | 'members'> {
    const name = typeof given.channel === 'string' ? given.channel : undefined;
    if (given.channel_id !== undefined) {
      const id = { key: idKey(String(given.channel_id)), value: given.channel_id };
      return this.#channels.get(id.key) ?? this.#draft(id, name ?? '', false);
    }
    const isClosed = given.closed === true;
    const fitting = this.#all.find(
      (channel) =>
        channel.isJoined === (message !== 'JOIN') &&
        (name === undefined || channel.name === name) &&
        (given.closed === undefined || channel.isClosed === isClosed),
    );
    if (fitting !== undefined) return fitting;
    if (message === 'JOIN') throw new Error('No such channel is known that this node is not in: it comes with a CHANNEL.');
    if (message === 'LEAVE') throw new Error('This node is in no such channel.');
    return this.#draft(ownId(uuid(this.#parts.context.random)), name ?? (isClosed ? 'closed' : 'lobby'), isClosed);
  }

  #draft(id: Id, name: string, isClosed: boolean): Channel {
    const { node, context } = this.#parts;
    const members = new Map([[node.key, node]]);
    return { id, name, isClosed, isOwn: true, members, isJoined: true, said: context.clock(), turned: NEVER, isChanged: false };
  }

  #make(name: string): void {
    const channel = this.#draft(ownId(uuid(this.#parts.context.random)), name, false);
    this.#channels.set(channel.id.key, channel);
  }

  /** Keeps what a CHANNEL describes; false where that would be one too many. */
  #add(said: Said, id: Id, isOwn: boolean): boolean {
    if (this.#channels.size >= MOST_CHANNELS) return false;
    const isClosed = isClosedIn(said);
    const members = membersIn(said);
    const isJoined = isOwn && members.has(this.#parts.node.key);
    const draft = this.#draft(id, textIn(said, 'channel') ?? '', isClosed);
    this.#channels.set(id.key, { ...draft, isOwn, members, isJoined });
    return true;
  }

  #listing(peer: PeerLink, said: Said, id: Id, known: Channel | undefined): void {
    const { context, node } = this.#parts;
    if (known?.isOwn === true) return;
    if (known === undefined && !this.#add(said, id, false))
      return void context.tell(peer.link.id, `A channel is left out: ${MOST_CHANNELS} are known already.`, true);
    const channel = this.#channels.get(id.key)!;
    const now = context.clock();
    channel.said = now;
    channel.members = membersIn(said);
    channel.isClosed = isClosedIn(said);
    const isListed = channel.members.has(node.key);
    // A node with the same id means itself.
    if (
      idIn(said, 'node_id')!.key === node.key ||
      isListed === channel.isJoined ||
      now - channel.turned < BigInt(CROSSING_MS) * 1_000_000n
    )
      return;
    // "When a node is already subscribed" and not listed; "which list this node which this node is not part of".
    channel.turned = now;
    context.send(peer.link.id, channel.isJoined ? 'JOIN' : 'LEAVE', { msg_data: { channel_id: id.value } });
  }

  #join(peer: PeerLink, channel: Channel, node: Id): void {
    const { context } = this.#parts;
    if (channel.members.has(node.key))
      return void context.tell(peer.link.id, 'A JOIN comes from a node that is in the channel already.', true);
    if (channel.members.size >= MOST_MEMBERS)
      return void context.tell(peer.link.id, `A JOIN is left out: the channel has ${MOST_MEMBERS} members.`, true);
    channel.members.set(node.key, node);
    context.deliver(peer.link.id, 'JOIN', { channel: channel.name });
    this.#changed(peer, channel);
  }

  #leave(peer: PeerLink, channel: Channel, node: Id): void {
    if (!channel.members.delete(node.key))
      return void this.#parts.context.tell(peer.link.id, 'A LEAVE comes from a node that is not in the channel.', true);
    this.#parts.context.deliver(peer.link.id, 'LEAVE', { channel: channel.name });
    this.#changed(peer, channel);
  }

  #changed({ link }: PeerLink, channel: Channel): void {
    if (!channel.isOwn || channel.isChanged) return;
    channel.isChanged = true;
    this.#parts.context.timer(link.id, 'members', GATHERING_MS);
  }

  /** One message, however many get a copy. */
  #say(channel: Channel, to: readonly PeerLink[]): void {
    const msg_data = this.fill('CHANNEL', { channel_id: channel.id.value });
    for (const { link } of to) this.#parts.context.send(link.id, 'CHANNEL', { msg_data });
  }

  #spread(peer: PeerLink, said: Said, concerns: (other: PeerLink) => boolean): void {
    for (const other of this.#parts.neighbours())
      if (other !== peer && concerns(other)) this.#parts.context.send(other.link.id, said.verb.name, said.values);
  }
}

function isClosedIn({ data }: Said): boolean {
  return member(data, 'closed')?.value.value === true;
}

function membersIn(said: Said): Map<string, Id> {
  return new Map(
    nodesIn(said, 'members')
      .slice(0, MOST_MEMBERS)
      .map((id) => [id.key, id]),
  );
}
