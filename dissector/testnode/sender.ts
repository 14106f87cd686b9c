import type { Encodable, FieldValues } from '../codec/index.ts';
import type { Link, NodeDefinition, NodeSession } from '../protocol/index.ts';
import { at, bitFlipped, pieces, replaced, spoiledBytes } from './corrupt.ts';
import type { Held } from './events.ts';
import type { Fault, FaultKind, Faults } from './faults.ts';
import type { NodeLimits } from './limits.ts';

export interface SenderParts {
  readonly kind: NodeDefinition;
  readonly peer: NodeSession;
  readonly faults: Faults;
  readonly limits: NodeLimits;
  readonly transport: 'udp' | 'tcp';
  link(id: number): Link | undefined;
  /** What no person wants sent to an address that has proven nothing may be written later, or never. */
  write(link: Link, bytes: Uint8Array, note: string | undefined, byHand: boolean): void;
  told(link: number, text: string): void;
  /** Calls `due` with the name after so many milliseconds. */
  delay(link: number, name: string, milliseconds: number): void;
  /** Outgoing messages wait for a person. */
  holds(): boolean;
  /** Something else waits now. */
  changed(): void;
}

/** A message with its values, on its way out. */
interface Outgoing extends Held {
  readonly direction: 'out';
  readonly message: string;
  readonly values: FieldValues;
  /** A person wants it sent. */
  readonly byHand: boolean;
  /** A person has written its values. */
  readonly isEdited?: boolean;
}

/** Bytes that are to be written, and why they differ from what the node would have written. */
interface Ready {
  readonly link: Link;
  readonly bytes: Uint8Array;
  readonly note: string | undefined;
  readonly byHand: boolean;
}

const REORDER_MS = 1000;
const DELAY_MS = 1000;

/** From a message that a peer wants sent to bytes on a link: what a person changes and what faults spoil lies between. */
export class Sender {
  readonly #parts: SenderParts;
  #held: Outgoing[] = [];
  #nextId = 1;
  /** What waits for its time, by the name of its timer. */
  readonly #later = new Map<string, { readonly link: number; readonly go: () => void }>();
  /** By link: written after, or together with, the message that comes next. */
  readonly #behind = new Map<number, readonly Ready[]>();
  readonly #before = new Map<number, readonly Ready[]>();
  /** The last bytes and values of each message, by link and name. */
  readonly #last = new Map<string, readonly { bytes: Uint8Array; values: FieldValues }[]>();

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  get held(): readonly Held[] {
    return this.#held;
  }

  takeId(): number {
    return this.#nextId++;
  }

  /** A peer wants it sent. */
  queue(link: number, message: string, given: FieldValues): void {
    try {
      const outgoing = this.#made(link, message, given, false);
      if (!this.#parts.holds() || this.#held.length >= this.#parts.limits.heldMessages) return void this.#go(outgoing);
      this.#held.push(outgoing);
      this.#parts.changed();
    } catch (error) {
      this.#parts.told(link, `${message} is not sent: ${reason(error)}`);
    }
  }

  /** It is sent now; `byHand`: a person wants that. */
  send(link: number, message: string, given: FieldValues, byHand: boolean): void {
    this.#go(this.#made(link, message, given, byHand));
  }

  /** Bytes as they are. */
  raw(id: number, bytes: Uint8Array): void {
    const link = this.#parts.link(id);
    if (link === undefined) throw new Error('The link is closed.');
    this.#write({ link, bytes, note: 'bytes of a script', byHand: true });
  }

  release(id: number, values?: FieldValues, times = 1, byHand = true): void {
    const outgoing = this.#held.find((held) => held.id === id);
    if (outgoing === undefined) return;
    // What cannot be made of the edited values stays held.
    const notes = editNotes(values !== undefined || outgoing.isEdited === true);
    if (times > 1) notes.push(`sent ${times} times by hand`);
    this.#go({ ...outgoing, values: values ?? outgoing.values, byHand }, notes, times);
    this.#remove(outgoing);
  }

  replace(id: number, values: FieldValues): void {
    this.#held = this.#held.map((held) => (held.id === id ? { ...held, values, isEdited: true } : held));
  }

  releaseAll(): void {
    for (const { id, link } of [...this.#held]) {
      try {
        this.release(id, undefined, 1, false);
      } catch (error) {
        // Not dropped: that would make it once more.
        this.discard(id);
        this.#parts.told(link.id, `A message that waited is not sent: ${reason(error)}`);
      }
    }
  }

  /** On a datagram link the node believes that it was sent; inside a stream nothing can be lost. */
  drop(id: number): void {
    const outgoing = this.#held.find((held) => held.id === id);
    if (outgoing === undefined) return;
    this.#remove(outgoing);
    if (this.#parts.transport === 'udp') this.#emit(outgoing, []);
  }

  /** It is never sent, and the node does not believe that it was. */
  discard(id: number): void {
    const outgoing = this.#held.find((held) => held.id === id);
    if (outgoing !== undefined) this.#remove(outgoing);
  }

  delay(id: number, milliseconds: number): void {
    const outgoing = this.#held.find((held) => held.id === id);
    if (outgoing === undefined) return;
    this.#remove(outgoing);
    this.#wait(outgoing.link.id, milliseconds, () =>
      this.#go({ ...outgoing, byHand: true }, [
        ...editNotes(outgoing.isEdited === true),
        `delayed by ${milliseconds} ms by hand`,
      ]),
    );
  }

  /** The time of something that waited has come. */
  due(name: string): void {
    const later = this.#later.get(name);
    this.#later.delete(name);
    later?.go();
  }

  /** Writes what was kept back, since nothing follows. */
  flush(link: number): void {
    for (const kept of [this.#before, this.#behind]) for (const ready of this.#taken(kept, link)) this.#write(ready);
  }

  forget(link: number): void {
    this.#held = this.#held.filter((held) => held.link.id !== link);
    this.#behind.delete(link);
    this.#before.delete(link);
    for (const [name, later] of this.#later) if (later.link === link) this.#later.delete(name);
    for (const name of this.#last.keys()) if (name.startsWith(`${link} `)) this.#last.delete(name);
  }

  #made(id: number, message: string, given: FieldValues, byHand: boolean): Outgoing {
    const link = this.#parts.link(id);
    if (link === undefined) throw new Error('The link is closed.');
    const values = this.#parts.peer.fill(id, message, given);
    return { id: this.takeId(), link, direction: 'out', message, values, bytes: undefined, byHand };
  }

  #remove(outgoing: Outgoing): void {
    this.#held = this.#held.filter((held) => held !== outgoing);
    this.#parts.changed();
  }

  #go(outgoing: Outgoing, notes: readonly string[] = [], times = 1): void {
    const taken = this.#parts.faults.take(outgoing.message, this.#lastOf(outgoing).length === 0);
    const faults = [...taken, ...Array.from({ length: times - 1 }, () => again)];
    const has = (kind: FaultKind): Fault | undefined => faults.find((fault) => fault.kind === kind);
    const delay = has('delay');
    const go = (): void => {
      if (has('drop') !== undefined && this.#parts.transport === 'tcp')
        return void this.#parts.told(outgoing.link.id, `${outgoing.message} is not sent, by the fault "drop".`);
      const { bytes, values } = this.#emit(outgoing, faults);
      const note = [...notes, ...taken.map(({ kind }) => `fault "${kind}" on ${outgoing.message}`)].join(', ');
      const { link } = outgoing;
      // What a person wanted late is sent late, though nothing was heard in the meantime.
      const byHand = outgoing.byHand || delay !== undefined;
      const ready = { link, bytes, note: note === '' ? undefined : note, byHand };
      const before = this.#remembered(outgoing, bytes, values);
      if (has('drop') !== undefined)
        return void this.#parts.told(outgoing.link.id, `${outgoing.message} is not sent, by the fault "drop".`);
      this.#out(ready, faults, has('replay') === undefined ? undefined : before);
    };
    if (delay === undefined) go();
    else this.#wait(outgoing.link.id, delay.value ?? DELAY_MS, go);
  }

  /** The bytes of a message, with what faults do to its values, its key and its bytes. */
  #emit({ link, message, values, id }: Outgoing, faults: readonly Fault[]) {
    const { kind, peer } = this.#parts;
    let spoiled = values;
    for (const fault of faults) {
      const signature = kind.signatures[message];
      const nonce = kind.nonces[message];
      if (fault.kind === 'wrong-signature' && signature !== undefined) spoiled = replaced(spoiled, signature, bitFlipped);
      const earlier = this.#lastOf({ link, message }).at(-1)?.values;
      const stale: Encodable | undefined = nonce === undefined || earlier === undefined ? undefined : at(earlier, nonce);
      if (fault.kind === 'stale-nonce' && nonce !== undefined && stale !== undefined)
        spoiled = replaced(spoiled, nonce, () => stale);
    }
    const wrongKey = faults.some((fault) => fault.kind === 'wrong-key');
    const bytes = peer.emit(link.id, message, spoiled, { wrongKey, ...(spoiled === values ? {} : { meant: values }) });
    return { id, bytes: spoiledBytes(bytes, faults, this.#parts.faults), values: spoiled };
  }

  /** Keeps a message for "replay" and "stale-nonce"; gives the bytes of the one before it. */
  #remembered({ link, message }: Outgoing, bytes: Uint8Array, values: FieldValues): Uint8Array | undefined {
    const last = this.#lastOf({ link, message });
    this.#last.set(`${link.id} ${message}`, [...last, { bytes, values }].slice(-this.#parts.limits.replayed));
    return last.at(-1)?.bytes;
  }

  #lastOf({ link, message }: Pick<Outgoing, 'link' | 'message'>): readonly { bytes: Uint8Array; values: FieldValues }[] {
    return this.#last.get(`${link.id} ${message}`) ?? [];
  }

  /** Writes a message with its copies, together with what was kept back for it; or keeps it back for the next one. */
  #out(ready: Ready, faults: readonly Fault[], replayed: Uint8Array | undefined): void {
    const { link } = ready;
    const is = (kind: FaultKind): boolean => faults.some((fault) => fault.kind === kind);
    const copies: Ready[] = faults.flatMap(({ kind, value = 1 }) =>
      kind === 'duplicate' ? Array.from({ length: value }, () => ({ ...ready, note: 'a duplicate', byHand: true })) : [],
    );
    if (replayed !== undefined) copies.push({ ...ready, bytes: replayed, note: 'a replay of an earlier message', byHand: true });
    if (is('reorder') || is('merge')) {
      this.flush(link.id);
      if (is('reorder')) this.#behind.set(link.id, [...inPieces(ready, faults), ...copies]);
      else this.#before.set(link.id, [ready, ...copies]);
      return void this.#wait(link.id, REORDER_MS, () => this.flush(link.id));
    }
    const [before, ...copiesBefore] = this.#taken(this.#before, link.id);
    const whole = before === undefined ? ready : merged(before, ready);
    const behind = this.#taken(this.#behind, link.id);
    for (const each of [...inPieces(whole, faults), ...copiesBefore, ...copies, ...behind]) this.#write(each);
  }

  #taken(kept: Map<number, readonly Ready[]>, link: number): readonly Ready[] {
    const ready = kept.get(link) ?? [];
    kept.delete(link);
    return ready;
  }

  #write({ link, bytes, note, byHand }: Ready): void {
    if (this.#parts.link(link.id) !== undefined) this.#parts.write(link, bytes, note, byHand);
  }

  #wait(link: number, milliseconds: number, go: () => void): void {
    const name = String(this.takeId());
    const guarded = (): void => {
      try {
        go();
      } catch (error) {
        this.#parts.told(link, `A message that waited is not sent: ${reason(error)}`);
      }
    };
    this.#later.set(name, { link, go: guarded });
    this.#parts.delay(link, name, milliseconds);
  }
}

function editNotes(isEdited: boolean): string[] {
  return isEdited ? ['edited by hand'] : [];
}

/** "Send it twice", said by a person. */
const again: Fault = { kind: 'duplicate', value: 1, message: undefined, at: 1, probability: undefined };

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function inPieces(ready: Ready, faults: readonly Fault[]): readonly Ready[] {
  // The fault is told once, with the first of them.
  return pieces(ready.bytes, faults).map((bytes, at) => ({ ...ready, bytes, note: at === 0 ? ready.note : undefined }));
}

function merged(first: Ready, second: Ready): Ready {
  const notes = [first.note, second.note].filter((note) => note !== undefined);
  const note = notes.length === 0 ? undefined : notes.join(', ');
  return { ...first, bytes: Uint8Array.from([...first.bytes, ...second.bytes]), note };
}
