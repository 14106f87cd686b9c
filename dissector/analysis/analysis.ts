import { type Budget, defaultLimits, type Field, type Limits, type Tree } from '../bytes/index.ts';
import type { CaptureReader } from '../capture/index.ts';
import { Choices } from '../protocol/choices.ts';
import type { Conversation, Direction } from '../protocol/conversation.ts';
import type { Derivation } from '../protocol/derivations.ts';
import type { Dissection } from '../protocol/dissection.ts';
import type { Finding } from '../protocol/finding.ts';
import type { KeyRing } from '../protocol/keyring.ts';
import type { TriedKey } from '../protocol/keytrials.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { type Member, type SessionStep, type SessionSteps, walk } from '../protocol/steps.ts';
import { BareSegments } from './baresegments.ts';
import type { DecodeAs } from './decodeas.ts';
import type { ConversationEvent } from './events.ts';
import { FirstPass } from './firstpass.ts';
import { MessageInfo } from './messageinfo.ts';
import type { Observation } from './observation.ts';
import type { NearMiss } from './recognition.ts';
import { Rows, type Show } from './rows.ts';
import type { FrameOrder } from './timeorder.ts';
import {
  computeMessage,
  dissectAlone,
  dissectMessage,
  explainMessage,
  hooksOf,
  layersAlone,
  lowerLayers,
  messageBytes,
  placed,
} from './trees.ts';
import type { UndecodedFrames } from './undecoded.ts';

const noFindings: readonly Finding[] = [];
/** How far `carriedBy` looks: a message that is longer than what passes meanwhile in all conversations is not found. */
const MOST_LOOKED_AT = 100;

/** What a person decides about a capture beside its keys. */
export interface AnalysisOptions {
  readonly limits?: Limits;
  readonly choices?: Choices;
  /** The first rule that matches a conversation decides its protocol. */
  readonly decodeAs?: readonly DecodeAs[];
  /** The order in which frames are observed; without it that of their times. */
  readonly order?: FrameOrder;
}

/** An open choice of which one candidate counts: a person said so. */
export interface PinnedChoice {
  readonly choice: string;
  readonly candidate: string;
}

/**
 * A capture under its protocols: the first pass runs by `step` and `finish`; rows, messages and trees are made when asked
 * for. New keys make the protocols observe again (`rekey`).
 */
export class Analysis {
  readonly reader: CaptureReader;
  readonly ring: KeyRing;
  readonly protocols: readonly Protocol[];
  /** The rules that decide about conversations before any protocol is asked. */
  readonly decodeAs: readonly DecodeAs[];
  readonly #choices: Choices;
  readonly #pass: FirstPass;
  readonly #limits: Limits;
  readonly #rows: Rows;
  readonly #pins = new Map<Protocol, readonly PinnedChoice[]>();

  constructor(reader: CaptureReader, protocols: readonly Protocol[], ring: KeyRing, options: AnalysisOptions = {}) {
    const { limits = defaultLimits, choices = new Choices(), decodeAs = [], order = 'time' } = options;
    this.reader = reader;
    this.ring = ring;
    this.protocols = protocols;
    this.decodeAs = decodeAs;
    this.#limits = limits;
    this.#choices = choices;
    this.#pass = new FirstPass({ reader, protocols, ring, choices, decodeAs, limits, order });
    this.#rows = new Rows(new BareSegments(this.#pass.segmentFacts));
  }

  get generation(): number {
    return this.#pass.generation;
  }

  get conversations(): readonly Conversation[] {
    return this.#pass.conversations;
  }

  get conversationCount(): number {
    return this.#pass.conversations.length;
  }

  /** Frames observed so far. */
  get observed(): number {
    return this.#pass.length;
  }

  /** Observes up to `maxFrames` further frames; true while more is left. */
  step(maxFrames: number): boolean {
    const more = this.#pass.step(maxFrames);
    this.#rows.stale();
    return more;
  }

  /** No more frames come. */
  finish(): void {
    while (this.finishPart());
  }

  /** A part of `finish`, for whoever has others waiting; true while more is left. */
  finishPart(): boolean {
    const more = this.#pass.finish();
    this.#rows.stale();
    return more;
  }

  /** Observes again with the keys that the ring holds now. `isGiven`: a person gave the new ones, and the budget is as at the start. */
  rekey(isGiven = true): void {
    while (this.rekeyPart(isGiven));
  }

  /** A part of `rekey`, for whoever has others waiting; true while more is left. */
  rekeyPart(isGiven = true): boolean {
    const more = this.#pass.rekey(isGiven);
    this.#rows.stale();
    return more;
  }

  get messageCount(): number {
    return this.#current().messageCount;
  }

  get counts(): { encrypted: number; findings: number } {
    let [encrypted, findings] = [0, 0];
    for (const { messages } of this.#pass.observations) {
      encrypted += messages.encryptedCount;
      findings += messages.findingCount;
    }
    return { encrypted, findings };
  }

  /** What costly work on the capture may still cost, trees among it. */
  get budget(): Budget {
    return this.#pass.budget;
  }

  /** About how many milliseconds costly work has taken so far. */
  get costlyMilliseconds(): number {
    return this.#pass.budget.milliseconds;
  }

  /** What was left out because there is too much of it, a sentence each. */
  get passedLimits(): readonly string[] {
    return this.#pass.passedLimits;
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

  /** What the lower layers tell of a conversation in a frame (1-based): a close, a reset, an ICMP error. */
  event(frame: number): ConversationEvent | undefined {
    return this.#pass.events.byFrame.get(frame);
  }

  /** The conversation and direction of a frame (1-based); an ICMP error belongs to the one that it is about. */
  conversationOf(frame: number): { readonly conversation: number; readonly direction: Direction } | undefined {
    const code = this.#pass.belongsTo(frame - 1);
    return code < 0 ? undefined : { conversation: code >>> 1, direction: (code & 1) as Direction };
  }

  /** What a conversation that no protocol recognised nearly is. */
  nearMiss(conversation: number): NearMiss | undefined {
    return this.#pass.nearMisses.get(conversation);
  }

  /** Frames that are in no conversation because nothing decodes what carries them. */
  get undecoded(): UndecodedFrames {
    return this.#pass.undecoded;
  }

  protocolOf(conversation: number): Protocol | undefined {
    return this.#pass.protocolOf(conversation);
  }

  message(n: number): MessageInfo {
    const { observation, id } = this.#place(n);
    return new MessageInfo(n, id, observation, this.#pass.conversations);
  }

  /** The findings of a message alone, for whoever goes through all messages. */
  findingsOf(n: number): readonly Finding[] {
    const { observation, id } = this.#place(n);
    return observation.messages.findings.get(id) ?? noFindings;
  }

  /** The tree and fields of a message: made again each time, never stored. */
  dissect(n: number): { tree: Tree; dissection: Dissection } {
    const { observation, id } = this.#place(n);
    return dissectMessage(this.reader, observation, id, this.message(n), this.#limits);
  }

  /**
   * What a message says by itself: the same as in `dissect`, without the layers below it and several times as fast. Bytes in it are
   * valid until the next frame is read.
   */
  dissectAlone(message: MessageInfo): Dissection {
    const { observation, id } = this.#place(message.n);
    return dissectAlone(this.reader, observation, id, message, this.#limits);
  }

  /** The layers of a message by themselves: those of derived records, its own, and those that it carries. */
  layersAlone(message: MessageInfo): readonly Field[] {
    const { observation, id } = this.#place(message.n);
    return layersAlone(this.reader, observation, id, message, this.#limits);
  }

  /** The bytes of a message as they travelled: valid until the next frame is read. */
  messageBytes(message: MessageInfo): Uint8Array {
    const { observation, id } = this.#place(message.n);
    return messageBytes(this.reader, observation, id, message, this.#limits);
  }

  /** What each key of the ring did for a message. */
  explain(n: number): readonly TriedKey[] {
    const { observation, id } = this.#place(n);
    return explainMessage(this.reader, observation, id, this.message(n), this.#limits, this.ring);
  }

  /** Open choices of a message's protocol whose candidates were not tried, since one is pinned; none unless the message is encrypted. */
  pins(n: number): readonly PinnedChoice[] {
    return this.pinsOf(this.message(n));
  }

  /** The same of a message that is there already. */
  pinsOf({ protocol, state }: MessageInfo): readonly PinnedChoice[] {
    if (state !== 'encrypted') return [];
    const pins = this.#pins.get(protocol) ?? this.#pinned(protocol);
    this.#pins.set(protocol, pins);
    return pins;
  }

  #pinned({ choices = [] }: Protocol): readonly PinnedChoice[] {
    return choices.flatMap((choice) => {
      const candidate = 'candidates' in choice && choice.candidates.length > 1 ? this.#choices.pinOf(choice) : undefined;
      return candidate === undefined ? [] : [{ choice: choice.id, candidate }];
    });
  }

  /** The session of a message; none where its protocol knows of none. */
  part(n: number): SessionStep | undefined {
    const { observation, id } = this.#place(n);
    return hooksOf(observation, id).part?.(placed(observation, id, this.conversations));
  }

  /** The session of a message from its first step to its last; none where its protocol knows of none. */
  steps(n: number): SessionSteps | undefined {
    const { observation, id } = this.#place(n);
    const hooks = hooksOf(observation, id);
    const own = this.part(n);
    if (own === undefined) return undefined;
    const rows = this.#current();
    const { run } = rows.message(n);
    const members: Member[] = [];
    for (let other = 0; other < rows.messageCount; other++) {
      const place = rows.message(other);
      if (place.run !== run || hooksOf(observation, place.id) !== hooks) continue;
      const message = placed(observation, place.id, this.conversations);
      const part = hooks.part!(message);
      if (part !== undefined && part.session === own.session) members.push({ n: other, part, ...message });
    }
    return { title: own.title, machine: own.machine, steps: walk(own.machine, members) };
  }

  /** What both sides compute for a message. */
  compute(n: number): readonly Derivation[] {
    const { observation, id } = this.#place(n);
    return computeMessage(this.reader, observation, id, this.message(n), this.#limits, this.ring);
  }

  /**
   * The message that a frame (1-based) carries a part of and does not complete: a segment of a stream, a fragment. It is looked
   * for among the messages that complete next.
   */
  carriedBy(frame: number): MessageInfo | undefined {
    // A fragment has no ports, and so no conversation.
    const place = this.conversationOf(frame);
    const rows = this.#current();
    const first = rows.ofFrame('messages', frame);
    const end = Math.min(rows.messageCount, first + MOST_LOOKED_AT);
    for (let n = first; n < end; n++) {
      const { observation, id } = this.#place(n);
      const { messages, derived } = observation;
      const isOther = messages.conversation(id) !== place?.conversation || messages.direction(id) !== place.direction;
      if (place !== undefined && isOther) continue;
      if (derived.framesOf(messages.pieces.get(id) ?? []).includes(frame)) return this.message(n);
    }
    return undefined;
  }

  /** The lower layers of a frame (0-based). */
  frameTree(index: number): Tree {
    return lowerLayers(this.reader, index, this.#limits);
  }

  #place(n: number): { observation: Observation; id: number } {
    const { run, id } = this.#current().message(n);
    return { observation: this.#pass.observations[run]!, id };
  }

  #current(): Rows {
    this.#rows.build(this.#pass.observations, this.#pass.length, this.#pass.generation);
    return this.#rows;
  }
}
