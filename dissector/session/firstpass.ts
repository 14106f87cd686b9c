import type { Limits } from '../bytes/index.ts';
import type { CaptureReader } from '../capture/index.ts';
import { ConversationTable, transport } from '../link/index.ts';
import { Belongings, FRAGMENT, NONE } from './belongings.ts';
import type { Choices } from './choices.ts';
import type { DecodeAs } from './decodeas.ts';
import { Delivery } from './delivery.ts';
import { Events } from './events.ts';
import type { KeyRing } from './keyring.ts';
import { Observation } from './observation.ts';
import { Packets } from './packets.ts';
import type { Conversation, Protocol } from './protocol.ts';
import { Candidate } from './recognition.ts';

/** What a first pass works with. */
export interface PassSetup {
  readonly reader: CaptureReader;
  readonly protocols: readonly Protocol[];
  readonly ring: KeyRing;
  readonly choices: Choices;
  readonly decodeAs: readonly DecodeAs[];
  readonly limits: Limits;
}

/**
 * The first pass over a capture: frames go in capture order to the protocol of their conversation. A conversation whose
 * protocol is not known yet is a candidate; once it is recognised, its protocol gets every packet from the first on.
 */
export class FirstPass {
  readonly conversations: Conversation[] = [];
  readonly events: Events;
  observations: Observation[];
  /** Grows with every change of what was already told: keys, a conversation recognised late. */
  generation = 0;
  readonly #setup: PassSetup;
  readonly #packets: Packets;
  readonly #table: ConversationTable;
  /** By conversation: its protocol's place in `observations`, a candidate, or nothing. */
  readonly #owners: (number | Candidate | undefined)[] = [];
  readonly #delivery = new Delivery();
  readonly #belongs: Belongings = new Belongings();
  /** Conversations that a protocol got, or would have got. */
  #observed = 0;
  /** What the candidates hold, in bytes. */
  #undecided = 0;
  #next = 0;
  /** What is left to do at the end, once that has begun. */
  #finishing: Iterator<void> | undefined;

  constructor(setup: PassSetup) {
    this.#setup = setup;
    this.#packets = new Packets(setup.reader, setup.limits);
    this.#table = new ConversationTable(setup.limits);
    this.events = new Events(setup.limits);
    this.observations = this.#startOver();
  }

  /** Frames observed so far. */
  get length(): number {
    return this.#next;
  }

  /** Observes up to `maxFrames` further frames; true while more is left. */
  step(maxFrames: number): boolean {
    const { reader } = this.#setup;
    const { frames } = reader;
    const stop = this.#next + maxFrames;
    while (this.#next < stop) {
      if (this.#next === frames.length && !reader.step(4 << 20) && this.#next === frames.length) return false;
      const end = Math.min(stop, frames.length);
      for (; this.#next < end; this.#next++) this.#observe(this.#next);
    }
    return true;
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
    this.#owners.forEach((owner, id) => {
      if (owner instanceof Candidate) this.#own(id, owner, owner.settle());
    });
    for (const observation of this.observations) yield* observation.finishing();
    this.generation++;
  }

  /** Observes again with the keys that the ring holds now, what was observed so far. */
  rekey(): void {
    this.observations = this.#startOver();
    this.#packets.startOver();
    for (let index = 0; index < this.#next; index++) {
      const code = this.#belongs.get(index);
      const isOwned = code !== NONE && typeof this.#owners[code >>> 1] === 'number';
      if ((code === FRAGMENT || isOwned) && this.#packets.read(index)) this.#deliverAgain(index);
    }
    if (this.#finishing !== undefined) {
      this.#finishing = undefined;
      while (this.finish());
    }
    this.generation++;
  }

  /** The conversation and direction that a frame (0-based) belongs to, times two plus direction; -1 for none. */
  belongsTo(index: number): number {
    const code = this.#belongs.code(index);
    return code === NONE || code === FRAGMENT ? -1 : code;
  }

  /** What was left out because there is too much of it, a sentence each. */
  get passedLimits(): string[] {
    const { findings, findingsPerMessage, events, observed } = this.#setup.limits;
    const untold = this.observations.reduce((sum, { messages }) => sum + messages.untoldCount, 0);
    const { problem } = this.#table;
    return [
      ...(problem === undefined ? [] : [`${problem.text}: what follows is in no conversation.`]),
      ...(this.#observed <= observed
        ? []
        : [
            `${this.#observed - observed} more conversations are over the limit observed of ${observed}: their messages are not looked for.`,
          ]),
      ...(untold === 0
        ? []
        : [
            `${untold} more findings are over the limits findings of ${findings} or findingsPerMessage of ${findingsPerMessage}.`,
          ]),
      ...(this.events.untold === 0
        ? []
        : [`${this.events.untold} more events of conversations are over the limit events of ${events}.`]),
    ];
  }

  protocolOf(conversation: number): Protocol | undefined {
    const owner = this.#owners[conversation];
    return typeof owner === 'number' ? this.#setup.protocols[owner] : undefined;
  }

  #startOver(): Observation[] {
    const { reader, protocols, ring, choices, limits } = this.#setup;
    const time = (frame: number): number => reader.frames.seconds(frame - 1) + reader.frames.nanos(frame - 1) / 1e9;
    return protocols.map((protocol) => new Observation(protocol, ring, choices, limits, time));
  }

  #observe(index: number): void {
    const packets = this.#packets;
    const { view } = packets;
    const isWhole = packets.read(index);
    const isReassembled = packets.datagram !== undefined;
    if (!isWhole || isReassembled) this.#belongs.set(index, FRAGMENT);
    if (!isWhole) return;
    const id = this.#table.find(packets.frame, view);
    if (id < 0) {
      const about = this.events.error(packets.carrier, view, this.#table, index + 1);
      if (about >= 0 && !isReassembled) this.#belongs.set(index, about);
      return;
    }
    const code = id * 2 + this.#table.direction;
    this.#belongs.found(index, code, isReassembled);
    if (id === this.conversations.length) this.#meet(id);
    this.events.segment(view, id, this.#table.direction, index + 1);
    this.#deliver(code, index);
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
    if (rule === undefined) this.#owners.push(new Candidate(conversation, protocols, limits));
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
  #own(id: number, candidate: Candidate, protocol: Protocol | undefined): void {
    this.#owners[id] = protocol === undefined ? undefined : this.#entrusted(this.#setup.protocols.indexOf(protocol));
    this.#undecided -= candidate.cost;
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
