import { Budget, type Limits } from '../bytes/index.ts';
import type { CaptureReader, FrameClock } from '../capture/index.ts';
import { ConversationTable, DroppedBytes, type PacketView, tcpFlag, transport } from '../link/index.ts';
import type { Choices } from '../protocol/choices.ts';
import type { Conversation } from '../protocol/conversation.ts';
import { DerivedRecords } from '../protocol/derivedrecords.ts';
import { DissectorTables } from '../protocol/dissectortables.ts';
import type { KeyRing } from '../protocol/keyring.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { FrameSet, type SegmentFacts } from './baresegments.ts';
import type { DecodeAs } from './decodeas.ts';
import { Delivery } from './delivery.ts';
import { Events } from './events.ts';
import { FRAGMENT, FrameIndex, NONE } from './frameindex.ts';
import { type FrameFacts, Observation } from './observation.ts';
import { Packets } from './packets.ts';
import { type NearMiss, UnrecognisedConversation } from './recognition.ts';
import { Standstills } from './standstills.ts';
import { type FrameOrder, TimeOrder } from './timeorder.ts';
import { UndecodedFrames } from './undecoded.ts';

/** Frames that are observed once more in one part. */
const REORDERED_PART = 65_536;
/** Frames that are observed again in one part, for further keys. */
const REKEYED_PART = 2_048;
/** How long costly work may take before others get their turn. */
const COSTLY_MS = 15;

/** What a first pass works with. */
export interface PassSetup {
  readonly reader: CaptureReader;
  readonly protocols: readonly Protocol[];
  readonly ring: KeyRing;
  readonly choices: Choices;
  readonly decodeAs: readonly DecodeAs[];
  readonly limits: Limits;
  readonly order: FrameOrder;
}

/**
 * The first pass over a capture: frames go in the order of their times to the protocol of their conversation. A conversation whose
 * protocol is not known yet is a candidate; once it is recognised, its protocol gets every packet from the first on. Where the file
 * brings a frame late, all is observed once more, in the right order, when the file has no more to bring.
 */
export class FirstPass {
  conversations!: Conversation[];
  events!: Events;
  observations: Observation[];
  /** Frames that are in no conversation because nothing decodes what carries them. */
  undecoded!: UndecodedFrames;
  /** By conversation, where no protocol recognised it: the one that it nearly is. */
  readonly nearMisses = new Map<number, NearMiss>();
  /** Grows with every change of what was already told: keys, a conversation recognised late. */
  generation = 0;
  /** Of this pass and of the trees that are made of its messages. */
  readonly budget: Budget;
  readonly #setup: PassSetup;
  readonly #order: TimeOrder;
  #packets!: Packets;
  #table!: ConversationTable;
  /** By conversation: its protocol's place in `observations`, a candidate, or nothing. */
  #owners!: (number | UnrecognisedConversation | undefined)[];
  readonly #delivery = new Delivery();
  #belongs!: FrameIndex;
  #emptySegments!: FrameSet;
  /** The lowest of them that was not told yet. */
  #firstEmpty = Number.POSITIVE_INFINITY;
  /** By conversation: its lowest frame (1-based), of TCP alone. */
  #firstSegments: (number | undefined)[] = [];
  readonly segmentFacts: SegmentFacts = {
    isEmpty: (frame) => this.#emptySegments.has(frame),
    takeFirstEmpty: () => {
      const first = this.#firstEmpty;
      this.#firstEmpty = Number.POSITIVE_INFINITY;
      return first;
    },
    hasEvent: (frame) => this.events.byFrame.has(frame),
    conversationOf: (frame) => this.belongsTo(frame - 1) >> 1,
    firstSegment: (conversation) => this.#firstSegments[conversation],
    framesOf: (messages, id) => {
      const pieces = messages.pieces.get(id);
      return pieces && this.#derived.framesOf(pieces);
    },
  };
  /** Conversations that a protocol got, or would have got. */
  #observed = 0;
  #derived!: DerivedRecords;
  /** What the candidates hold, in bytes. */
  #undecided = 0;
  /** Frames taken from the file, and how many of those were observed: fewer while all is observed once more, or costs much. */
  #length = 0;
  #next = 0;
  /** What is left to do at the end, once that has begun. */
  #finishing: Iterator<void> | undefined;
  /** What is left to observe again. */
  #rekeying: Iterator<void> | undefined;

  constructor(setup: PassSetup) {
    this.#setup = setup;
    this.budget = new Budget(setup.limits);
    this.#order = new TimeOrder(clockOf(setup.reader), setup.order);
    this.observations = this.#startOver();
    this.#forget();
  }

  #forget(): void {
    const { reader, limits } = this.#setup;
    this.#packets = new Packets(reader, limits);
    this.#table = new ConversationTable(limits);
    this.events = new Events(limits);
    this.undecoded = new UndecodedFrames();
    this.nearMisses.clear();
    this.#belongs = new FrameIndex();
    this.#emptySegments = new FrameSet();
    this.#firstSegments = [];
    this.conversations = [];
    this.#owners = [];
    this.#observed = this.#undecided = this.#next = 0;
  }

  /** Frames taken from the file so far. */
  get length(): number {
    return this.#length;
  }

  /** Observes up to `maxFrames` further frames, fewer where they are costly; true while more is left. */
  step(maxFrames: number): boolean {
    const { reader } = this.#setup;
    const { frames } = reader;
    const stop = this.#next + maxFrames;
    const isLong = this.#long();
    while (this.#next < stop && !isLong()) {
      if (this.#next === frames.length && !reader.step(4 << 20) && this.#next === frames.length) {
        if (!this.#order.isDue) return false;
        this.#reorder();
        return true;
      }
      this.#observeUpTo(Math.min(stop, frames.length), isLong);
    }
    return true;
  }

  /** Whether costly work has taken so long, from now on, that others get their turn. */
  #long(): () => boolean {
    const before = this.budget.milliseconds;
    return () => this.budget.milliseconds - before >= COSTLY_MS;
  }

  #observeUpTo(end: number, isLong: () => boolean): void {
    // These frames were told of before, without what they say.
    if (this.#next < this.#length) this.generation++;
    if (end > this.#length) {
      // What was taken before comes first: a range is in order by itself.
      while (this.#next < this.#length && !isLong()) this.#observe(this.#order.at(this.#next++));
      if (this.#next < this.#length) return;
      this.#order.extend(end);
      this.#length = end;
    }
    while (this.#next < end && !isLong()) this.#observe(this.#order.at(this.#next++));
  }

  /** Begins anew, with all frames in the order of their times. */
  #reorder(): void {
    this.#order.sort();
    this.observations = this.#startOver();
    this.#forget();
    this.generation++;
  }

  /**
   * The capture has ended: conversations still without a protocol are settled, and messages that wait are incomplete. Does a
   * part of that; true while more is left.
   */
  finish(): boolean {
    this.#finishing ??= this.#end();
    return this.#finishing.next().done !== true;
  }

  *#end(): Generator<void> {
    if (this.#order.isDisordered) this.#reorder();
    for (; this.#next < this.#length; yield) this.#observeUpTo(Math.min(this.#next + REORDERED_PART, this.#length), this.#long());
    let isLate = false;
    this.#owners.forEach((owner, id) => {
      if (!(owner instanceof UnrecognisedConversation)) return;
      const protocol = owner.settle();
      const observation = this.observations.find((each) => each.protocol === protocol);
      isLate ||= observation !== undefined && observation.messages.length > 0;
      this.#own(id, owner, protocol);
    });
    // Their frames may come before those of conversations that were observed already, and what these look up was not there.
    if (isLate) yield* this.#repeat();
    yield* this.#conclude();
    if (!this.budget.liftShares()) return;
    yield* this.#repeat();
    yield* this.#conclude();
  }

  *#conclude(): Generator<void> {
    for (const observation of this.observations) yield* observation.finishing();
    this.generation++;
  }

  /**
   * Observes again with the keys that the ring holds now, what was observed so far. Does a part of that; true while more is left.
   * `isGiven`: a person gave them, not the capture.
   */
  rekey(isGiven: boolean): boolean {
    this.#rekeying ??= this.#observeAgain(isGiven);
    const isDone = this.#rekeying.next().done === true;
    if (isDone) this.#rekeying = undefined;
    return !isDone;
  }

  *#observeAgain(isGiven: boolean): Generator<void> {
    if (isGiven) this.budget.renew();
    yield* this.#repeat();
    if (this.#finishing !== undefined) {
      this.#finishing = undefined;
      while (this.finish()) yield;
    }
    this.generation++;
  }

  /** What was observed so far once more, from its first frame on. */
  *#repeat(): Generator<void> {
    this.observations = this.#startOver();
    this.#packets.startOver();
    this.generation++;
    let isLong = this.#long();
    for (let place = 0; place < this.#next; place++) {
      if (isLong() || place % REKEYED_PART === REKEYED_PART - 1) {
        yield;
        isLong = this.#long();
      }
      const index = this.#order.at(place);
      const code = this.#belongs.get(index);
      const isOwned = code !== NONE && typeof this.#owners[code >>> 1] === 'number';
      if ((code === FRAGMENT || isOwned) && this.#packets.read(index)) this.#deliverAgain(index);
    }
  }

  /** The conversation and direction that a frame (0-based) belongs to, times two plus direction; -1 for none. */
  belongsTo(index: number): number {
    const code = this.#belongs.code(index);
    return code === NONE || code === FRAGMENT ? -1 : code;
  }

  /** What was left out because there is too much of it, a sentence each. */
  get passedLimits(): string[] {
    const { findings, findingsPerMessage, events, observed, derivedRecords, depth } = this.#setup.limits;
    const untold = this.observations.reduce((sum, { messages }) => sum + messages.untoldCount, 0);
    const { problem } = this.#table;
    const dropped = new DroppedBytes();
    for (const observation of this.observations) dropped.take(observation.dropped);
    const { copies } = this.#packets;
    return [
      ...this.#orderTold,
      ...(copies.first === undefined ? [] : [copiesText(copies.count, copies.first)]),
      ...dropped.sentences,
      ...(problem === undefined ? [] : [`${problem.text}: what follows is in no conversation.`]),
      ...(this.#observed <= observed
        ? []
        : [
            `${this.#observed - observed} more conversations are over the limit observed of ${observed}: their messages are not looked for.`,
          ]),
      ...(this.#derived.untold === 0
        ? []
        : [
            `${this.#derived.untold} more decrypted or unpacked records are over the limit derivedRecords of ${derivedRecords} or depth of ${depth}: messages in them are not looked for.`,
          ]),
      ...(untold === 0
        ? []
        : [
            `${untold} more findings are over the limits findings of ${findings} or findingsPerMessage of ${findingsPerMessage}.`,
          ]),
      ...this.budget.sentences,
      ...(this.events.untold === 0
        ? []
        : [`${this.events.untold} more events of conversations are over the limit events of ${events}.`]),
    ];
  }

  get #orderTold(): string[] {
    const { late, first } = this.#order;
    if (late === 0) return [];
    const which = late === 1 ? `Frame ${first + 1} is` : `${late} frames (the first is ${first + 1}) are`;
    return [`${which} out of order in the file. Frames are decoded in ${this.#setup.order} order.`];
  }

  protocolOf(conversation: number): Protocol | undefined {
    const owner = this.#owners[conversation];
    return typeof owner === 'number' ? this.#setup.protocols[owner] : undefined;
  }

  #startOver(): Observation[] {
    const { reader, protocols, ring, choices, limits } = this.#setup;
    const clock = clockOf(reader);
    const standstills = new Standstills(reader);
    const time = (frame: number) => clock.seconds(frame - 1) + clock.nanos(frame - 1) / 1e9 - standstills.before(frame - 1);
    const place = (frame: number) => this.#order.placeOf(frame - 1);
    const isOrderKnown = (frame: number) => this.#order.isKnown(frame - 1) || this.#isAlone(frame - 1);
    this.#derived = new DerivedRecords(limits);
    const tables = new DissectorTables(protocols);
    const facts: FrameFacts = { time, place, isOrderKnown, derived: this.#derived, budget: this.budget, tables };
    return protocols.map((protocol) => new Observation(protocol, ring, choices, limits, facts));
  }

  /** Whether what has the time of a frame (0-based) is of no conversation: a fragment of the same datagram, or another protocol. */
  #isAlone(index: number): boolean {
    const clock = clockOf(this.#setup.reader);
    const place = this.#order.placeOf(index);
    const isOther = (other: number): boolean => {
      if (other < 0 || other >= this.#length) return true;
      const at = this.#order.at(other);
      const isSame = clock.seconds(at) === clock.seconds(index) && clock.nanos(at) === clock.nanos(index);
      return !isSame || (other < this.#next && this.#belongs.code(at) === NONE);
    };
    return clock.hasTime(index) && isOther(place - 1) && isOther(place + 1);
  }

  #observe(index: number): void {
    const packets = this.#packets;
    const { view } = packets;
    const isWhole = packets.read(index, true);
    if (packets.copies.has(index)) return;
    const isReassembled = packets.datagram !== undefined;
    if (!isWhole || isReassembled) this.#belongs.set(index, FRAGMENT);
    const link = this.#setup.reader.frames.linkType(index);
    if (!isWhole) {
      this.undecoded.add(link, view);
      return;
    }
    const id = this.#table.find(packets.frame, view);
    if (id < 0) {
      const about = this.events.error(packets.carrier, view, this.#table, index + 1);
      if (about >= 0 && !isReassembled) this.#belongs.set(index, about);
      else this.undecoded.add(link, view);
      return;
    }
    const code = id * 2 + this.#table.direction;
    this.#belongs.found(index, code, isReassembled);
    if (id === this.conversations.length) this.#meet(id);
    this.events.segment(view, id, this.#table.direction, index + 1);
    this.#noteSegment(view, id, index + 1);
    this.#deliver(code, index);
  }

  #noteSegment(
    { transport: kind, flags, payloadStart, payloadEnd, payloadMissing }: PacketView,
    id: number,
    frame: number,
  ): void {
    if (kind !== transport.tcp) return;
    const first = this.#firstSegments[id];
    if (first === undefined || frame < first) this.#firstSegments[id] = frame;
    const isEmpty = payloadStart === payloadEnd && payloadMissing === 0;
    if ((flags & (tcpFlag.fin | tcpFlag.rst)) !== 0 || !isEmpty) return;
    this.#emptySegments.add(frame);
    this.#firstEmpty = Math.min(this.#firstEmpty, frame);
  }

  /** The packet just read; what a candidate was shown the first time it is not shown again. */
  #deliverAgain(index: number): void {
    const code = this.#belongs.code(index);
    if (code === NONE || typeof this.#owners[code >>> 1] !== 'number') return;
    // An error about a packet belongs to the conversation without being a packet of it.
    const { transport: kind } = this.#packets.view;
    if (kind === transport.udp || kind === transport.tcp) this.#deliver(code, index);
  }

  #meet(id: number): void {
    const { protocols, decodeAs, limits } = this.#setup;
    const conversation: Conversation = {
      id,
      transport: this.#table.transport(id) === transport.tcp ? 'tcp' : 'udp',
      endpoints: [this.#table.endpoint(id, 0), this.#table.endpoint(id, 1)],
      ports: [this.#table.port(id, 0), this.#table.port(id, 1)],
      opened: this.#table.opened(id),
    };
    this.conversations.push(conversation);
    const rule = decodeAs.find((one) => one.matches(conversation));
    const said = protocols.findIndex((protocol) => protocol.id === rule?.protocol);
    if (rule === undefined) this.#owners.push(new UnrecognisedConversation(conversation, protocols, limits));
    else this.#owners.push(this.#entrusted(said));
  }

  /** The protocol that gets a conversation, by its place; none once there are too many. */
  #entrusted(protocol: number): number | undefined {
    if (protocol < 0) return undefined;
    return ++this.#observed > this.#setup.limits.observed ? undefined : protocol;
  }

  #deliver(code: number, index: number): void {
    const id = code >>> 1;
    const owner = this.#owners[id];
    if (owner === undefined) return;
    const delivery = this.#delivery;
    delivery.fill(this.#packets, code, index + 1);
    if (typeof owner === 'number') {
      this.observations[owner]!.deliver(this.conversations[id]!, delivery);
      return;
    }
    const before = owner.cost;
    const answer = owner.show(delivery, this.#packets.datagram);
    this.#undecided += owner.cost - before;
    if (answer !== undefined) this.#own(id, owner, answer === 'nothing' ? undefined : answer);
    else if (this.#undecided > this.#setup.limits.undecided) this.#own(id, owner, owner.settle());
  }

  /** Gives a conversation to a protocol, with every packet that it was shown before. */
  #own(id: number, candidate: UnrecognisedConversation, protocol: Protocol | undefined): void {
    this.#owners[id] = protocol === undefined ? undefined : this.#entrusted(this.#setup.protocols.indexOf(protocol));
    this.#undecided -= candidate.cost;
    const nearMiss = protocol === undefined ? candidate.almost() : undefined;
    if (nearMiss !== undefined) this.nearMisses.set(id, nearMiss);
    if (this.#owners[id] === undefined) return;
    if (candidate.frames.length > 1) this.generation++;
    for (const frame of candidate.frames) {
      const index = frame - 1;
      const datagram = candidate.reassembled.get(frame);
      if (datagram === undefined) this.#packets.read(index);
      else this.#packets.readAgain(index, datagram);
      this.#deliverAgain(index);
    }
  }
}

/** Merged captures have a clock beside those of their files. */
function clockOf({ clock, frames }: CaptureReader): FrameClock {
  return clock ?? frames;
}

function copiesText(count: number, { copy, original }: { readonly copy: number; readonly original: number }): string {
  const packets = count === 1 ? '1 packet was' : `${count} packets were`;
  return `${packets} captured twice (frame ${copy + 1} is a copy of frame ${original + 1}): copies are not decoded.`;
}
