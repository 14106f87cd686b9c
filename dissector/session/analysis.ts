import { defaultLimits, type Limits, slicePieces, type Tree } from '../bytes/index.ts';
import type { CaptureReader } from '../capture/index.ts';
import {
  ConversationTable,
  type Datagram,
  FragmentTable,
  PacketView,
  parsePacket,
  parseReassembled,
  tcpFlag,
  transport,
} from '../link/index.ts';
import { Belongings, FRAGMENT, NONE } from './belongings.ts';
import type { KeyRing } from './keyring.ts';
import { Observation } from './observation.ts';
import type { Conversation, Direction, Dissection, Finding, Protocol, State } from './protocol.ts';
import { Candidate } from './recognition.ts';
import { Rows, type Show } from './rows.ts';
import { dissectMessage, lowerLayers } from './trees.ts';

export interface MessageInfo {
  /** Its place in the order in which the messages of the capture complete, from 0. */
  readonly n: number;
  /** 1-based frame that completed it, and every frame it is made of. */
  readonly frame: number;
  readonly frames: readonly number[];
  readonly protocol: Protocol;
  readonly name: string;
  readonly direction: Direction;
  readonly conversation: Conversation;
  readonly state: State;
  readonly encrypted: boolean;
  readonly findings: readonly Finding[];
}

/**
 * The first pass over a capture and the way into the second. Frames go in capture order to the protocol of their conversation
 * (`step`); rows, messages and trees are made when asked for. New keys make the protocols observe again (`rekey`).
 */
export class Analysis {
  readonly reader: CaptureReader;
  readonly ring: KeyRing;
  readonly #protocols: readonly Protocol[];
  readonly #limits: Limits;
  readonly #view = new PacketView();
  readonly #table: ConversationTable;
  #fragments: FragmentTable;
  readonly #conversations: Conversation[] = [];
  /** By conversation: its protocol's place in `#observations`, a candidate, or nothing. */
  readonly #owners: (number | Candidate | undefined)[] = [];
  #observations: Observation[];
  readonly #belongs: Belongings = new Belongings();
  readonly #rows: Rows;
  /** What the candidates hold, in bytes. */
  #undecided = 0;
  #next = 0;
  #finished = false;
  #generation = 0;

  constructor(reader: CaptureReader, protocols: readonly Protocol[], ring: KeyRing, limits: Limits = defaultLimits) {
    this.reader = reader;
    this.ring = ring;
    this.#protocols = protocols;
    this.#limits = limits;
    this.#table = new ConversationTable(limits);
    this.#fragments = new FragmentTable(limits);
    this.#observations = this.#startOver();
    this.#rows = new Rows();
  }

  get generation(): number {
    return this.#generation;
  }

  get conversationCount(): number {
    return this.#table.length;
  }

  /** Observes up to `maxFrames` further frames; true while more is left. */
  step(maxFrames: number): boolean {
    const { frames } = this.reader;
    const stop = this.#next + maxFrames;
    while (this.#next < stop) {
      if (this.#next === frames.length && !this.reader.step(4 << 20) && this.#next === frames.length) return false;
      const end = Math.min(stop, frames.length);
      for (; this.#next < end; this.#next++) this.#observe(this.#next, false);
    }
    this.#rows.stale();
    return true;
  }

  /** The capture has ended: conversations still without a protocol are settled, and messages that wait are incomplete. */
  finish(): void {
    this.#owners.forEach((owner, id) => {
      if (!(owner instanceof Candidate)) return;
      const protocol = owner.settle();
      this.#own(id, owner, protocol);
    });
    for (const observation of this.#observations) observation.finish();
    this.#finished = true;
    this.#changed();
  }

  /** Observes again with the keys that the ring holds now, what was observed so far. */
  rekey(): void {
    this.#observations = this.#startOver();
    this.#fragments = new FragmentTable(this.#limits);
    for (let index = 0; index < this.#next; index++) {
      const code = this.#belongs.get(index);
      if (code === FRAGMENT || (code !== NONE && typeof this.#owners[code >>> 1] === 'number')) this.#observe(index, true);
    }
    if (this.#finished) for (const observation of this.#observations) observation.finish();
    this.#changed();
  }

  get messageCount(): number {
    return this.#current().messageCount;
  }

  get counts(): { encrypted: number; findings: number } {
    let findings = 0;
    for (const { messages } of this.#observations) findings += messages.findingCount;
    return { encrypted: this.#current().encrypted, findings };
  }

  rowCount(show: Show): number {
    return this.#current().count(show);
  }

  /** A row's frame (1-based) and message; -1 for a frame that completes none. */
  rowAt(show: Show, row: number): { frame: number; n: number } {
    return this.#current().at(show, row);
  }

  /** The first row at or after a frame. */
  rowOfFrame(show: Show, frame: number): number {
    return this.#current().ofFrame(show, frame);
  }

  message(n: number): MessageInfo {
    const { observation, id } = this.#place(n);
    const { messages, protocol } = observation;
    const frame = messages.frame(id);
    const pieces = messages.pieces.get(id);
    return {
      n,
      frame,
      frames: pieces === undefined ? [frame] : [...new Set(pieces.map((piece) => piece.frame))].sort((a, b) => a - b),
      protocol,
      name: messages.names[messages.name(id)]!,
      direction: messages.direction(id),
      conversation: this.#conversations[messages.conversation(id)]!,
      state: messages.state(id),
      encrypted: messages.encrypted(id),
      findings: messages.findings.get(id) ?? [],
    };
  }

  /** The tree and fields of a message: made again each time, never stored. */
  dissect(n: number): { tree: Tree; dissection: Dissection } {
    const { observation, id } = this.#place(n);
    return dissectMessage(this.reader, observation, id, this.message(n), this.#limits);
  }

  /** The lower layers of a frame (0-based). */
  frameTree(index: number): Tree {
    return lowerLayers(this.reader, index, this.#limits);
  }

  #place(n: number): { observation: Observation; id: number } {
    const { run, id } = this.#current().message(n);
    return { observation: this.#observations[run]!, id };
  }

  #current(): Rows {
    this.#rows.build(this.#observations, this.#next);
    return this.#rows;
  }

  #changed(): void {
    this.#generation++;
    this.#rows.stale();
  }

  #startOver(): Observation[] {
    const time = (frame: number): number => this.reader.frames.seconds(frame - 1) + this.reader.frames.nanos(frame - 1) / 1e9;
    return this.#protocols.map((protocol) => new Observation(protocol, this.ring, this.#limits, time));
  }

  /** One frame of the first pass; `again` when its conversation is known from the first time. */
  #observe(index: number, again: boolean): void {
    const { frames } = this.reader;
    const view = this.#view;
    const bytes = this.reader.frameBytes(index);
    parsePacket(bytes, frames.linkType(index), view, this.#limits, frames.original(index));
    let payloadBytes = bytes;
    let datagram: Datagram | undefined;
    if (view.isFragment) {
      this.#belongs.set(index, FRAGMENT);
      datagram = this.#fragments.add(bytes, view, index + 1, frames.seconds(index)).datagram;
      if (datagram === undefined) return;
      parseReassembled(datagram.bytes, view);
      payloadBytes = datagram.bytes;
    }
    let code = again ? this.#belongs.code(index) : NONE;
    if (!again) {
      const id = this.#table.find(bytes, view);
      if (id < 0) return;
      code = id * 2 + this.#table.direction;
      this.#belongs.found(index, code, datagram !== undefined);
      if (id === this.#conversations.length) this.#meet(id);
    }
    // What a candidate was shown the first time it is not shown again.
    if (code === NONE || (again && typeof this.#owners[code >>> 1] !== 'number')) return;
    this.#deliver(code, index, payloadBytes, datagram);
  }

  #meet(id: number): void {
    const conversation: Conversation = {
      id,
      transport: this.#table.transport(id) === transport.tcp ? 'tcp' : 'udp',
      endpoints: [this.#table.endpoint(id, 0), this.#table.endpoint(id, 1)],
      ports: [this.#table.port(id, 0), this.#table.port(id, 1)],
    };
    this.#conversations.push(conversation);
    this.#owners.push(new Candidate(conversation, this.#protocols, this.#limits));
  }

  #deliver(code: number, index: number, bytes: Uint8Array, datagram: Datagram | undefined): void {
    const id = code >>> 1;
    const owner = this.#owners[id];
    if (owner === undefined) return;
    const view = this.#view;
    const delivery = {
      direction: (code & 1) as Direction,
      frame: index + 1,
      payload: bytes.subarray(view.payloadStart, view.payloadEnd),
      offset: view.payloadStart,
      missing: view.payloadMissing,
      pieces: datagram === undefined ? undefined : slicePieces(datagram.pieces, view.payloadStart, view.payloadEnd),
      seq: view.seq,
      ack: view.ack,
      flags: view.flags,
      hasAck: (view.flags & tcpFlag.ack) !== 0,
    };
    if (typeof owner === 'number') {
      this.#observations[owner]!.deliver(this.#conversations[id]!, delivery);
      return;
    }
    const before = owner.cost;
    const answer = owner.show(delivery);
    this.#undecided += owner.cost - before;
    if (answer !== undefined) this.#own(id, owner, answer === 'nothing' ? undefined : answer);
    else if (this.#undecided > this.#limits.undecided) this.#own(id, owner, owner.settle());
  }

  /** Gives a conversation to a protocol, with every packet that it was shown before. */
  #own(id: number, candidate: Candidate, protocol: Protocol | undefined): void {
    this.#owners[id] = protocol === undefined ? undefined : this.#protocols.indexOf(protocol);
    this.#undecided -= candidate.cost;
    if (protocol === undefined) return;
    if (candidate.frames.length > 1) this.#changed();
    for (const frame of candidate.frames) {
      // Fragments are gone from the table by now: a datagram made of them is put together again from its frames.
      if (this.#belongs.get(frame - 1) === FRAGMENT) this.#again(frame - 1);
      else this.#observe(frame - 1, true);
    }
  }

  #again(last: number): void {
    const table = this.#fragments;
    this.#fragments = new FragmentTable(this.#limits);
    const first = Math.max(0, last - this.#limits.fragments);
    const code = this.#belongs.code(last);
    for (let index = first; index <= last; index++) {
      if (this.#belongs.get(index) === FRAGMENT && (index === last || this.#belongs.code(index) !== code))
        this.#observeFragment(index, index === last);
    }
    this.#fragments = table;
  }

  /** Feeds a fragment without delivering what other datagrams it completes. */
  #observeFragment(index: number, deliver: boolean): void {
    if (deliver) {
      this.#observe(index, true);
      return;
    }
    const { frames } = this.reader;
    const bytes = this.reader.frameBytes(index);
    parsePacket(bytes, frames.linkType(index), this.#view, this.#limits, frames.original(index));
    this.#fragments.add(bytes, this.#view, index + 1, frames.seconds(index));
  }
}
