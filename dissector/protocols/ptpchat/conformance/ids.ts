import type { ObserverContext } from '../../../protocol/index.ts';
import { BoundedMap } from '../boundedmap.ts';
import { contentDigest } from '../digest.ts';
import type { Facts } from '../facts.ts';
import { isIdentified, type Verb } from '../messages.ts';
import { member, textOf } from '../parse.ts';
import { rules } from '../rules.ts';
import { link } from './links.ts';
import { elementKey, type Sighting } from './sighting.ts';

/** An id this long is meant to be unique everywhere; a shorter one may be a counter that each node has for itself. */
export const globalLength = 16;
/** Sockets remembered to which one message went. */
const mostSockets = 64;

/** A message with an id, whatever number of copies of it were sent. */
export interface Known {
  readonly verb: Verb;
  readonly digest: string;
  /** The same without what may be encrypted for each copy anew, but for its length. */
  readonly outline: string;
  /** The first copy: its number and frame. */
  readonly id: number;
  readonly frame: number;
  /** The first copy in each lane. */
  readonly lanes: Map<number, number>;
}

/** What the id of a message says of it. */
export interface Identity {
  readonly known: Known;
  /** Copies went this way before. */
  readonly isRetransmission: boolean;
}

/**
 * msg_id identifies a message. The same message to several nodes, or again to one, is one message: verb and content are
 * equal but for what says to whom a copy goes. A CERTIFICATE has the id of its GETCERTIFICATE, and several nodes can answer
 * one, so it stands by itself with its node.
 */
export class Ids {
  readonly #context: ObserverContext<Facts>;
  readonly #known: BoundedMap<string, Known>;
  /** Every msg_id that was seen in a message other than ACK. */
  readonly #seen: BoundedMap<string, number>;

  constructor(context: ObserverContext<Facts>) {
    this.#context = context;
    this.#known = new BoundedMap(context.limits.sessions);
    this.#seen = new BoundedMap(context.limits.sessions);
  }

  has(msgId: string): boolean {
    return this.#seen.get(msgId) !== undefined;
  }

  see(sighting: Sighting): Identity | undefined {
    const { id, frame, lane, verb, data, msgId } = sighting;
    if (msgId === undefined || verb?.name === 'ACK') return undefined;
    this.#seen.set(msgId, frame);
    if (verb === undefined || !isIdentified(verb) || data === undefined || !sighting.isSound) return undefined;
    const { messages } = this.#context;
    const without = new Set(verb.elements.filter(({ addressed }) => addressed === true).map(({ name }) => name));
    const digest = contentDigest(data, without);
    const sealed = verb.elements.filter((element) => element.sealed === true).map(({ name }) => name);
    const lengths = sealed.map((name) => textOf(member(data, name)?.value)?.length ?? 0);
    const outline = sealed.length === 0 ? digest : `${contentDigest(data, new Set([...without, ...sealed]))} ${lengths}`;
    const key = keyOf(sighting, msgId);
    const known = this.#known.get(key);
    if (known === undefined) {
      const first: Known = { verb, digest, outline, id, frame, lanes: new Map([[lane, frame]]) };
      this.#known.set(key, first);
      return { known: first, isRetransmission: false };
    }
    const before = known.lanes.get(lane);
    const isCopy = known.digest === digest || (before === undefined && known.outline === outline);
    if (known.verb !== verb || !isCopy) {
      messages.addFinding(id, rules.idCollision, `a ${known.verb.name} with other content has the same msg_id`, [known.frame]);
      return undefined;
    }
    if (before !== undefined) link(messages, id, 'retransmission_of', before);
    else {
      link(messages, id, 'same_message_as', known.frame);
      if (known.lanes.size < mostSockets) known.lanes.set(lane, frame);
    }
    return { known, isRetransmission: before !== undefined };
  }
}

function keyOf(sighting: Sighting, msgId: string): string {
  const node = elementKey(sighting, 'node_id') ?? '';
  if (sighting.verb?.name === 'CERTIFICATE') return `certificate\n${node}\n${msgId}`;
  return msgId.length >= globalLength ? msgId : `${node}\n${msgId}`;
}
