import type { Piece } from '../bytes/index.ts';
import { defaultLimits, type Limits } from '../bytes/index.ts';
import type { CarriedMessage } from './carriedhooks.ts';
import type { Direction } from './conversation.ts';
import type { Decrypted, Finding, Rule, State } from './finding.ts';
import { PieceTable } from './piecetable.ts';

const states: readonly State[] = ['decoded', 'encrypted', 'malformed', 'incomplete'];
const encryptedFlag = 4;
const directionFlag = 8;
const partFlag = 16;
const partlyFlag = 32;

export interface MessageRecord {
  readonly conversation: number;
  readonly direction: Direction;
  /** 1-based frame that completed it. */
  readonly frame: number;
  /** Index into the table's `names`. */
  readonly name: number;
  readonly state: State;
  readonly encrypted: boolean;
  /** Where its bytes lie, when that is not just the payload of `frame`. */
  readonly pieces?: readonly Piece[];
}

/** Messages of one chunk: a power of two, so that a message is found by shift and mask. */
const chunkBits = 14;
const chunkSize = 1 << chunkBits;
const chunkMask = chunkSize - 1;

/** The first ones of a table: that of a link of a relay often stays small. */
const leastSize = 64;

class Chunk {
  frame: Uint32Array<ArrayBuffer>;
  conversation: Uint32Array<ArrayBuffer>;
  /** Index into `sessions` plus one; 0 for none. */
  session: Uint32Array<ArrayBuffer>;
  name: Uint8Array<ArrayBuffer>;
  flags: Uint8Array<ArrayBuffer>;

  constructor(size: number) {
    this.frame = new Uint32Array(size);
    this.conversation = new Uint32Array(size);
    this.session = new Uint32Array(size);
    this.name = new Uint8Array(size);
    this.flags = new Uint8Array(size);
  }

  get size(): number {
    return this.frame.length;
  }

  /** As many messages more. */
  grow(): void {
    const larger = new Chunk(this.size * 2);
    for (const column of ['frame', 'conversation', 'session', 'name', 'flags'] as const) larger[column].set(this[column]);
    Object.assign(this, larger);
  }
}

/**
 * The messages of one protocol in one capture, in columns: 14 bytes each, since an object each would cost a hundred. What few
 * messages have (pieces, facts, findings) is kept aside by number. Numbers are places in the order of observation.
 *
 * Throws a TypeError for a state, direction, name, frame or conversation that there cannot be: in columns it would become
 * another one in silence, and a protocol written in JavaScript has no compiler that would have told.
 */
export class MessageTable<Facts = unknown, Session = unknown> {
  readonly sessions: Session[] = [];
  readonly facts = new Map<number, Facts>();
  /** Messages of another protocol, in a stream that messages of this one carry. */
  readonly carried = new Map<number, CarriedMessage>();
  readonly findings = new Map<number, Finding[]>();
  readonly pieces = new PieceTable();
  /** Message names by the number that the table keeps; a name from the wire is added as it comes. */
  readonly names: string[];
  findingCount = 0;
  /** Findings about an order that the frames seen so far leave open. */
  #doubtful: { id: number; rule: Rule; text: string; others: readonly number[] }[] = [];
  /** Findings that were over a limit. */
  untoldCount = 0;
  /** Messages whose state is `encrypted`. */
  encryptedCount = 0;
  #length = 0;
  /** Places of the sessions, so far as they were asked for. */
  readonly #places = new Map<Session, number>();
  #placed = 0;
  readonly #chunks: Chunk[] = [];
  readonly #limits: Limits;
  readonly #isOrderKnown: (frame: number) => boolean;

  /** `isOrderKnown`: whether the capture tells when a frame (1-based) was among its neighbours. */
  constructor(names: readonly string[] = [], limits: Limits = defaultLimits, isOrderKnown = (_frame: number): boolean => true) {
    this.#isOrderKnown = isOrderKnown;
    this.#limits = limits;
    this.names = [...names];
  }

  get length(): number {
    return this.#length;
  }

  add({ conversation, direction, frame, name, state, encrypted, pieces }: MessageRecord): number {
    if (direction !== 0 && direction !== 1) wrong('direction', direction, '0 or 1');
    if (!isNatural(frame)) wrong('frame', frame, 'the number of a frame');
    if (!isNatural(conversation)) wrong('conversation', conversation, 'the id of the conversation');
    const flags = stateNumber(state) | (encrypted ? encryptedFlag : 0) | (direction === 1 ? directionFlag : 0);
    this.#checkName(name);
    const id = this.#length++;
    const at = id & chunkMask;
    if (at === 0) this.#chunks.push(new Chunk(id === 0 ? leastSize : chunkSize));
    const chunk = this.#chunk(id);
    if (at === chunk.size) chunk.grow();
    chunk.frame[at] = frame;
    chunk.conversation[at] = conversation;
    chunk.name[at] = name;
    chunk.flags[at] = flags;
    if (state === 'encrypted') this.encryptedCount++;
    // No bytes at all is not the same as the payload of the frame.
    if (pieces !== undefined) this.pieces.add(id, pieces.length === 0 ? [{ frame, offset: 0, length: 0 }] : pieces);
    return id;
  }

  /** The number of a name; of `other` once the table has met 256 names. */
  nameNumber(name: string, other: string): number {
    const known = this.names.indexOf(name);
    if (known >= 0) return known;
    return this.names.length < 256 ? this.names.push(name) - 1 : this.names.indexOf(other);
  }

  frame(id: number): number {
    return this.#chunk(id).frame[id & chunkMask]!;
  }

  conversation(id: number): number {
    return this.#chunk(id).conversation[id & chunkMask]!;
  }

  name(id: number): number {
    return this.#chunk(id).name[id & chunkMask]!;
  }

  /** A name can become known later: what a frame says, once a key is proven. */
  setName(id: number, name: number): void {
    this.#checkName(name);
    this.#chunk(id).name[id & chunkMask] = name;
  }

  state(id: number): State {
    return states[this.#flags(id) & 3]!;
  }

  /** A state can become known later: a hello is malformed once another one has proven the key. */
  setState(id: number, state: State): void {
    const flags = (this.#flags(id) & ~3) | stateNumber(state);
    this.encryptedCount += Number(state === 'encrypted') - Number(this.state(id) === 'encrypted');
    this.#chunk(id).flags[id & chunkMask] = flags;
  }

  setEncrypted(id: number, encrypted = true): void {
    const flags = this.#flags(id);
    this.#chunk(id).flags[id & chunkMask] = encrypted ? flags | encryptedFlag : flags & ~encryptedFlag;
  }

  /**
   * A part of the message is still encrypted: its state becomes `encrypted`, and its tree shows the rest, which travelled in clear
   * or was decrypted.
   */
  setPartEncrypted(id: number, rest: 'clear' | 'decrypted'): void {
    this.setState(id, 'encrypted');
    this.setEncrypted(id);
    this.#chunk(id).flags[id & chunkMask] = this.#flags(id) | partFlag | (rest === 'decrypted' ? partlyFlag : 0);
  }

  /** Of a message in the state `encrypted`: that is only a part of it, and the rest could be read. */
  isPartEncrypted(id: number): boolean {
    return this.state(id) === 'encrypted' && (this.#flags(id) & partFlag) !== 0;
  }

  /** False too for what is malformed or incomplete: whether a key would have decrypted it nobody can tell. */
  decrypted(id: number): Decrypted {
    if (!this.encrypted(id)) return false;
    const state = this.state(id);
    if (state !== 'encrypted') return state === 'decoded';
    return (this.#flags(id) & partlyFlag) !== 0 && 'partly';
  }

  encrypted(id: number): boolean {
    return (this.#flags(id) & encryptedFlag) !== 0;
  }

  direction(id: number): Direction {
    return (this.#flags(id) & directionFlag) === 0 ? 0 : 1;
  }

  session(id: number): Session | undefined {
    const number = this.#chunk(id).session[id & chunkMask]!;
    return number === 0 ? undefined : this.sessions[number - 1];
  }

  /**
   * The session that a message belongs to: the session itself, or its place in `sessions`. One that is not among them is added, up to the
   * limit `sessions`; beyond it the message has none. Throws a TypeError for a place where no session is: its number would be that of
   * another one later, in silence.
   */
  setSession(id: number, session: Session | number): void {
    const place = typeof session === 'number' ? session : this.#placeOf(session);
    if (place === undefined) return;
    if (!isNatural(place) || place >= this.sessions.length) wrong('session', place, `a session, or its place in "sessions"`);
    this.#chunk(id).session[id & chunkMask] = place + 1;
  }

  #placeOf(session: Session): number | undefined {
    for (; this.#placed < this.sessions.length; this.#placed++) this.#places.set(this.sessions[this.#placed]!, this.#placed);
    const known = this.#places.get(session);
    if (known !== undefined || this.sessions.length >= this.#limits.sessions) return known;
    return this.sessions.push(session) - 1;
  }

  /**
   * Frames that a finding concerns: the message's own first, then `others`. Limits `findings` and `findingsPerMessage`. A rule about
   * order says nothing of frames whose order the capture does not tell.
   */
  addFinding(id: number, rule: Rule, text: string, others: readonly number[] = []): void {
    if (rule.isAboutOrder === true && ![this.frame(id), ...others].every(this.#isOrderKnown)) {
      if (this.#doubtful.length < this.#limits.findings) this.#doubtful.push({ id, rule, text, others });
      return;
    }
    const kept = this.findings.get(id) ?? [];
    if (this.findingCount >= this.#limits.findings || kept.length >= this.#limits.findingsPerMessage) {
      this.untoldCount++;
      return;
    }
    this.findingCount++;
    const frames = [...new Set([this.frame(id), ...others])];
    kept.push({ rule: rule.id, severity: rule.severity, text, clause: rule.clause, frames });
    this.findings.set(id, kept);
  }

  /** The capture has ended: which frames have a time of their own is known, and findings that waited for that are added or dropped. */
  settleOrder(): void {
    const waiting = this.#doubtful;
    this.#doubtful = [];
    for (const { id, rule, text, others } of waiting) this.addFinding(id, rule, text, others);
    this.#doubtful = [];
  }

  /** The name of `addFinding` before 0.2: modules that were written for it still call it. */
  find(...finding: Parameters<MessageTable['addFinding']>): void {
    this.addFinding(...finding);
  }

  #checkName(name: number): void {
    if (!isNatural(name) || name >= this.names.length)
      wrong('name', name, `a place in the list of names, 0 to ${this.names.length - 1}`);
  }

  #chunk(id: number): Chunk {
    return this.#chunks[id >>> chunkBits]!;
  }

  #flags(id: number): number {
    return this.#chunk(id).flags[id & chunkMask]!;
  }
}

function stateNumber(state: State): number {
  const number = states.indexOf(state);
  return number < 0 ? wrong('state', state, states.join(', ')) : number;
}

function isNatural(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

function wrong(what: string, given: unknown, expected: string): never {
  throw new TypeError(`The ${what} of a message is ${expected}, not ${JSON.stringify(given)}.`);
}
