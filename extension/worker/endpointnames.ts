/**
 * Names of endpoints: what the `hosts` file beside the capture and the capture itself call an address, and what the messages of an endpoint
 * say who it is. Nobody asks a network.
 */
import type { Analysis } from '../../dissector/analysis/index.ts';
import type { Value } from '../../dissector/bytes/index.ts';
import { type HostsFile, hostNames, readHosts } from '../../dissector/capture/index.ts';
import { FieldCatalog, type FilterField, FilterRow, valueText } from '../../dissector/filter/index.ts';
import type { EndpointId, Protocol } from '../../dissector/protocol/index.ts';

/** Messages that are read for each side of a conversation, until one has a name. */
const MOST_ASKED = 16;
/** Names of one endpoint at most: a port may serve one peer after the other. */
const MOST_IDS = 3;
/** Of a long key, its first and last three bytes are shown: what a person compares. */
const END_DIGITS = 6;
const LONGEST_ID = 40;

interface Source {
  readonly analysis: Analysis;
  readonly generation: number;
  readonly protocols: readonly Protocol[];
}

interface NamingField extends Omit<EndpointId, 'field'> {
  readonly field: FilterField;
}

export class EndpointNames {
  readonly #capture: () => Source;
  #hosts: HostsFile['names'] = new Map();
  #blocks: { readonly count: number; readonly names: ReadonlyMap<string, string> } = { count: -1, names: new Map() };
  #ids = new Map<string, readonly string[]>();
  #asked = new Map<number, number>();
  #fields = new Map<string, readonly NamingField[]>();
  #generation = -1;
  /** Messages that were looked at. */
  #looked = 0;

  constructor(capture: () => Source) {
    this.#capture = capture;
  }

  /** Takes the text of a `hosts` file. */
  setHosts(text: string): HostsFile {
    const hosts = readHosts(text);
    this.#hosts = hosts.names;
    return hosts;
  }

  /** Another capture comes. */
  forget(): void {
    this.#blocks = { count: -1, names: new Map() };
    this.#generation = -1;
    this.#ids = new Map();
  }

  /** Reads names from up to `most` further messages. */
  look(most: number): void {
    const { analysis, generation, protocols } = this.#capture();
    if (generation !== this.#generation) this.#begin(generation, protocols);
    if (this.#fields.size === 0) return;
    const row = new FilterRow(analysis);
    const end = Math.min(analysis.messageCount, this.#looked + most);
    for (; this.#looked < end; this.#looked++) this.#ask(row, this.#looked);
  }

  /** Of `127.0.0.1:7000`: the name of its address and what it calls itself, as far as either is known. */
  of(endpoint: string): string | undefined {
    const address = endpoint.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1');
    const name = this.#hosts.get(endpoint) ?? this.#hosts.get(address) ?? this.#resolved.get(address);
    const all = [...(name === undefined ? [] : [name]), ...(this.#ids.get(endpoint) ?? [])];
    return all.length === 0 ? undefined : all.join(', ');
  }

  /** Of the capture's own blocks, which may come as it grows. */
  get #resolved(): ReadonlyMap<string, string> {
    const { names } = this.#capture().analysis.reader;
    if (this.#blocks.count !== names.length) this.#blocks = { count: names.length, names: hostNames(names) };
    return this.#blocks.names;
  }

  #begin(generation: number, protocols: readonly Protocol[]): void {
    this.#generation = generation;
    this.#looked = 0;
    this.#ids = new Map();
    this.#asked = new Map();
    const catalog = new FieldCatalog(protocols);
    this.#fields = new Map();
    for (const { id, endpointIds = [] } of protocols) {
      const found = endpointIds.flatMap(({ field: name, ...rest }) => {
        const field = catalog.find(name);
        return field === undefined ? [] : [{ ...rest, field }];
      });
      if (found.length > 0) this.#fields.set(id, found);
    }
  }

  #ask(row: FilterRow, n: number): void {
    const { protocol, name, frame, direction, conversation } = row.analysis.message(n);
    const fields = this.#fields.get(protocol.id)?.filter(({ messages }) => messages === undefined || messages.includes(name));
    if (fields === undefined || fields.length === 0) return;
    const side = conversation.id * 2 + direction;
    const asked = this.#asked.get(side) ?? 0;
    if (asked >= MOST_ASKED) return;
    row.at(frame, n);
    let isNamed = false;
    for (const { field, of } of fields) {
      const [value] = field.read(row);
      const text = value === undefined ? '' : idText(field, value);
      if (text === '') continue;
      isNamed ||= of === 'sender';
      this.#add(conversation.endpoints[of === 'sender' ? direction : direction === 0 ? 1 : 0], text);
    }
    this.#asked.set(side, isNamed ? MOST_ASKED : asked + 1);
  }

  #add(endpoint: string, id: string): void {
    const ids = this.#ids.get(endpoint) ?? [];
    if (ids.length < MOST_IDS && !ids.includes(id)) this.#ids.set(endpoint, [...ids, id]);
  }
}

function idText(field: FilterField, value: Value): string {
  const text = valueText(field, value);
  if (value instanceof Uint8Array && text.length > 2 * END_DIGITS + 2)
    return `${text.slice(0, END_DIGITS)}…${text.slice(-END_DIGITS)}`;
  return text.length > LONGEST_ID ? `${text.slice(0, LONGEST_ID)}…` : text;
}
