import type { FieldValues } from '../codec/index.ts';
import type { NodeLimits } from '../testnode/index.ts';
import type { Way } from './units.ts';

export interface CarriageParts {
  readonly way: Way;
  readonly transport: 'udp' | 'tcp';
  readonly limits: NodeLimits;
  /** Its messages wait for a person. */
  holds(): boolean;
  /** The session that says them can. */
  isReady(): boolean;
  /** Says a message in the other session. Throws an Error when it cannot be made. */
  say(message: string, values: FieldValues): void;
  told(text: string, grave: boolean): void;
  /** A number that no other held message of the relay has. */
  takeId(): number;
  /** Calls `go` after so many milliseconds. */
  after(milliseconds: number, go: () => void): void;
  /** Something else waits now. */
  changed(): void;
  /** A message is left out because too much waits. */
  dropped(): void;
}

/** A message that waits for a person. */
export interface Carried {
  readonly id: number;
  readonly message: string;
  readonly values: FieldValues;
  /** A person has written its values. */
  readonly isEdited?: boolean;
}

/** One way between two sessions: messages that the one has opened, on their way to the other one, which says them anew. */
export class Carriage {
  readonly #parts: CarriageParts;
  #held: readonly Carried[] = [];
  /** They go once the other session is ready. */
  #early: readonly Carried[] = [];
  #delayed = 0;
  /** About so many bytes wait. */
  #bytes = 0;
  #isOver = false;

  constructor(parts: CarriageParts) {
    this.#parts = parts;
  }

  get held(): readonly Carried[] {
    return this.#held;
  }

  /** Nothing waits. */
  get isEmpty(): boolean {
    return this.#held.length + this.#early.length + this.#delayed === 0;
  }

  /** As much waits as may: a stream is not read until less does, and what came in datagrams is left out. */
  get isFull(): boolean {
    const { heldMessages, unwrittenBytes } = this.#parts.limits;
    return this.#held.length + this.#early.length + this.#delayed >= heldMessages || this.#bytes >= unwrittenBytes / 2;
  }

  take(message: string, values: FieldValues): void {
    const { transport, holds, takeId } = this.#parts;
    if (this.isFull && transport === 'udp') return void this.#parts.dropped();
    const carried = { id: takeId(), message, values };
    if (!holds()) return void this.#go(carried);
    this.#bytes += sizeOf(values);
    this.#held = [...this.#held, carried];
    this.#parts.changed();
  }

  /** What waited for the other session goes, where it is ready now. */
  settle(): void {
    while (this.#early.length > 0 && this.#parts.isReady()) {
      const [first, ...rest] = this.#early;
      this.#early = rest;
      this.#bytes -= sizeOf(first!.values);
      this.#say(first!);
    }
  }

  /** Lets a held message go; false where it is not held here. Throws an Error when it cannot be made: then it stays held. */
  release(id: number, edited: { readonly values?: FieldValues; readonly times?: number } = {}): boolean {
    const held = this.#find(id);
    if (held === undefined) return false;
    const { values, times = 1 } = edited;
    const meant = { ...held, values: values ?? held.values };
    for (let time = 0; time < times; time++) {
      if (this.#early.length > 0 || !this.#parts.isReady()) this.#go(meant);
      else this.#parts.say(meant.message, meant.values);
    }
    this.#remove(held);
    if (values !== undefined || held.isEdited) this.#tellEdit(held);
    if (times > 1) this.#parts.told(`${held.message} sent ${times} times by hand.`, false);
    this.#parts.changed();
    return true;
  }

  releaseAll(): void {
    for (const held of this.#held) {
      this.#remove(held);
      this.#go(held);
      if (held.isEdited) this.#tellEdit(held);
    }
    this.#parts.changed();
  }

  /** Other values in the place of those that are held; false where it is not held here. */
  replace(id: number, values: FieldValues): boolean {
    const held = this.#find(id);
    if (held === undefined) return false;
    this.#bytes += sizeOf(values) - sizeOf(held.values);
    this.#held = this.#held.map((each) => (each === held ? { ...held, values, isEdited: true } : each));
    this.#parts.changed();
    return true;
  }

  drop(id: number): boolean {
    const held = this.#find(id);
    if (held === undefined) return false;
    this.#remove(held);
    this.#parts.told(`Not passed on, dropped by hand: ${held.message}.`, false);
    this.#parts.changed();
    return true;
  }

  /** What is held goes nowhere. */
  dropAll(): void {
    for (const held of this.#held) this.#remove(held);
    this.#parts.changed();
  }

  delay(id: number, milliseconds: number): boolean {
    const held = this.#find(id);
    if (held === undefined) return false;
    const size = sizeOf(held.values);
    this.#remove(held);
    this.#delayed++;
    this.#bytes += size;
    this.#parts.after(milliseconds, () => {
      this.#delayed--;
      this.#bytes -= size;
      if (!this.#isOver) this.#go(held);
    });
    if (held.isEdited) this.#tellEdit(held);
    this.#parts.told(`${held.message} delayed by ${milliseconds} ms by hand.`, false);
    this.#parts.changed();
    return true;
  }

  /** The sessions are gone: what waits goes nowhere. */
  end(): void {
    this.#isOver = true;
    this.#held = [];
    this.#early = [];
    this.#bytes = 0;
  }

  #go(carried: Carried): void {
    if (this.#early.length === 0 && this.#parts.isReady()) return void this.#say(carried);
    this.#bytes += sizeOf(carried.values);
    this.#early = [...this.#early, carried];
  }

  #say({ message, values }: Carried): void {
    try {
      this.#parts.say(message, values);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#parts.told(`${message} is not passed on: ${why}`, true);
    }
  }

  #tellEdit({ message }: Carried): void {
    this.#parts.told(`${message} edited by hand.`, false);
  }

  #find(id: number): Carried | undefined {
    return this.#held.find((each) => each.id === id);
  }

  #remove(held: Carried): void {
    this.#held = this.#held.filter((each) => each !== held);
    this.#bytes -= sizeOf(held.values);
  }
}

/** About how many bytes values take. */
function sizeOf(value: unknown): number {
  if (value instanceof Uint8Array || typeof value === 'string') return value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + sizeOf(each), 0);
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce<number>((sum, each) => sum + sizeOf(each), 0);
}
