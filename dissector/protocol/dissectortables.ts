/** A place in a dissector table: whoever hands payload over names the table and a value, such as a port, a number or a name. */
export interface TableEntry {
  /** The field that the value comes from: `libp2p.protocol`. */
  readonly table: string;
  readonly value: string | number | bigint;
}

/** How a protocol reads what another one hands over. */
export interface Carried {
  readonly entries: readonly TableEntry[];
  /** Of the room that made the protocol: to the others it is opaque. */
  readonly reader: unknown;
}

/** What the protocols of a capture registered for the payload of others. */
export class DissectorTables {
  readonly #readers = new Map<string, unknown>();

  /** Of two protocols with the same entry the first has it. */
  constructor(protocols: readonly { readonly carried?: Carried }[]) {
    for (const { carried } of protocols)
      for (const entry of carried?.entries ?? [])
        if (!this.#readers.has(keyOf(entry))) this.#readers.set(keyOf(entry), carried!.reader);
  }

  /** Who reads it; undefined where nobody does. */
  find(table: string, value: TableEntry['value']): unknown {
    return this.#readers.get(keyOf({ table, value }));
  }
}

/** 1 and 1n are the same value, "1" is another. */
function keyOf({ table, value }: TableEntry): string {
  return `${table} ${typeof value === 'string' ? JSON.stringify(value) : value}`;
}
