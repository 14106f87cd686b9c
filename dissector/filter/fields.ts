import type { Field, Value } from '../bytes/index.ts';
import { type FieldForm, type FieldKind, type MessageForm, nearest, type TreeField } from '../codec/index.ts';
import type { LayerForm, Protocol } from '../protocol/index.ts';
import { columns } from './columns.ts';
import { absent, type FieldType, type FilterField, present } from './filterfield.ts';
import { lowerFields } from './headerfields.ts';
import type { FilterRow } from './row.ts';

/** A declared field with those that it holds, by name. */
interface Declared {
  readonly form: FieldForm;
  readonly parts: Map<string, Declared>;
  /** Path of the field whose parts it has. */
  readonly like: readonly string[] | undefined;
}

/** Wherever bytes are left over, dissection says so by this name. */
const leftOver: TreeField = { name: 'undecoded', kind: { type: 'bytes' }, doc: 'Bytes that nothing decodes.' };

/** Every field that a filter can name: columns of the list, lower layers, and what the protocols declare. */
export class FieldCatalog {
  readonly #fields = new Map<string, FilterField>();
  readonly #declared = new Map<string, Declared['parts']>();
  /** Layers with a name of their own, and the protocols in whose trees they are. */
  readonly #layers = new Map<string, Set<string>>();
  /** Protocols that declare no forms of their messages. */
  readonly #formless = new Set<string>();

  /** `more`: fields of whoever filters, beside those of every capture. */
  constructor(protocols: readonly Protocol[], more: readonly FilterField[] = []) {
    for (const field of [...columns(protocols), ...lowerFields, ...more]) this.#fields.set(field.name, field);
    for (const protocol of protocols) this.#addProtocol(protocol);
  }

  get all(): Iterable<FilterField> {
    return this.#fields.values();
  }

  find(name: string): FilterField | undefined {
    return this.#fields.get(name) ?? this.#further(name);
  }

  /** Whether a name is said of a protocol that declares no `messages`: their fields are then not known by name. */
  isFormless(name: string): boolean {
    return this.#formless.has(name.split('.')[0]!);
  }

  /** The name that was probably meant. */
  nearest(name: string): string | undefined {
    return nearest(name, this.#fields.keys());
  }

  #addProtocol({ id, title, names, messages = [], treeFields = [], layers = [], carried }: Protocol): void {
    if (messages.length === 0) this.#formless.add(id);
    const isOwn = ({ info }: FilterRow): boolean => info?.protocol.id === id;
    this.#add({
      name: id,
      type: 'presence',
      doc: title,
      read: (row) => (isOwn(row) ? present : absent),
      bytes: (row) => {
        const bytes = isOwn(row) ? row.messageBytes : undefined;
        return bytes === undefined ? [] : [{ own: bytes, all: bytes }];
      },
    });
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
    this.#declared.set(id, new Map());
    const own = messages.filter(({ layer }) => layer === undefined);
    this.#addForms(id, own, treeFields);
    for (const layer of layers)
      this.#addLayer(carried === undefined ? [id] : [id, ANY], {
        ...layer,
        messages: [...layer.messages, ...messages.filter((form) => form.layer === layer.id)],
      });
  }

  #addForms(id: string, messages: readonly MessageForm[], treeFields: readonly TreeField[]): void {
    for (const { fields } of messages) for (const field of fields) this.#addForm(id, field, []);
    for (const field of [...treeFields, leftOver]) this.#addForm(id, field, field.under?.split('.') ?? []);
  }

  /** A layer that several protocols have is one: two modules may both carry yamux. */
  #addLayer(protocols: readonly string[], { id, title, messages, treeFields = [] }: LayerForm): void {
    const owners = this.#layers.get(id) ?? new Set();
    for (const protocol of protocols) owners.add(protocol);
    this.#layers.set(id, owners);
    const isThere = (row: FilterRow): boolean => layersOf(row, owners, id).length > 0;
    this.#add({ name: id, type: 'presence', doc: title, read: (row) => (isThere(row) ? present : absent) });
    if (!this.#declared.has(id)) this.#declared.set(id, new Map());
    this.#addForms(id, messages, treeFields);
  }

  #addForm(protocol: string, form: TreeField, above: readonly string[]): void {
    const path = [...above, form.name];
    const type = typeOf(form.kind);
    const values = form.values === undefined ? {} : { values: form.values };
    this.#addPath(protocol, path, type, form.doc, values);
    // Levels between may be left out: "p2ppacket.sequence" for "p2ppacket.channels.sequence".
    if (path.length > 1) this.#addPath(protocol, [form.name], type, form.doc, values);
    const beside = this.#partsAt(protocol, above);
    if (beside?.has(form.name) === false) beside.set(form.name, { form, parts: new Map(), like: form.like?.split('.') });
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
    if (before === undefined || before.type === 'presence' || Object.keys(values).length > 0)
      this.#add({
        name,
        type,
        doc,
        ...(Object.keys(values).length === 0 ? {} : { values }),
        read: this.#reader(protocol, path, type),
      });
  }

  #add(field: FilterField): void {
    this.#fields.set(field.name, field);
  }

  /** The fields that stand below a path; undefined where no field has that path. */
  #partsAt(protocol: string, path: readonly string[]): Declared['parts'] | undefined {
    let parts = this.#declared.get(protocol);
    for (const name of path) {
      const found = parts?.get(name);
      if (found === undefined) return undefined;
      parts = found.like === undefined ? found.parts : this.#partsAt(protocol, found.like);
    }
    return parts;
  }

  /** A field inside one that holds what another does (a message inside a message), or bytes that are left over in any. */
  #further(name: string): FilterField | undefined {
    const [protocol = '', ...path] = name.split('.');
    const parts = this.#partsAt(protocol, path.slice(0, -1));
    const last = path.at(-1);
    const form =
      parts === undefined || last === undefined ? undefined : last === leftOver.name ? leftOver : parts.get(last)?.form;
    if (form === undefined) return undefined;
    const type = typeOf(form.kind);
    const { doc, values } = form;
    return { name, type, doc, ...(values === undefined ? {} : { values }), read: this.#reader(protocol, path, type) };
  }

  /** The values at a path in the messages of a protocol, or in the layers of a name. */
  #reader(name: string, path: readonly string[], type: FieldType): FilterField['read'] {
    const owners = this.#layers.get(name);
    return (row) => {
      const found: Value[] = [];
      if (owners !== undefined) for (const layer of layersOf(row, owners, name)) collect(layer, path, [], type, found);
      else if (row.info?.protocol.id === name && row.own !== undefined) collect(row.own, path, [], type, found);
      return found;
    };
  }
}

/** The owner of layers that any protocol may carry. */
const ANY = '';

/** The layers of a name in a row's message. */
function layersOf(row: FilterRow, owners: ReadonlySet<string>, name: string): readonly Field[] {
  const { info } = row;
  return info !== undefined && (owners.has(ANY) || owners.has(info.protocol.id))
    ? row.layers.filter((layer) => layer.name === name)
    : [];
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

/** How a filter compares values of a kind. */
function typeOf(kind: FieldKind): FieldType {
  switch (kind.type) {
    case 'integer':
    case 'frame':
      return 'integer';
    case 'float':
      return 'number';
    case 'boolean':
      return 'flag';
    case 'record':
      return 'presence';
    case 'list':
      return typeOf(kind.element);
    case 'time':
      return 'text';
    default:
      return kind.type;
  }
}
