import type { Direction, ObserverContext } from '../../../protocol/index.ts';
import type { EntryFacts, Facts } from '../facts.ts';
import type { Entry } from '../parse.ts';
import { rules } from '../rules.ts';

/** An entry that was sent, to know its copies and its acknowledgement. */
interface Sent {
  readonly id: number;
  readonly index: number;
  readonly digest: number;
}

interface Hole {
  /** Sequence numbers from `from` to before `to` of which `left` have not come. */
  readonly from: number;
  readonly to: number;
  left: number;
  readonly id: number;
  readonly text: string;
}

/** Entries of one channel and direction that are remembered, and how many holes are watched. */
const mostSent = 4096;
const mostHoles = 64;

class Lane {
  highest = 0;
  acknowledged = 0;
  /** The highest number that the receiver says it has, whether or not it was captured. */
  received = 0;
  /** The first acknowledgement that is ahead of what was captured. */
  ahead: { readonly id: number; readonly ack: number; readonly text: string } | undefined;
  /** unreliable_data shares the numbers, and may leave holes. */
  unreliable = false;
  holes: Hole[] = [];
  readonly sent = new Map<number, Sent>();
}

/** Sequence and ack numbers of one session: per channel and direction. */
export class Channels {
  readonly #context: ObserverContext<Facts>;
  readonly #lanes = new Map<number, Lane>();
  /** Lanes with holes, by direction. */
  readonly #open: readonly [Set<Lane>, Set<Lane>] = [new Set(), new Set()];
  /** The session was seen from its hellos on: numbers begin at 1. */
  readonly #fromStart: boolean;

  constructor(context: ObserverContext<Facts>, fromStart: boolean) {
    this.#context = context;
    this.#fromStart = fromStart;
  }

  /** A data packet of a sender; gives the entries that were not sent before. */
  see(id: number, direction: Direction, entries: readonly Entry[]): Entry[] {
    const fresh = entries.filter((entry) => this.#sequence(id, direction, entry));
    for (const entry of entries) this.#ack(id, direction, entry);
    return fresh;
  }

  /** An entry of which only the head could be read: its number is no hole. */
  begun(direction: Direction, { channel, sequence }: Pick<Entry, 'channel' | 'sequence'>): void {
    const lane = this.#lane(direction, channel);
    // One far ahead is more likely a head of other bytes.
    if (sequence !== lane.highest + 1) return;
    lane.highest = sequence;
  }

  #lane(direction: Direction, channel: number): Lane {
    const key = channel * 2 + direction;
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane = new Lane();
    this.#lanes.set(key, lane);
    return lane;
  }

  #sequence(id: number, direction: Direction, { index, channel, type, sequence, field }: Entry): boolean {
    const lane = this.#lane(direction, channel);
    if (type === 'unreliable_data') lane.unreliable = true;
    const digest = digestOf(field.children!.slice(4).map(({ value }) => value));
    const before = lane.sent.get(sequence);
    if (before !== undefined) {
      entryFacts(this.#context, id, index).retransmission_of = this.#context.messages.frame(before.id);
      if (before.digest !== digest)
        this.#find(id, rules.sequence, `sequence ${sequence} of channel ${channel} was another entry before`, before.id);
      return false;
    }
    if (sequence === 0) this.#find(id, rules.sequence, `a sequence number of channel ${channel} is 0: they begin at 1`);
    this.#fill(lane, sequence, direction);
    const knowsStart = this.#fromStart || lane.highest > 0;
    if (sequence > lane.highest + 1 && knowsStart && !lane.unreliable) {
      const first = lane.highest + 1;
      const begins = lane.highest === 0 ? 'begins' : `goes from ${lane.highest}`;
      const text = `channel ${channel} ${begins}${lane.highest === 0 ? ' at' : ' to'} ${sequence}, not by one`;
      if (lane.holes.length >= mostHoles) this.#tell(lane, lane.holes.shift()!);
      lane.holes.push({ from: first, to: sequence, left: sequence - first, id, text });
      this.#open[direction].add(lane);
    }
    lane.highest = Math.max(lane.highest, sequence);
    lane.sent.set(sequence, { id, index, digest });
    if (lane.sent.size > mostSent) lane.sent.delete(lane.sent.keys().next().value!);
    return true;
  }

  #ack(id: number, direction: Direction, { channel, ack }: Entry): void {
    const lane = this.#lane(direction === 0 ? 1 : 0, channel);
    if (this.#fromStart && ack > lane.highest) {
      const text = `ack ${ack} of channel ${channel} is beyond ${lane.highest}, the highest sequence sent to it`;
      lane.ahead ??= { id, ack, text };
      lane.received = Math.max(lane.received, ack);
      return;
    }
    const frame = this.#context.messages.frame(id);
    const from = lane.acknowledged + 1;
    const tell = (sent: Sent | undefined): void => {
      if (sent !== undefined) entryFacts(this.#context, sent.id, sent.index).acknowledged_in ??= frame;
    };
    // Whatever is shorter: the numbers that are acknowledged, or what was sent.
    if (ack - from < lane.sent.size) for (let one = from; one <= ack; one++) tell(lane.sent.get(one));
    else for (const [one, sent] of lane.sent) if (one >= from && one <= ack) tell(sent);
    lane.acknowledged = Math.max(lane.acknowledged, ack);
    lane.received = Math.max(lane.received, ack);
  }

  /** What comes later fills a hole: packets in the wrong order, or a retransmission of one that was lost before the capture. */
  #fill(lane: Lane, sequence: number, direction: Direction): void {
    if (lane.holes.length === 0) return;
    for (const hole of lane.holes) if (sequence >= hole.from && sequence < hole.to) hole.left--;
    lane.holes = lane.holes.filter((hole) => hole.left > 0);
    if (lane.holes.length === 0) this.#open[direction].delete(lane);
  }

  /**
   * The session is over: what never came was left out, unless the receiver says that it has it: then the capture has lost it, which
   * one note tells. An acknowledgement is ahead where its sender's peer never got so far.
   */
  settle(): void {
    let lost: Hole | undefined;
    for (const { ahead, highest } of this.#lanes.values())
      if (ahead !== undefined && ahead.ack > highest) this.#find(ahead.id, rules.ackAhead, ahead.text);
    for (const lanes of this.#open) {
      for (const lane of lanes)
        for (const hole of lane.holes) {
          if (lane.received >= hole.to - 1 && lane.received <= lane.highest) lost ??= hole;
          else this.#tell(lane, hole);
        }
      lanes.clear();
    }
    if (lost !== undefined)
      this.#find(lost.id, rules.notCaptured, `${lost.text}, and the other side acknowledges what is between`);
  }

  #tell(lane: Lane, hole: Hole): void {
    if (!lane.unreliable) this.#find(hole.id, rules.sequence, hole.text);
  }

  #find(id: number, rule: (typeof rules)[keyof typeof rules], text: string, ...others: number[]): void {
    const { messages } = this.#context;
    messages.addFinding(
      id,
      rule,
      text,
      others.map((other) => messages.frame(other)),
    );
  }
}

/** FNV-1a over what an entry carries: a retransmission carries the same. */
function digestOf(values: readonly unknown[]): number {
  let hash = 0x811c_9dc5;
  const add = (byte: number): void => {
    hash = Math.imul(hash ^ byte, 0x0100_0193);
  };
  for (const value of values) {
    if (value instanceof Uint8Array) for (const byte of value) add(byte);
    else add(Number(value));
  }
  return hash >>> 0;
}

export function factsOf({ messages }: ObserverContext<Facts>, id: number): Facts {
  const known = messages.facts.get(id);
  if (known !== undefined) return known;
  const facts: Facts = {};
  messages.facts.set(id, facts);
  return facts;
}

export function entryFacts(context: ObserverContext<Facts>, id: number, index: number): EntryFacts {
  const facts = factsOf(context, id);
  facts.entries ??= [];
  facts.entries[index] ??= {};
  return facts.entries[index];
}
