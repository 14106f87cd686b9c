import type { Budget, Limits, Piece } from '../bytes/index.ts';
import type { CarriedHooks } from './carriedhooks.ts';
import type { Conversation, Direction, StreamEnd } from './conversation.ts';
import type { DerivedRecords } from './derivedrecords.ts';
import type { KeyRing } from './keyring.ts';
import type { MessageTable } from './messagetable.ts';

/** A value in a dissector table: whoever hands payload over names the table and a value, such as a port, a number or a name. */
export interface TableEntry {
  /** The field that the value comes from: `libp2p.protocol`. A stream that nothing on the wire names the protocol of: `p2p.tunnel`. */
  readonly table: string;
  /** Undefined where the first bytes of the stream decide, as in a heuristic dissector table of Wireshark. */
  readonly value?: string | number | bigint;
}

/** Where a stream stands that messages of one protocol carry for another. */
export interface CarryingConversation {
  readonly conversation: Conversation;
  readonly keys: KeyRing;
  readonly limits: Limits;
  readonly budget: Budget;
  readonly derived: DerivedRecords;
  readonly tables: DissectorTables;
  /** Of the protocol that carries it: the messages inside become rows of it. */
  readonly messages: MessageTable;
}

/** A stream that messages of another protocol carry, both directions of it. */
export interface CarriedStream {
  /** The next bytes of a direction, and where they lie: in frames, or in derived records. */
  feed(direction: Direction, bytes: Uint8Array, pieces: readonly Piece[]): void;
  /** Nothing follows in a direction, and why. */
  end(direction: Direction, why: StreamEnd | undefined): void;
}

/** How a protocol reads what another one hands over. */
export interface Carried {
  readonly entries: readonly TableEntry[];
  /** The first bytes of the side that opened the stream, for entries without a value. */
  readonly begins?: Uint8Array;
  /** Of the room that made the protocol: to the others it is opaque. */
  readonly reader: unknown;
  /** Begins to read a stream of a protocol of another room. */
  stream(place: CarryingConversation, hooks: CarriedHooks): CarriedStream;
}

/** A protocol as the tables know it. */
type Registered = CarriedHooks & { readonly carried?: Carried };

/** What the protocols of a capture registered for the payload of others. */
export class DissectorTables {
  readonly #readers = new Map<string, Carried>();
  /** By table, those whose first bytes decide. */
  readonly #magic = new Map<string, { readonly begins: Uint8Array; readonly protocol: Registered }[]>();

  /** Of two protocols with the same entry the first has it. */
  constructor(protocols: readonly Registered[]) {
    for (const protocol of protocols) {
      const { carried } = protocol;
      for (const { table, value } of carried?.entries ?? [])
        if (value !== undefined) {
          const key = keyOf(table, value);
          if (!this.#readers.has(key)) this.#readers.set(key, carried!);
        } else if (carried!.begins !== undefined)
          this.#magic.set(table, [...(this.#magic.get(table) ?? []), { begins: carried!.begins, protocol }]);
    }
  }

  /** Who reads it; undefined where nobody does. */
  find(table: string, value: NonNullable<TableEntry['value']>): Carried | undefined {
    return this.#readers.get(keyOf(table, value));
  }

  /** Whether any protocol reads streams of the table by their first bytes. */
  hasMagic(table: string): boolean {
    return this.#magic.has(table);
  }

  /**
   * Begins to read a stream of the table whose first bytes, sent by the side that opened it, are these. `more` where they are too few
   * to tell; undefined where no protocol begins so.
   */
  begin(table: string, first: Uint8Array, place: CarryingConversation): CarriedStream | 'more' | undefined {
    let isOpen = false;
    for (const { begins, protocol } of this.#magic.get(table) ?? []) {
      const length = Math.min(begins.length, first.length);
      if (!begins.subarray(0, length).every((byte, i) => byte === first[i])) continue;
      if (length === begins.length) return protocol.carried!.stream(place, protocol);
      isOpen = true;
    }
    return isOpen ? 'more' : undefined;
  }
}

/** 1 and 1n are the same value, "1" is another. */
function keyOf(table: string, value: NonNullable<TableEntry['value']>): string {
  return `${table} ${typeof value === 'string' ? JSON.stringify(value) : value}`;
}
