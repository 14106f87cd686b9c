import type { Field, Value } from '../bytes/index.ts';
import type { FieldForm } from '../codec/index.ts';
import { nearest } from '../codec/index.ts';
import type { Protocol } from '../session/index.ts';
import { columns } from './columns.ts';
import { lowerFields } from './lower.ts';
import type { FilterRow } from './row.ts';

/** How values of a field are written and compared; a field of type `presence` is there or not. */
export type FieldType = 'integer' | 'number' | 'text' | 'bytes' | 'address' | 'mac' | 'flag' | 'presence';

export interface FilterField {
  readonly name: string;
  readonly type: FieldType;
  readonly doc: string;
  /** Words for integers. */
  readonly values?: Readonly<Record<number, string>>;
  /** Values that a completion may offer. */
  readonly offers?: readonly string[];
  /** All values in this row; none when the field is not there. */
  read(row: FilterRow): readonly Value[];
}

const present: readonly Value[] = [true];
const absent: readonly Value[] = [];

/** What the dissector adds to messages of any protocol. */
const generated: readonly (readonly [string, FieldType, string])[] = [
  ['answers', 'integer', 'Frame of the message that this one answers.'],
  ['answered_in', 'integer', 'Frame of the answer.'],
  ['acknowledges', 'integer', 'Frame of the message that this one acknowledges.'],
  ['acknowledged_in', 'integer', 'Frame of the acknowledgement.'],
  ['retransmission_of', 'integer', 'Frame of the message that this one repeats.'],
  ['same_message_as', 'integer', 'Frame of the same message, sent to another node.'],
  ['same_key_as', 'integer', 'Frame in which the same key was seen first.'],
  ['requested_in', 'integer', 'Frame of the request.'],
  ['opened_by', 'text', 'What opened the message, and the proof.'],
  ['note', 'text', 'What cannot be known, and why.'],
];

/** Every field that a filter can name: columns of the list, lower layers, and the layouts of the protocols. */
export class FieldCatalog {
  readonly #fields = new Map<string, FilterField>();
  /** Protocols that declare no forms of their messages. */
  readonly #formless = new Set<string>();

  constructor(protocols: readonly Protocol[]) {
    for (const field of [...columns(protocols), ...lowerFields]) this.#fields.set(field.name, field);
    for (const protocol of protocols) this.#addProtocol(protocol);
  }

  get all(): Iterable<FilterField> {
    return this.#fields.values();
  }

  find(name: string): FilterField | undefined {
    return this.#fields.get(name);
  }

  /** Whether a name is said of a protocol that declares no `messages`: their fields are then not known by name. */
  isFormless(name: string): boolean {
    return this.#formless.has(name.split('.')[0]!);
  }

  /** The name that was probably meant. */
  nearest(name: string): string | undefined {
    return nearest(name, this.#fields.keys());
  }

  #addProtocol({ id, title, names, messages = [] }: Protocol): void {
    if (messages.length === 0) this.#formless.add(id);
    const isOwn = ({ info }: FilterRow): boolean => info?.protocol.id === id;
    this.#add({ name: id, type: 'presence', doc: title, read: (row) => (isOwn(row) ? present : absent) });
    this.#add({
      name: `${id}.message`,
      type: 'text',
      doc: `The name of a message of ${id}.`,
      offers: names,
      read: (row) => (isOwn(row) ? [row.info!.name] : absent),
    });
    for (const name of names) {
      const read = (row: FilterRow): readonly Value[] => (isOwn(row) && row.info!.name === name ? present : absent);
      const doc = messages.find((message) => message.name === name)?.doc || `A message of ${id}.`;
      this.#add({ name: `${id}.${name}`, type: 'presence', doc, read });
    }
    for (const { fields } of messages) for (const field of fields) this.#addForm(id, field, []);
    for (const [name, type, doc] of generated) this.#addPath(id, [name], type, doc);
  }

  #addForm(protocol: string, form: FieldForm, above: readonly string[]): void {
    const path = [...above, form.name];
    const type = typeOf(form);
    const values = form.values === undefined ? {} : { values: form.values };
    this.#addPath(protocol, path, type, form.doc, values);
    // Levels between may be left out: "p2ppacket.sequence" for "p2ppacket.channels.sequence".
    if (path.length > 1) this.#addPath(protocol, [form.name], type, form.doc, values);
    for (const inner of form.fields ?? []) this.#addForm(protocol, inner, path);
  }

  #addPath(
    protocol: string,
    path: readonly string[],
    type: FieldType,
    doc: string,
    more: { readonly values?: Readonly<Record<number, string>> } = {},
  ): void {
    const name = [protocol, ...path].join('.');
    const before = this.#fields.get(name);
    // Messages share fields; words for values add up, the first one of a value stays.
    const values = { ...more.values, ...before?.values };
    const read = (row: FilterRow): readonly Value[] => {
      if (row.info?.protocol.id !== protocol) return absent;
      const found: Value[] = [];
      if (row.own !== undefined) collect(row.own, path, [], type, found);
      return found;
    };
    if (before === undefined || before.type === 'presence' || Object.keys(values).length > 0)
      this.#add({ name, type, doc, ...(Object.keys(values).length === 0 ? {} : { values }), read });
  }

  #add(field: FilterField): void {
    this.#fields.set(field.name, field);
  }
}

/** Values of the fields whose path ends with `path`; items of lists have no name of their own in it. `above` is as it was in the end. */
function collect(field: Field, path: readonly string[], above: string[], type: FieldType, out: Value[]): void {
  if (field.children === undefined) return;
  const isNamed = field.kind !== 'list';
  for (const child of field.children) {
    if (isNamed) above.push(child.name);
    if (isNamed && endsWith(above, path)) out.push(valueOfField(child, type));
    collect(child, path, above, type, out);
    if (isNamed) above.pop();
  }
}

function endsWith(whole: readonly string[], end: readonly string[]): boolean {
  if (whole.length < end.length) return false;
  for (let i = 1; i <= end.length; i++) if (whole[whole.length - i] !== end[end.length - i]) return false;
  return true;
}

/** Integers of any width are kept as hex text: here they are numbers again. */
function valueOfField({ kind, value }: Field, type: FieldType): Value {
  if (kind !== 'value' || value === undefined) return true;
  return type === 'integer' && typeof value === 'string' && /^[0-9a-f]+$/.test(value) ? BigInt(`0x${value}`) : value;
}

function typeOf({ type, fields }: FieldForm): FieldType {
  if (fields !== undefined && !type.startsWith('bytes')) return 'presence';
  if (/^[ui]\d+\b/.test(type) || / bits? of /.test(type) || /integer/.test(type) || /proto3 uint64/.test(type)) return 'integer';
  if (/^f\d+/.test(type)) return 'number';
  if (/boolean/.test(type)) return 'flag';
  return /^bytes|proto3 bytes/.test(type) ? 'bytes' : 'text';
}
