import type { ObserverContext } from '../../../protocol/index.ts';
import { BoundedMap } from '../boundedmap.ts';
import { idKey } from '../digest.ts';
import { member, textOf } from '../parse.ts';
import { rules } from '../rules.ts';
import type { Identity } from './ids.ts';
import { elementKey, type Sighting } from './sighting.ts';

/** What one CHANNEL says: who the members are, as its sender knows. */
interface Listing {
  readonly members: ReadonlySet<string>;
  readonly id: number;
  readonly frame: number;
}

/**
 * Who is in a channel, as far as the capture has shown. A capture that begins in the middle has not shown who joined before,
 * so a node is no member only where somebody said so: the node that it leaves, or one that it heard, listed the channel
 * without it, and nothing ever showed it to be one.
 */
export class Membership {
  readonly #context: ObserverContext;
  /** The last CHANNEL in a lane, from an endpoint and to an endpoint, each with the channel. */
  readonly #listings: BoundedMap<string, Listing>;
  /** By channel and node: the last message that showed it to be a member. */
  readonly #shown: BoundedMap<string, number>;
  /** By channel and node, and by lane besides: its last LEAVE. */
  readonly #left: BoundedMap<string, { id: number; frame: number }>;

  constructor(context: ObserverContext) {
    this.#context = context;
    const { sessions } = context.limits;
    this.#listings = new BoundedMap(sessions, ({ members }) => 1 + members.size);
    this.#shown = new BoundedMap(sessions);
    this.#left = new BoundedMap(sessions);
  }

  see(sighting: Sighting, identity: Identity | undefined): void {
    if (!sighting.isSound) return;
    const channel = elementKey(sighting, 'channel_id');
    const node = elementKey(sighting, 'node_id');
    if (channel === undefined || node === undefined) return;
    switch (sighting.verb?.name) {
      case 'CHANNEL':
        this.#channel(sighting, channel, node);
        break;
      case 'JOIN':
        this.#join(sighting, channel, node, identity);
        break;
      case 'LEAVE':
        this.#leave(sighting, channel, node, identity);
        break;
      case 'MESSAGE':
        this.#shown.set(`${channel}\n${node}`, sighting.id);
    }
  }

  #channel({ id, frame, lane, from, to, data }: Sighting, channel: string, node: string): void {
    const items = member(data, 'members')?.value.items ?? [];
    const members = new Set<string>();
    for (const item of items) {
      const text = textOf(member(item, 'node_id')?.value);
      if (text !== undefined) members.add(idKey(text));
    }
    const listing = { members, id, frame };
    for (const key of [`${lane}`, `from ${from}`, `to ${to}`]) this.#listings.set(`${key}\n${channel}`, listing);
    for (const one of [node, ...members]) this.#shown.set(`${channel}\n${one}`, id);
  }

  /**
   * The last CHANNEL of the joined node to the sender listed it, and so did the last one that the sender got from anyone:
   * where one did not, the specification asks for a JOIN.
   */
  #join({ id, back, from }: Sighting, channel: string, node: string, identity: Identity | undefined): void {
    const listing = this.#listings.get(`${back}\n${channel}`);
    const heard = this.#listings.get(`to ${from}\n${channel}`);
    this.#shown.set(`${channel}\n${node}`, id);
    if (listing === undefined || !listing.members.has(node) || heard?.members.has(node) === false) return;
    // A copy of a JOIN from before that CHANNEL, or of one that was judged, says nothing new.
    if (identity !== undefined && (identity.isRetransmission || identity.known.id < listing.id)) return;
    const left = this.#left.get(`${channel}\n${node}`);
    if (left !== undefined && left.id > listing.id) return;
    const text = `the recipient's last CHANNEL, in frame ${listing.frame}, lists the sender as a member`;
    this.#context.messages.addFinding(id, rules.joinMember, text, [listing.frame]);
  }

  #leave({ id, frame, lane, from, to }: Sighting, channel: string, node: string, identity: Identity | undefined): void {
    const who = `${channel}\n${node}`;
    const left = this.#left.get(`${lane}\n${who}`);
    const shown = this.#shown.get(who);
    this.#left.set(`${lane}\n${who}`, { id, frame });
    this.#left.set(who, { id, frame });
    if (identity !== undefined && identity.known.id !== id) return;
    if (left !== undefined) {
      if (shown === undefined || shown < left.id)
        this.#find(id, `it has left already in frame ${left.frame}, and did not join again`, left.frame);
      return;
    }
    if (shown !== undefined || this.#shown.forgot) return;
    const listing = this.#listings.get(`from ${to}\n${channel}`) ?? this.#listings.get(`to ${from}\n${channel}`);
    if (listing !== undefined)
      this.#find(id, `the CHANNEL in frame ${listing.frame} does not list it, and it did not join`, listing.frame);
  }

  #find(id: number, text: string, frame: number): void {
    this.#context.messages.addFinding(id, rules.leaveNonmember, text, [frame]);
  }
}
