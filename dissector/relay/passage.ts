import { equalBytes } from '../bytes/index.ts';
import type { Encodable, FieldValues } from '../codec/index.ts';
import { orUndefined } from '../crypto/index.ts';
import type { Corruption, KeyRing, Protocol } from '../protocol/index.ts';
import {
  at,
  bitFlipped,
  type Fault,
  type FaultKind,
  type NodeLimits,
  pieces,
  replaced,
  spoiledBytes,
} from '../testnode/index.ts';
import { type Editable, editable } from './editing.ts';
import type { RelayFaults } from './faults.ts';
import { faultsOn } from './faultson.ts';
import { RecordWay } from './recordway.ts';
import { RunningWay } from './runningway.ts';
import { type Arrived, type Place, plainPlace, type SealedWay } from './sealedway.ts';
import { isTorn } from './torn.ts';
import type { Unit, Way } from './units.ts';

export interface PassageParts {
  readonly way: Way;
  readonly protocol: Protocol;
  readonly transport: 'udp' | 'tcp';
  readonly keys: KeyRing;
  readonly faults: RelayFaults;
  readonly limits: NodeLimits;
  /** Its messages wait for a person. */
  holds(): boolean;
  write(bytes: Uint8Array, note: string | undefined): void;
  told(text: string, grave: boolean): void;
  /** A number that no other held message of the relay has. */
  takeId(): number;
  /** Calls `go` after so many milliseconds. */
  after(milliseconds: number, go: () => void): void;
  /** Something else waits now. */
  changed(): void;
  /** A datagram is left out because too much waits. */
  dropped(): void;
}

/** A unit that waits for a person. */
export interface HeldUnit extends Arrived {
  readonly id: number;
  readonly way: Way;
  readonly message: string | undefined;
  /** Its values, or why they cannot be changed. */
  readonly edit: Editable | string;
  /** What a person has made of it: bytes, of these values where they are known. */
  readonly edited?: Made;
}

/** A unit on its way, held or not. */
type Going = Arrived & Pick<HeldUnit, 'edited'>;

/** What goes on in the place of a message that came. */
interface Made {
  readonly values: FieldValues | undefined;
  /** For the place where it came. */
  readonly bytes: Uint8Array;
  /** Before it is sealed, where the cipher of the way has a state. */
  readonly clear?: Uint8Array;
  readonly spoiling?: Corruption;
}

/** Bytes on their way out, and what was done to them. */
interface Ready {
  readonly bytes: Uint8Array;
  readonly note: string | undefined;
}

const REORDER_MS = 1000;
const DELAY_MS = 1000;
/** Faults that change values, or the key: they need a message that can be read and written. */
const ofValues: readonly FaultKind[] = ['wrong-signature', 'wrong-key', 'stale-nonce'];

/** One way of one link: what a person changes and what faults spoil lies between a unit that came and the bytes that go on. */
export class Passage {
  readonly #parts: PassageParts;
  #held: readonly HeldUnit[] = [];
  /** Bytes that wait for their time, and how often something does. */
  #delayed = 0;
  #delayedBytes = 0;
  #heldBytes = 0;
  /** Written after, or together with, the unit that comes next. */
  #behind: readonly Ready[] = [];
  #before: readonly Ready[] = [];
  /** The last bytes and values of each message, by name, for "replay" and "stale-nonce". */
  readonly #last = new Map<string, readonly { readonly bytes: Uint8Array; readonly values: FieldValues | undefined }[]>();
  #isOver = false;
  /** Of a stream: its cipher may have a state. */
  readonly #sealed: SealedWay | undefined;

  constructor(parts: PassageParts) {
    this.#parts = parts;
    const { protocol, transport, way } = parts;
    const { runningCipher } = protocol;
    const stream = (): SealedWay =>
      runningCipher === undefined ? new RecordWay(way) : new RunningWay((view) => orUndefined(() => runningCipher(view)));
    this.#sealed = transport === 'tcp' ? stream() : undefined;
  }

  get held(): readonly HeldUnit[] {
    return this.#held;
  }

  /** Nothing comes any more: the beginning of a message, or of a record, goes on once all before it has. */
  streamEnded(): void {
    if (this.#held.length === 0) this.#letKeptGo();
    this.flush();
    const rest = this.isEmpty ? this.#sealed?.rest() : undefined;
    if (rest !== undefined && rest.length > 0) this.#write({ bytes: rest, note: undefined });
  }

  /** Nothing waits. */
  get isEmpty(): boolean {
    return this.#held.length + this.#delayed + this.#behind.length + this.#before.length === 0 && this.#sealed?.keeps !== true;
  }

  /** Whatever comes goes on as it is: nobody has to know where its messages end. */
  get isPlain(): boolean {
    return !this.#parts.faults.hasAny && !this.#parts.holds() && this.isEmpty;
  }

  /** As much waits as may: a stream is not read until less does, and datagrams are left out. Let go at once, it fits what a link may have unwritten. */
  get isFull(): boolean {
    const { heldMessages, unwrittenBytes } = this.#parts.limits;
    return this.#held.length + this.#delayed >= heldMessages || this.#heldBytes + this.#delayedBytes >= unwrittenBytes / 2;
  }

  /** Bytes as they came; behind an edit, under the cipher of the way. */
  raw(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#sealed === undefined) return void this.#write({ bytes, note: undefined });
    const { from } = this.#came({ way: this.#parts.way, bytes, messages: [] });
    const again = this.#orAsItCame(
      () => from.again(),
      () => from.other(bytes),
    );
    if (again.length > 0) this.#write({ bytes: again, note: undefined });
  }

  pass(unit: Unit): void {
    if (this.isFull && this.#parts.transport === 'udp') return void this.#parts.dropped();
    if (!this.#parts.holds()) {
      this.#letKeptGo();
      return void this.#goAnyhow(this.#came(unit), []);
    }
    const apart = this.#sealed?.apart(unit) ?? [this.#came(unit)];
    const all = apart.map((arrived) => ({ ...this.#readable(arrived.unit), ...arrived }));
    for (const each of all) this.#heldBytes += each.unit.bytes.length;
    this.#held = [...this.#held, ...all.map((each) => ({ id: this.#parts.takeId(), way: unit.way, ...each }))];
    this.#parts.changed();
  }

  #came(unit: Unit): Arrived {
    return this.#sealed?.came(unit) ?? { unit, from: plainPlace(unit.bytes) };
  }

  /** Nobody decides on what follows: the beginning of a message goes on, and its rest as it comes. */
  #letKeptGo(): void {
    for (const each of this.#sealed?.kept() ?? []) this.#goAnyhow(each, []);
  }

  /**
   * Keys came: what is held and could not be read may be read now. `units` are all of this way, read again: a message may lie in several
   * that were held each by itself.
   */
  reread(units: readonly Unit[]): void {
    const byPlace = new Map(units.map((unit) => [unit.place, unit]));
    const all: HeldUnit[] = [];
    for (let at = 0; at < this.#held.length; ) {
      const first = this.#held[at]!;
      const count = this.#readTogether(at, byPlace);
      const last = this.#held[at + count - 1];
      const unit = last && byPlace.get(last.unit.place);
      all.push(unit === undefined ? first : this.#readAgain(first, unit));
      at += Math.max(1, count);
    }
    this.#held = all;
    this.#parts.changed();
  }

  #readAgain(held: HeldUnit, unit: Unit): HeldUnit {
    const arrived = this.#sealed?.reread(unit, held.from) ?? { unit, from: held.from };
    return { ...held, ...this.#readable(arrived.unit), ...arrived };
  }

  /** How many of those that are held, from one on, one unit has become; 0 where they are what they were. */
  #readTogether(from: number, units: ReadonlyMap<number | undefined, Unit>): number {
    let length = 0;
    for (let at = from; at < this.#held.length; at++) {
      const { edit, edited, unit } = this.#held[at]!;
      if (typeof edit !== 'string' || edited !== undefined || unit.place === undefined) return 0;
      length += unit.bytes.length;
      const again = units.get(unit.place);
      if (again !== undefined) return again.bytes.length === length ? at - from + 1 : 0;
    }
    return 0;
  }

  /** Keys came that its first pass does not ask for: what is held is read with them, where nobody has edited it yet. */
  keysCame(): void {
    if (this.#parts.protocol.editing === undefined || this.#held.length === 0) return;
    this.#held = this.#held.map((held) => (held.edited === undefined ? { ...held, ...this.#readable(held.unit) } : held));
    this.#parts.changed();
  }

  #readable(unit: Unit): Pick<HeldUnit, 'message' | 'edit'> {
    const [first] = unit.messages;
    const message = unit.messages.length === 0 ? undefined : unit.messages.map(({ name }) => name).join(', ');
    return { message, edit: unit.messages.length === 1 ? this.#editable(unit) : this.#whyNot(first?.name) };
  }

  /**
   * Lets a held unit go, with other values or bytes where they were edited; false where it is not held here. Throws an Error when it
   * cannot be made of them: then it stays held.
   */
  release(
    id: number,
    edited: { readonly values?: FieldValues; readonly bytes?: Uint8Array; readonly times?: number } = {},
  ): boolean {
    const held = this.#held.find((each) => each.id === id);
    if (held === undefined) return false;
    const { times = 1 } = edited;
    const made = editOf(held, edited) ?? held.edited;
    const notes = editNotes(held, made);
    if (times > 1) notes.push(`sent ${times} times by hand`);
    if (times > 1) whole(held);
    const go = this.#prepared(held, made, notes, times);
    this.#remove(held);
    this.#remark(held, made);
    go();
    this.#parts.changed();
    return true;
  }

  /** False where it is not held here. Throws an Error when it cannot be made: then it stays as it was. */
  replace(id: number, edited: { readonly values?: FieldValues; readonly bytes?: Uint8Array }): boolean {
    const held = this.#held.find((each) => each.id === id);
    if (held === undefined) return false;
    const made = editOf(held, edited);
    if (made !== undefined) this.#held = this.#held.map((each) => (each === held ? { ...held, edited: made } : each));
    this.#parts.changed();
    return true;
  }

  releaseAll(): void {
    for (const held of this.#held) {
      this.#remove(held);
      this.#remark(held, held.edited);
      this.#goAnyhow(held, editNotes(held, held.edited));
      this.#parts.changed();
    }
    this.#letKeptGo();
  }

  /** Throws an Error for a part of a message, without which nothing behind it could be read. */
  drop(id: number): boolean {
    const held = this.#held.find((each) => each.id === id);
    if (held === undefined) return false;
    whole(held);
    this.#remove(held);
    this.#parts.told(`Not passed on, dropped by hand: ${held.message ?? `${held.unit.bytes.length} bytes`}.`, true);
    this.#parts.changed();
    return true;
  }

  /** What is held goes nowhere. */
  dropAll(): void {
    for (const held of this.#held) this.#remove(held);
    this.#parts.changed();
  }

  /** Throws an Error for a part of a message, whose rest would overtake it. */
  delay(id: number, milliseconds: number): boolean {
    const held = this.#held.find((each) => each.id === id);
    if (held === undefined) return false;
    whole(held);
    this.#remove(held);
    const { edited, unit } = held;
    this.#remark(held, edited);
    const notes = [...editNotes(held, edited), `${held.message ?? 'bytes'} delayed by ${milliseconds} ms by hand`];
    this.#wait((edited ?? unit).bytes.length, milliseconds, () => this.#goAnyhow(held, notes));
    this.#parts.changed();
    return true;
  }

  /** Writes what was kept back, since nothing follows. */
  flush(): void {
    const kept = [...this.#before, ...this.#behind];
    this.#before = this.#behind = [];
    for (const ready of kept) this.#write(ready);
  }

  /** The link is gone: what waits goes nowhere. */
  end(): void {
    this.#isOver = true;
    this.#held = [];
    this.#before = this.#behind = [];
    this.#heldBytes = 0;
  }

  #remove(held: HeldUnit): void {
    this.#held = this.#held.filter((each) => each !== held);
    this.#heldBytes -= held.unit.bytes.length;
  }

  /** What the receiver is going to refuse of what a person has made of it. */
  #remark({ edit, unit }: HeldUnit, made: Made | undefined): void {
    if (made?.values === undefined || typeof edit === 'string' || equalBytes(made.bytes, unit.bytes)) return;
    const remark = edit.remark(made.values);
    if (remark !== undefined) this.#parts.told(remark, false);
  }

  #editable(unit: Unit): Editable | string {
    const { protocol, keys } = this.#parts;
    return editable(unit, protocol, keys);
  }

  #whyNot(first: string | undefined): string {
    return first === undefined
      ? 'No message is known in these bytes: only they can be changed.'
      : 'Several messages go together here: only their bytes can be changed.';
  }

  /** Nobody is there to hold it for: what cannot be sealed for where it stands now goes on as it came, and that is told. */
  #goAnyhow(held: Going, notes: readonly string[]): void {
    const { unit, from, edited } = held;
    const asItCame = (): (() => void) => {
      const bytes = from.other(unit.bytes);
      return () => this.#write({ bytes, note: undefined });
    };
    this.#orAsItCame(() => this.#prepared(held, edited, notes, 1), asItCame)();
  }

  #orAsItCame<T>(make: () => T, asItCame: () => T): T {
    try {
      return make();
    } catch (error) {
      this.#parts.told(`${error instanceof Error ? error.message : error}: it goes on as it came.`, true);
      return asItCame();
    }
  }

  /** Makes the bytes of a unit that goes on; what is given back sends them. Throws an Error when they cannot be made. */
  #prepared({ unit, from }: Arrived, made: Made | undefined, notes: readonly string[], times: number): () => void {
    const { faults } = this.#parts;
    const names = unit.messages.map(({ name }) => name);
    const taken = faultsOn(unit, faults, this.#parts.protocol, (name) => !this.#last.has(name));
    const spoiling = taken.map(({ fault }) => fault);
    const has = (kind: FaultKind): Fault | undefined => spoiling.find((fault) => fault.kind === kind);
    const what = names.length === 0 ? `${unit.bytes.length} bytes` : names.join(', ');
    const { given, refused } = this.#spoiled(unit, made, spoiling);
    // What faults do to bytes happens behind the cipher, as on a wire.
    const [first = unit.bytes, ...more] = Array.from({ length: times }, () => next(from, given));
    const go = (): void => {
      if (this.#isOver) return;
      const before = faults.hasAny ? this.#remembered(names[0] ?? '', unit, given?.bytes ?? first, given?.values) : undefined;
      const bytes = spoiledBytes(first, spoiling, faults.random);
      if (has('drop') !== undefined) return void this.#parts.told(`Not passed on, by the fault "drop": ${what}.`, true);
      const told = taken.filter(({ fault }) => !refused.includes(fault));
      const note = [...notes, ...told.map(({ fault, name }) => `fault "${fault.kind}" on ${name === '' ? what : name}`)].join(
        ', ',
      );
      const copies = more.map((each) => (equalBytes(each, first) ? bytes : each));
      this.#out(
        { bytes, note: note === '' ? undefined : note },
        spoiling,
        has('replay') === undefined ? undefined : before,
        copies,
      );
    };
    const delay = has('delay');
    return delay === undefined ? go : () => this.#wait(unit.bytes.length, delay.value ?? DELAY_MS, go);
  }

  /** A unit with what faults do to its values and its key, and the faults that cannot be done. */
  #spoiled(unit: Unit, made: Made | undefined, faults: readonly Fault[]) {
    const wanted = faults.filter(({ kind }) => ofValues.includes(kind));
    if (wanted.length === 0) return { given: made, refused: [] };
    const edit = unit.messages.length === 1 ? this.#editable(unit) : this.#whyNot(unit.messages[0]?.name);
    const spoiled = typeof edit === 'string' ? edit : this.#made(edit, made?.values ?? edit.values, wanted);
    if (typeof spoiled !== 'string') return { given: spoiled, refused: [] };
    this.#parts.told(`The fault "${wanted.map(({ kind }) => kind).join('", "')}" is left out. ${spoiled}`, true);
    return { given: made, refused: wanted };
  }

  #made(edit: Editable, values: FieldValues, faults: readonly Fault[]): Made | string {
    const { signatures = {}, nonces = {} } = this.#parts.protocol.peer ?? {};
    let spoiled = values;
    for (const { kind } of faults) {
      const signature = signatures[edit.message];
      const nonce = nonces[edit.message];
      if (kind === 'wrong-signature' && signature !== undefined) spoiled = replaced(spoiled, signature, bitFlipped);
      const earlier = this.#last.get(edit.message)?.at(-1)?.values;
      const stale: Encodable | undefined = nonce === undefined || earlier === undefined ? undefined : at(earlier, nonce);
      if (kind === 'stale-nonce' && nonce !== undefined && stale !== undefined) spoiled = replaced(spoiled, nonce, () => stale);
    }
    try {
      return madeOf(edit, spoiled, { wrongKey: faults.some(({ kind }) => kind === 'wrong-key') });
    } catch (error) {
      return `${error instanceof Error ? error.message : error}.`;
    }
  }

  /** Keeps a message for "replay" and "stale-nonce"; gives the bytes of the one before it. */
  #remembered(name: string, unit: Unit, bytes: Uint8Array, given: FieldValues | undefined): Uint8Array | undefined {
    const last = this.#last.get(name) ?? [];
    const hasNonce = this.#parts.protocol.peer?.nonces[name] !== undefined;
    const edit = given === undefined && hasNonce && unit.messages.length === 1 ? this.#editable(unit) : undefined;
    const values = given ?? (typeof edit === 'object' ? edit.values : undefined);
    this.#last.set(name, [...last, { bytes, values }].slice(-this.#parts.limits.replayed));
    return last.at(-1)?.bytes;
  }

  /** Writes a unit with its copies, together with what was kept back for it; or keeps it back for the next one. */
  #out(ready: Ready, faults: readonly Fault[], replayed: Uint8Array | undefined, again: readonly Uint8Array[]): void {
    const is = (kind: FaultKind): boolean => faults.some((fault) => fault.kind === kind);
    const copy = { ...ready, note: 'a duplicate' };
    const copies: Ready[] = again.map((bytes) => ({ ...copy, bytes }));
    for (const { kind, value = 1 } of faults) if (kind === 'duplicate') copies.push(...Array.from({ length: value }, () => copy));
    if (replayed !== undefined) copies.push({ bytes: replayed, note: 'a replay of an earlier message' });
    if (is('reorder') || is('merge')) {
      this.flush();
      if (is('reorder')) this.#behind = [...inPieces(ready, faults), ...copies];
      else this.#before = [ready, ...copies];
      return void this.#wait(0, REORDER_MS, () => this.flush());
    }
    const [before, ...copiesBefore] = this.#before;
    const behind = this.#behind;
    this.#before = this.#behind = [];
    const whole = before === undefined ? ready : merged(before, ready);
    for (const each of [...inPieces(whole, faults), ...copiesBefore, ...copies, ...behind]) this.#write(each);
  }

  #write({ bytes, note }: Ready): void {
    if (!this.#isOver) this.#parts.write(bytes, note);
  }

  #wait(size: number, milliseconds: number, go: () => void): void {
    this.#delayed++;
    this.#delayedBytes += size;
    this.#parts.after(milliseconds, () => {
      this.#delayed--;
      this.#delayedBytes -= size;
      if (!this.#isOver) go();
    });
  }
}

/** The bytes that go on next, of what was made of a unit or as it came. */
function next(from: Place, given: Made | undefined): Uint8Array {
  if (given === undefined) return from.again();
  return (given.clear && from.seal(given.clear, given.spoiling ?? {})) ?? from.other(given.bytes);
}

/** Throws an Error for what holds a part of a message. */
function whole({ unit, message }: HeldUnit): void {
  if (isTorn(unit))
    throw new Error(
      `${message ?? 'It'} holds a part of a message, and the rest goes by itself: it can only be let go, or its bytes edited.`,
    );
}

function inPieces(ready: Ready, faults: readonly Fault[]): readonly Ready[] {
  // The fault is told once, with the first of them.
  return pieces(ready.bytes, faults).map((bytes, at) => ({ bytes, note: at === 0 ? ready.note : undefined }));
}

function merged(first: Ready, second: Ready): Ready {
  const notes = [first.note, second.note].filter((note) => note !== undefined);
  return { bytes: Uint8Array.from([...first.bytes, ...second.bytes]), note: notes.length === 0 ? undefined : notes.join(', ') };
}

/** What a person has made of a held message; undefined where they changed nothing. Throws an Error when it cannot be made. */
function editOf(
  { edit }: HeldUnit,
  { values, bytes }: { readonly values?: FieldValues; readonly bytes?: Uint8Array },
): Made | undefined {
  if (values === undefined) return bytes && { values: undefined, bytes };
  if (typeof edit === 'string') throw new Error(edit);
  return madeOf(edit, values, {});
}

/** Throws an Error whose message says which value does not fit. */
function madeOf(edit: Editable, values: FieldValues, spoiling: Corruption): Made {
  const clear = edit.clear === undefined ? {} : { clear: edit.clear(values) };
  return { values, bytes: edit.make(values, spoiling), spoiling, ...clear };
}

function editNotes({ message }: HeldUnit, edited: HeldUnit['edited']): string[] {
  return edited === undefined ? [] : [`${message ?? 'bytes'} edited by hand`];
}
