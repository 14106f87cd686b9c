import type { Budget, Field, Limits, Piece } from '../bytes/index.ts';
import type {
  Conversation,
  Derivation,
  DerivedRecord,
  DerivedRecords,
  Direction,
  MessageTable,
  MessageView,
  Rule,
  SessionStep,
  State,
} from '../protocol/index.ts';
import type { ConversationSteps } from './conversationsteps.ts';
import type { SearchTotals } from './keysearch.ts';
import type { Layer } from './layer.ts';
import type { ReadMessage, ShownMessage, TakenMessage, Tried } from './readmessage.ts';

/** A message that one row carries further inside: of a stream of a multiplexer, say. */
export interface Inside extends ShownMessage {
  readonly layer: Layer;
  readonly pieces: readonly Piece[];
}

/** Which step of its session a message is, and what both sides compute for it. */
export interface Stepping {
  step(): SessionStep | undefined;
  compute(message: MessageView): readonly Derivation[];
}

/** A derived record that is a message of its own protocol, such as a Noise transport message: what stands in it is its step. */
export interface SteppedRecord extends DerivedRecord {
  readonly stepping: Stepping;
}

/** A field of a message as it was decrypted. */
export interface DecryptedField {
  readonly field: string;
  /** The last field of what was decrypted, where that is more than one. */
  readonly to: string | undefined;
  readonly open: (sent: Uint8Array) => Uint8Array | undefined;
  readonly layer: Layer | undefined;
}

/** What the first pass learns of a row: from it the second makes its tree. Without a layer, no layer claims its bytes. */
export interface RowFacts extends ShownMessage {
  inside?: Inside[];
  /** Of a frame of a multiplexer: the field that holds bytes of its stream. */
  data?: string;
  /** Messages inside that are over the limit `fields` of one row. */
  unshown?: number;
  /** What is wrong with it. */
  readonly problem?: string;
  /** Which keys would decrypt it, a sentence each. */
  missing?: readonly string[];
  /** What each key did for it. */
  tried?: Tried | undefined;
  /** Of a handshake, or of what follows it. */
  stepping?: Stepping;
  /** What both sides compute for it, as the author says. */
  computed?: () => readonly Derivation[];
  /** Where what its fields held lies, each field that was decrypted. */
  opened?: (readonly Piece[])[];
  /** How they were decrypted: what seals them again. */
  decrypted?: DecryptedField[];
  /** Completes the tree of a message whose parts a cryptographic protocol decrypts. */
  complete?: (layer: Field) => void;
}

/** What all conversations of a protocol have together. */
export interface Totals {
  /** Bytes that wait in stages inside. */
  held: number;
  /** Streams of multiplexers that are followed. */
  streams: number;
  readonly search: SearchTotals;
}

/** The order of the messages of a conversation, and the rule about it. */
export interface Order {
  readonly steps: ConversationSteps;
  readonly rule: Rule;
}

/** The name of rows that no layer claims. */
export const BYTES = 'bytes';

/** What is known of rows, by their numbers. */
export interface RowFactsTable {
  get(row: number): RowFacts | undefined;
  set(row: number, facts: RowFacts): void;
}

/** Where the messages of one conversation go. */
export class MessageSink {
  readonly limits: Limits;
  readonly budget: Budget;
  readonly derived: DerivedRecords;
  /** Handshakes of the conversation. */
  readonly handshakes = { sessions: 0 };
  readonly #all: Totals;
  readonly #messages: MessageTable;
  readonly #facts: RowFactsTable;
  readonly #conversation: Conversation;
  readonly #brokenRule: Rule;
  readonly #order: Order | undefined;

  constructor(
    messages: MessageTable,
    conversation: Conversation,
    given: {
      limits: Limits;
      budget: Budget;
      derived: DerivedRecords;
      brokenRule: Rule;
      all: Totals;
      facts: RowFactsTable;
      order?: Order | undefined;
    },
  ) {
    this.#messages = messages;
    this.#facts = given.facts;
    this.#conversation = conversation;
    this.limits = given.limits;
    this.budget = given.budget;
    this.derived = given.derived;
    this.#brokenRule = given.brokenRule;
    this.#order = given.order;
    this.#all = given.all;
  }

  /** Whether another stream may be followed: limit `sessions` for all conversations of the protocol. */
  mayFollow(): boolean {
    return ++this.#all.streams <= this.limits.sessions;
  }

  /** Whether another handshake that no key opens may be kept: limit `openSessions` for all conversations of the protocol. */
  mayHandshake(): boolean {
    return ++this.#all.search.handshakes <= this.limits.openSessions;
  }

  /** What handshakes have together. */
  get search(): SearchTotals {
    return this.#all.search;
  }

  get held(): number {
    return this.#all.held;
  }

  set held(bytes: number) {
    this.#all.held = bytes;
  }

  /** A message of a layer: a row, or a layer of the row that carries its stage. */
  add(direction: Direction, layer: Layer, { values, pieces, bytes, ranges, carrier, tried, invalid }: TakenMessage): ReadMessage {
    const shown: RowFacts & Inside = tried === undefined ? { layer, pieces } : { layer, pieces, tried };
    const stepping = carrier === undefined ? this.#steppingOf(pieces) : undefined;
    if (stepping !== undefined) shown.stepping = stepping;
    const row = carrier ?? this.#row(direction, layer.nameOf(values), 'decoded', this.#isDerived(pieces), pieces, shown);
    if (carrier !== undefined) this.#addInside(carrier, shown);
    else if (stepping === undefined) this.#addStep(row, layer.nameOf(values), direction, shown);
    if (invalid !== undefined) this.find(this.#brokenRule, row, invalid);
    const facts = { shown, direction, frame: this.#messages.frame(row), row, pieces, bytes, ranges };
    return Object.assign(values, { $: facts }) as unknown as ReadMessage;
  }

  /** A message is a step of the conversation, where a machine of it is declared; one that the machine does not allow is a finding. */
  #addStep(row: number, name: string, direction: Direction, facts: RowFacts): void {
    const step = this.#order?.steps.take(name, direction, this.#messages.frame(row));
    if (step === undefined) return;
    facts.stepping = { step: () => step.step, compute: () => [] };
    if (step.problem !== undefined) this.find(this.#order!.rule, row, step.problem);
  }

  /** Limit `fields` for the messages inside of one row. */
  #addInside(carrier: number, message: Inside): void {
    const facts = this.facts(carrier);
    if (facts === undefined) return;
    facts.inside ??= [];
    if (facts.inside.length < this.limits.fields) facts.inside.push(message);
    else facts.unshown = (facts.unshown ?? 0) + 1;
  }

  /** Bytes that are no message of a layer, or not all of one. A sentence is a finding. */
  addBroken(
    direction: Direction,
    layer: Layer | undefined,
    { pieces, carrier }: Pick<TakenMessage, 'pieces' | 'carrier'>,
    state: 'malformed' | 'incomplete',
    text: string,
    name = layer?.names[0] ?? BYTES,
  ): void {
    let row = carrier;
    if (row === undefined) {
      const facts = { layer, ...(text === '' ? {} : { problem: text }) };
      row = this.#row(direction, name, state, this.#isDerived(pieces), pieces, facts);
    }
    if (text !== '') this.find(this.#brokenRule, row, text);
  }

  /** Bytes that no layer claims, and why, where that was not told yet. Those of a stage that a row carries are seen there. */
  addBytes(direction: Direction, { pieces, carrier }: Pick<TakenMessage, 'pieces' | 'carrier'>, why: string | undefined): void {
    const row = carrier ?? this.#row(direction, BYTES, 'decoded', this.#isDerived(pieces), pieces, { layer: undefined });
    if (why !== undefined) this.find(this.#brokenRule, row, why);
  }

  /**
   * An encrypted record that no messages inside are shown of: `missing` says which keys would decrypt it, `problem` that it cannot be
   * decrypted. With neither it was decrypted, and nothing is in it.
   */
  addRecord(
    direction: Direction,
    name: string,
    layer: Layer,
    pieces: readonly Piece[],
    why: {
      readonly missing?: readonly string[];
      readonly problem?: string;
      readonly tried?: Tried;
      readonly stepping?: Stepping;
    },
  ): number {
    const state = why.problem !== undefined ? 'malformed' : why.missing !== undefined ? 'encrypted' : 'decoded';
    const row = this.#row(direction, name, state, true, pieces, { layer, ...why });
    if (why.problem !== undefined) this.find(this.#brokenRule, row, why.problem);
    return row;
  }

  facts(row: number): RowFacts | undefined {
    return this.#facts.get(row);
  }

  /** How a row travelled and what was decrypted of it, once that is known. */
  setState(row: number, state: State, encrypted: boolean): void {
    this.#messages.setState(row, state);
    this.#messages.setEncrypted(row, encrypted);
  }

  /** A row that was read turns out to be broken: the sentence is a finding, once. */
  setBroken(row: number, why: string, encrypted: boolean): void {
    if (this.#messages.state(row) !== 'malformed') this.find(this.#brokenRule, row, why);
    this.setState(row, 'malformed', encrypted);
  }

  /** A row is encrypted, and what is missing to decrypt it, a sentence each. */
  seal(row: number, missing: readonly string[], tried?: Tried): void {
    const facts = this.facts(row);
    if (facts === undefined) return;
    facts.missing = missing;
    facts.tried = tried;
    this.setState(row, 'encrypted', true);
  }

  /** What a row carries is no message of its layer. */
  findBroken(row: number, text: string): void {
    this.find(this.#brokenRule, row, text);
  }

  setPartEncrypted(row: number, rest: 'clear' | 'decrypted'): void {
    this.#messages.setPartEncrypted(row, rest);
  }

  find(rule: Rule, row: number, text: string, others: readonly number[] = []): void {
    this.#messages.addFinding(row, rule, text, others);
  }

  /** That of the record that completes the message. */
  #steppingOf(pieces: readonly Piece[]): Stepping | undefined {
    const record = this.derived.get(pieces.at(-1)?.frame ?? 0);
    return record === undefined ? undefined : (record as Partial<SteppedRecord>).stepping;
  }

  #isDerived(pieces: readonly Piece[]): boolean {
    return pieces.some(({ frame }) => this.derived.get(frame) !== undefined);
  }

  #row(direction: Direction, name: string, state: State, encrypted: boolean, pieces: readonly Piece[], facts: RowFacts): number {
    const frames = this.derived.framesOf(pieces);
    const row = this.#messages.add({
      conversation: this.#conversation.id,
      ...{ direction, state, encrypted, pieces },
      frame: frames.at(-1)!,
      // A layer of a protocol that the payload was handed over to.
      name: this.#messages.nameNumber(name, BYTES),
    });
    this.#facts.set(row, facts);
    return row;
  }
}
