import type { Budget, Limits, Piece, Source } from '../bytes/index.ts';
import {
  type Choices,
  type Conversation,
  type ConversationObserver,
  DerivedRecords,
  DissectorTables,
  isDerived,
  type KeyRing,
  MessageTable,
  type MessageView,
  type Observer,
  type PlacedBytes,
  type Protocol,
  StreamBuffer,
  Verifications,
} from '../protocol/index.ts';
import type { Clear } from './clear.ts';
import { rangeIn } from './piecerange.ts';
import { type SealedRecord, SealedUnit } from './sealedunit.ts';
import type { Unit, UnitMessage, Way } from './units.ts';

export interface ObservedParts {
  readonly protocol: Protocol;
  readonly protocols: readonly Protocol[];
  readonly keys: KeyRing;
  readonly choices: Choices;
  readonly limits: Limits;
  /** Of the relay as a whole. */
  readonly budget: Budget;
  readonly conversation: Conversation;
}

/** Where one arrival of a stream lies in it. */
interface Arrival {
  readonly frame: number;
  readonly start: number;
}

/** Where a sealed record lies in the stream of its way. */
interface PlacedRecord {
  readonly name: number;
  readonly start: number;
  readonly end: number;
}

/** The bytes of one way of a stream, as they are cut into units. */
class Cutting {
  readonly buffer = new StreamBuffer();
  /** The arrivals that hold bytes from `cursor` on, and the last of those before. */
  arrivals: Arrival[] = [];
  /** Bytes that have come, and those of them that stand in a unit. */
  length = 0;
  cursor = 0;
  /** Sealed records that stand in no unit yet. */
  records: PlacedRecord[] = [];
  /** Bytes that came and stand in no unit yet: the beginning of a message. */
  readonly pending = new StreamBuffer();
  isOver = false;
}

/**
 * One link of a relay as its protocol sees it: the protocol's own first pass, fed with what comes while it comes, tells where
 * messages end, what they are called and, with keys, what is in them. What it does not understand is a unit without messages.
 */
export class ObservedLink {
  readonly #parts: ObservedParts;
  readonly #messages: MessageTable;
  readonly #derived: DerivedRecords;
  readonly #observer: Observer;
  readonly #conversation: ConversationObserver;
  readonly #ways = [new Cutting(), new Cutting()] as const;
  /** Seconds since 1970 of each arrival. */
  readonly #times: number[] = [];

  constructor(parts: ObservedParts) {
    const { protocol, protocols, keys, choices, limits, budget, conversation } = parts;
    this.#parts = parts;
    this.#messages = new MessageTable(protocol.names, limits);
    this.#derived = new DerivedRecords(limits);
    this.#observer = protocol.observe({
      ...{ keys, choices, limits, budget, messages: this.#messages, derived: this.#derived },
      tables: new DissectorTables(protocols),
      verifications: new Verifications(limits),
      pays: () => {},
      time: (frame) => this.#times[frame - 1] ?? Number.NaN,
      place: (frame) => frame,
    });
    this.#conversation = this.#observer.conversation(conversation);
  }

  /** Arrivals so far: what its facts take of memory grows with them. */
  get arrivals(): number {
    return this.#times.length;
  }

  /** Some message is sealed and not open, or bytes wait for what opens them: a key that comes later may change that. */
  get hasClosed(): boolean {
    return this.#messages.encryptedCount > 0 || this.#ways.some(({ pending }) => pending.length > 0);
  }

  /** Bytes of both ways that wait for the end of a message. */
  get pendingBytes(): number {
    return this.#ways[0].pending.length + this.#ways[1].pending.length;
  }

  /** Bytes of a way that stand in no unit yet: the beginning of a message that is not whole. */
  pending(way: Way): Uint8Array {
    return this.#ways[way].pending.bytes;
  }

  /** A datagram that has gone on. Throws what the protocol throws. */
  passed(way: Way, bytes: Uint8Array, seconds: number): number {
    const frame = this.#times.push(seconds);
    this.#conversation.datagram?.(way, bytes, frame, 0, undefined, 0);
    return frame;
  }

  /** A datagram: one unit. Throws what the protocol throws. */
  datagram(way: Way, bytes: Uint8Array, seconds: number): Unit {
    const first = this.#messages.length;
    const frame = this.passed(way, bytes, seconds);
    const messages: UnitMessage[] = [];
    const added = this.#added(first).filter((id) => this.#messages.frame(id) === frame && this.#messages.direction(id) === way);
    for (const id of added) messages.push(this.#message(id, bytes, this.#isAlone(id, frame, bytes.length, added.length)));
    return { way, bytes, messages, place: frame };
  }

  /** More bytes of a stream: the units that they complete, on whichever way. Throws what the protocol throws. */
  stream(way: Way, bytes: Uint8Array, seconds: number): readonly Unit[] {
    const cutting = this.#ways[way];
    const frame = this.#times.push(seconds);
    cutting.arrivals.push({ frame, start: cutting.length });
    cutting.length += bytes.length;
    cutting.pending.append(bytes, frame, 0);
    if (cutting.isOver) return this.#rest(way);
    const first = this.#messages.length;
    const known = this.#derived.length;
    cutting.buffer.append(bytes, frame, 0);
    this.#conversation.stream?.(way, cutting.buffer, frame, false);
    for (const name of this.#derived.namesFrom(known)) this.#placeRecord(name);
    const units = this.#cut(first);
    if (cutting.pending.length <= this.#parts.limits.pendingStream) return units;
    // Nothing takes that much: the rest of this way is not looked at.
    this.#over(way, 'limit');
    return [...units, ...this.#rest(way)];
  }

  /** A way of a stream has ended: what stands in no unit yet. */
  ended(way: Way, abrupt: boolean): readonly Unit[] {
    const first = this.#messages.length;
    this.#over(way, abrupt ? 'rst' : 'fin');
    return [...this.#cut(first), ...this.#rest(way)];
  }

  #over(way: Way, why: 'fin' | 'rst' | 'limit'): void {
    const cutting = this.#ways[way];
    if (cutting.isOver) return;
    cutting.isOver = true;
    this.#conversation.stream?.(way, cutting.buffer, this.#times.length, true, why);
  }

  #rest(way: Way): readonly Unit[] {
    const cutting = this.#ways[way];
    const bytes = cutting.pending.bytes.slice();
    cutting.pending.take(bytes.length);
    cutting.cursor = cutting.length;
    cutting.arrivals = [];
    cutting.records = [];
    return bytes.length === 0 ? [] : [{ way, bytes, messages: [] }];
  }

  #added(first: number): number[] {
    return Array.from({ length: this.#messages.length - first }, (_, at) => first + at);
  }

  /** Units that the messages from `first` on end. Several messages that end at one place, those in a sealed record say, are of one unit. */
  #cut(first: number): Unit[] {
    const units: Unit[] = [];
    const ends = new Map<Way, Map<number, number[]>>();
    for (const id of this.#added(first)) {
      const way = this.#messages.direction(id);
      const end = this.#endOf(way, this.#messages.pieces.get(id) ?? []);
      if (end === undefined || end <= this.#ways[way].cursor) continue;
      const ofWay = ends.get(way) ?? new Map<number, number[]>();
      ofWay.set(end, [...(ofWay.get(end) ?? []), id]);
      ends.set(way, ofWay);
    }
    for (const [way, ofWay] of ends)
      for (const [end, ids] of [...ofWay].sort(([a], [b]) => a - b)) units.push(this.#unit(way, end, ids));
    return units;
  }

  #unit(way: Way, end: number, ids: readonly number[]): Unit {
    const cutting = this.#ways[way];
    const length = end - cutting.cursor;
    const bytes = cutting.pending.bytes.slice(0, length);
    const pieces = ids.length === 1 ? (this.#messages.pieces.get(ids[0]!) ?? []) : [];
    const own = sum(pieces);
    const isAlone = ids.length === 1 && pieces.every(({ frame }) => !isDerived(frame)) && own <= length;
    const sealed = this.#sealedIn(cutting, bytes, end);
    cutting.pending.take(length);
    cutting.cursor = end;
    const kept = cutting.arrivals.findLastIndex(({ start }) => start <= end);
    cutting.arrivals.splice(0, kept);
    const messages = ids.map((id) => this.#message(id, bytes, isAlone, length - own));
    return { way, bytes, messages, place: end, ...(sealed === undefined ? {} : { sealed }) };
  }

  /** A record that lies in the stream itself, not in another record. */
  #placeRecord(name: number): void {
    const { pieces = [], sealed } = this.#derived.get(name) ?? {};
    const [first, last] = [pieces[0], pieces.at(-1)];
    if (sealed === undefined || first === undefined || last === undefined) return;
    for (const { arrivals, records } of this.#ways) {
      const [from, to] = [find(arrivals, first.frame), find(arrivals, last.frame)];
      if (from !== undefined && to !== undefined)
        records.push({ name, start: from.start + first.offset, end: to.start + last.offset + last.length });
    }
  }

  /** The records that a unit consists of, where it consists of nothing else; they are let go. */
  #sealedIn(cutting: Cutting, bytes: Uint8Array, end: number): SealedUnit | undefined {
    const { cursor, records: all } = cutting;
    let count = 0;
    while (count < all.length && all[count]!.end <= end) count++;
    if (count === 0) return undefined;
    const own = all.splice(0, count);
    const first = this.#derived.get(own[0]!.name)?.sealed;
    const isWhole = own.every(({ start }, at) => start === (own[at - 1]?.end ?? cursor)) && own.at(-1)!.end === end;
    if (first === undefined || !isWhole) return undefined;
    const records = own.map(
      ({ name, start, end: stop }): SealedRecord => ({ name, bytes: bytes.subarray(start - cursor, stop - cursor) }),
    );
    return new SealedUnit(first.cipher, first.number, records);
  }

  /** Where in the stream the last of these pieces ends, through all records; undefined where that is before the units to come. */
  #endOf(way: Way, pieces: readonly Piece[]): number | undefined {
    const { arrivals } = this.#ways[way];
    let last: number | undefined;
    const open = [...pieces];
    for (let piece = open.pop(); piece !== undefined; piece = open.pop()) {
      if (isDerived(piece.frame)) {
        open.push(...(this.#derived.get(piece.frame)?.pieces ?? []));
        continue;
      }
      const { frame, offset, length } = piece;
      const arrival = find(arrivals, frame);
      if (arrival !== undefined) last = Math.max(last ?? 0, arrival.start + offset + length);
    }
    return last;
  }

  #isAlone(id: number, frame: number, length: number, count: number): boolean {
    const pieces = this.#messages.pieces.get(id);
    return count === 1 && (pieces === undefined || (pieces.every((each) => each.frame === frame) && sum(pieces) === length));
  }

  /** It begins at `start`, behind what frames it. */
  #message(id: number, bytes: Uint8Array, isAlone: boolean, start = 0): UnitMessage {
    const messages = this.#messages;
    const name = messages.names[messages.name(id)]!;
    const isClosed = messages.state(id) === 'encrypted';
    const isOwn = isAlone && !messages.carried.has(id);
    const view = () => (isOwn ? this.#view(id, name, { bytes, start, end: bytes.length }) : undefined);
    const pieces = messages.pieces.get(id);
    if (pieces?.some(({ frame }) => isDerived(frame)) !== true) return { name, isClosed, view };
    return { name, isClosed, view, inside: { pieces, view: (clear) => this.#viewInside(id, name, clear, pieces) } };
  }

  /** A message as it stands in what sealed records hold. */
  #viewInside(id: number, name: string, clear: Clear, pieces: readonly Piece[]): MessageView | undefined {
    const range = this.#messages.carried.has(id) ? undefined : rangeIn(clear.pieces, pieces);
    // Its own bytes are in clear there.
    return range && { ...this.#view(id, name, { bytes: clear.bytes, start: range[0], end: range[1] }), encrypted: false };
  }

  /** Only its own bytes are there: what lies elsewhere in the link is gone. */
  #view(id: number, name: string, { bytes, start, end }: Pick<MessageView, 'bytes' | 'start' | 'end'>): MessageView {
    const messages = this.#messages;
    const { conversation, limits, choices, budget } = this.#parts;
    const sources: Source[] = [];
    return {
      ...{ name, conversation, limits, choices, budget, bytes, source: 0, start, end },
      direction: messages.direction(id),
      state: messages.state(id),
      encrypted: messages.encrypted(id),
      frame: messages.frame(id),
      facts: messages.facts.get(id),
      session: messages.session(id),
      derive: (title, derived, origin) => {
        const source = { id: sources.length + 1, name: title, bytes: derived, origin };
        sources.push(source);
        return source;
      },
      place: (pieces) => this.#placed(messages.pieces.get(id) ?? [], { bytes, start, end }, pieces),
    };
  }

  /** Bytes that lie in a message, be it in what is sealed inside of it; none where they lie elsewhere. */
  #placed(own: readonly Piece[], at: Pick<PlacedBytes, 'bytes' | 'start' | 'end'>, pieces: readonly Piece[]): PlacedBytes {
    const range = rangeIn(own, pieces);
    if (range !== undefined) return { bytes: at.bytes, source: 0, start: at.start + range[0], end: at.start + range[1] };
    const [first, another] = pieces;
    const record = first && another === undefined && isDerived(first.frame) ? this.#derived.get(first.frame) : undefined;
    if (first === undefined || record === undefined) return nowhere;
    const sealed = this.#placed(own, at, record.pieces);
    const bytes = record.open(sealed.bytes.subarray(sealed.start, sealed.end));
    return { bytes, source: 0, start: first.offset, end: Math.min(bytes.length, first.offset + first.length) };
  }
}

const nowhere: PlacedBytes = { bytes: new Uint8Array(0), source: 0, start: 0, end: 0 };

/** The arrival of a frame, by halves: there may be as many as bytes. */
function find(arrivals: readonly Arrival[], frame: number): Arrival | undefined {
  let [low, high] = [0, arrivals.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (arrivals[middle]!.frame < frame) low = middle + 1;
    else high = middle;
  }
  return arrivals[low]?.frame === frame ? arrivals[low] : undefined;
}

function sum(pieces: readonly Piece[]): number {
  return pieces.reduce((all, { length }) => all + length, 0);
}
