import { equalBytes, type Field, type Limits, malformed, movedField } from '../bytes/index.ts';
import {
  compileStruct,
  type Decoded,
  type DecodedValues,
  type Encodable,
  type FieldValues,
  isFieldValues,
  type MessageForm,
  type StructItem,
  structForm,
  type TreeField,
} from '../codec/index.ts';
import { orUndefined } from '../crypto/index.ts';
import { type LayerForm, type Members, unknownMember } from '../protocol/index.ts';
import { fieldsOfNames } from './layerforms.ts';

/** What a layer is told by its author. */
export interface LayerDefinition {
  /** The word before its fields in a filter: `yamux` for `yamux.type`. */
  readonly id: string;
  readonly title: string;
  /** How one message of it is laid out: a struct, which tells where it ends, or the form of a whole message. */
  readonly layout: StructItem | MessageForm;
  /** Bytes fields, by name, that hold a message of another form. */
  readonly holds?: Readonly<Record<string, MessageForm>>;
  /** The names that its messages may have; its `id` alone where left out. */
  readonly names?: readonly string[];
  /** Which of `names` a message has; undefined stands for the first of them. */
  readonly name?: (values: FieldValues) => string;
  /** A line for the list. */
  readonly info?: (values: FieldValues) => string;
  /** Fields that are computed, by `note`. */
  readonly treeFields?: readonly TreeField[];
}

const members: Members<LayerDefinition> = {
  ...{ id: true, title: true, layout: true, holds: true, names: true, name: true, info: true, treeFields: true },
};

/** A layer of the messages of a conversation: how its bytes are read, and what they are called. */
export class Layer implements LayerForm {
  readonly id: string;
  readonly title: string;
  readonly names: readonly string[];
  readonly messages: readonly MessageForm[];
  readonly treeFields: readonly TreeField[];
  readonly #definition: LayerDefinition;
  readonly #decode: (bytes: Uint8Array, source: number, start: number, end: number, limits: Limits) => Decoded;
  /** Whether its messages tell where they end: only such can be read from a stream. */
  readonly isDelimited: boolean;

  constructor(definition: LayerDefinition) {
    const { id, title, layout, names = [id], treeFields = [], holds = {} } = definition;
    const unknown = unknownMember(definition, members, `the layer ${id}`);
    if (unknown !== undefined) throw new TypeError(unknown);
    this.#definition = definition;
    this.id = id;
    this.title = title;
    this.names = names;
    this.treeFields = treeFields;
    this.isDelimited = isStruct(layout);
    const form = isStruct(layout) ? structForm(names[0]!, layout) : layout;
    const own = isStruct(layout) ? fieldsOfNames(layout, definition.name) : undefined;
    const encode = (values: FieldValues) => form.encode(withHeld(values, holds));
    this.messages = names.map((name) => {
      const fields = (own?.get(name) ?? form.fields).map((field) => {
        const held = holds[field.name];
        return held === undefined ? field : { ...field, fields: held.fields };
      });
      return { ...form, name, fields, encode, layer: id };
    });
    this.#decode = isStruct(layout) ? compileStruct(layout) : decoderOf(layout);
  }

  /** The first message of `bytes[start, end)`. Its Field has the name of the layer. */
  decode(bytes: Uint8Array, source: number, start: number, end: number, limits: Limits): Decoded {
    const { field, end: stop, problem } = this.#decode(bytes, source, start, end, limits);
    const named: Field = { ...field, name: this.id };
    for (const child of named.children ?? []) this.#open(child, limits);
    return { field: named, end: stop, ...(problem === undefined ? {} : { problem }) };
  }

  /** The bytes of a message. Throws a TypeError or RangeError that names the field which is missing or does not fit. */
  encode(values: FieldValues): Uint8Array<ArrayBuffer> {
    return this.messages[0]!.encode(values);
  }

  /** The values of a message with the messages that its fields of bytes hold, each where it gives the same bytes again. */
  withContent(values: FieldValues, limits: Limits): FieldValues {
    const held = Object.entries(this.#definition.holds ?? {}).flatMap(([field, form]) => {
      const bytes = values[field];
      if (!(bytes instanceof Uint8Array)) return [];
      const { values: inside, problem } = form.decode(bytes, limits);
      const isSame = problem === undefined && orUndefined(() => equalBytes(form.encode(inside), bytes)) === true;
      return isSame ? [[field, inside] as const] : [];
    });
    return held.length === 0 ? values : { ...values, ...Object.fromEntries(held) };
  }

  nameOf(values: FieldValues): string {
    const name = this.#definition.name?.(values);
    if (name === undefined) return this.names[0]!;
    if (this.names.includes(name)) return name;
    throw new Error(`"name" of the layer ${this.id} gave ${JSON.stringify(name)}, which is none of its "names"`);
  }

  infoOf(values: FieldValues): string {
    return this.#definition.info?.(values) ?? '';
  }

  /** Puts the message that a field of bytes holds in its place in the tree. */
  #open(field: Field, limits: Limits): void {
    const form = this.#definition.holds?.[field.name];
    if (form?.tree === undefined || !(field.value instanceof Uint8Array)) return;
    const bytes = field.value;
    const tree = movedField(form.tree(bytes, limits), field.source, field.start);
    const { problem } = form.decode(bytes, limits);
    delete field.value;
    Object.assign(field, { kind: tree.kind, children: tree.children, ...(problem === undefined ? {} : { problem }) });
  }
}

/**
 * The values of a decoded layer, as its author reads them: text is text even where it is not UTF-8. No prototype, since names may come
 * from the wire.
 */
export function valuesOfLayer(field: Field, own: Own = (bytes) => bytes): FieldValues {
  const out: { [name: string]: Encodable } = Object.create(null);
  for (const child of field.children ?? []) {
    if (child.generated === true || child.json === false) continue;
    const value = valueOfField(child, own);
    if (child.repeated !== true) {
      out[child.name] = value;
      continue;
    }
    out[child.name] ??= [];
    const list = out[child.name] as Encodable[];
    if (child.kind !== 'list') list.push(value);
    else for (const each of value as Encodable[]) list.push(each);
  }
  return out;
}

/** The values of a message as its author reads them: text is text even where it is not UTF-8. */
export function readMessage(form: MessageForm, bytes: Uint8Array, limits: Limits): DecodedValues {
  const decoded = form.decode(bytes, limits);
  const tree = form.tree?.(bytes, limits);
  return tree === undefined ? decoded : { ...decoded, values: valuesOfLayer(tree) };
}

/** What stands for bytes of a message, where those that were decoded are overwritten later. */
type Own = (bytes: Uint8Array) => Uint8Array;

function valueOfField(field: Field, own: Own): Encodable {
  const { kind, value = null, children = [] } = field;
  if (kind === 'value') return value instanceof Uint8Array ? own(value) : value;
  return kind === 'list' ? children.map((each) => valueOfField(each, own)) : valuesOfLayer(field, own);
}

/** The values that an encoder takes: a message that a field of bytes holds is its bytes. */
function withHeld(values: FieldValues, holds: NonNullable<LayerDefinition['holds']>): FieldValues {
  const inside = Object.entries(holds).flatMap(([field, form]) => {
    const value = values[field];
    return isFieldValues(value) ? [[field, form.encode(value)] as const] : [];
  });
  return inside.length === 0 ? values : { ...values, ...Object.fromEntries(inside) };
}

function isStruct(layout: StructItem | MessageForm): layout is StructItem {
  return 'items' in layout;
}

/** A form takes all bytes that there are. */
function decoderOf(form: MessageForm) {
  return (bytes: Uint8Array, source: number, start: number, end: number, limits: Limits): Decoded => {
    const own = bytes.subarray(start, end);
    const { problem } = form.decode(own, limits);
    const tree = form.tree?.(own, limits);
    if (tree === undefined) {
      const field: Field = { name: form.name, kind: 'struct', source, start, end, children: [] };
      return { field, end, problem: malformed('its form has no tree', start) };
    }
    return { field: movedField(tree, source, start), end, ...(problem === undefined ? {} : { problem }) };
  };
}
