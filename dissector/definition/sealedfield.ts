import { type Check, type Field, slicePieces } from '../bytes/index.ts';
import { type FieldForm, nearest } from '../codec/index.ts';
import type { KeyKind } from '../protocol/index.ts';
import { addContent } from './content.ts';
import { rangeOf } from './handshakereader.ts';
import type { Layer } from './layer.ts';
import type { ReadMessage, Tried } from './readmessage.ts';
import type { MessageSink } from './sink.ts';

/** How a field of a message is decrypted. */
export interface Decryption {
  /** The plaintext; undefined where the tag does not verify. Pure: it is asked for again with each tree. `secret`: see `key`. */
  readonly open: (sent: Uint8Array, secret: Uint8Array) => Uint8Array | undefined;
  /** Keys of the key log that are tried, where nothing tells which it is: their kind, or its label. Their secrets are bytes. */
  readonly key?: KeyKind<Uint8Array> | string;
  /** The last field of what is decrypted, where that is more than one: a tag of its own behind the ciphertext. */
  readonly to?: string;
  /** How, in words: `ChaChaPoly, nonce 3`. */
  readonly how: string;
  /** The layer of what it holds. */
  readonly layer?: Layer | undefined;
}

/** A field that was decrypted. */
export interface Decrypted {
  readonly bytes: Uint8Array;
  /** What they hold, as the layer that was asked for; undefined where there are no bytes, or they are no such message. */
  readonly message: ReadMessage | undefined;
}

const empty = new Uint8Array(0);

/** How a field is decrypted once its key is known. */
type Opening = Omit<Decryption, 'open' | 'key'> & { readonly open: (sent: Uint8Array) => Uint8Array | undefined };

/** Where in a message the bytes lie that are decrypted. Throws a TypeError for a field that its layer never has. */
export function sealedRange(message: ReadMessage, field: string, to = field): readonly [start: number, end: number] {
  const { layer } = message.$.shown;
  const known = layer === undefined ? [] : layer.messages.flatMap(({ fields }) => pathsOf(fields));
  for (const name of [field, to]) {
    if (known.includes(name) || message.$.ranges.has(name)) continue;
    const meant = nearest(name, known);
    const more = meant === undefined ? '' : `: did you mean "${meant}"?`;
    throw new TypeError(`a message of ${layer?.id ?? 'bytes'} has no field "${name}"${more}`);
  }
  return rangeOf(message, field, to);
}

/** Fields of a record have paths, `body.tag`; those of a list have none. */
function pathsOf(fields: readonly FieldForm[], before = ''): readonly string[] {
  return fields.flatMap(({ name, kind, fields: inner = [] }) => [
    `${before}${name}`,
    ...(kind.type === 'record' ? pathsOf(inner, `${before}${name}.`) : []),
  ]);
}

function fieldAt(tree: Field, path: string): Field | undefined {
  return path.split('.').reduce<Field | undefined>((at, name) => at?.children?.find((child) => child.name === name), tree);
}

/** Decrypts a field of a message, and shows what it holds as a layer inside of it. Undefined where the tag does not verify: the row says so. */
export function decryptField(
  sink: MessageSink,
  message: ReadMessage,
  field: string,
  { open, how, layer, to }: Opening,
  tried?: Tried,
): Decrypted | undefined {
  const { row, direction, bytes, pieces } = message.$;
  const facts = sink.facts(row);
  if (facts === undefined) return undefined;
  facts.tried = tried;
  const range = sealedRange(message, field, to);
  const plaintext = open(bytes.subarray(...range));
  if (plaintext === undefined) {
    sink.setBroken(row, `the tag of ${field} does not verify: ${how}`, true);
    return undefined;
  }
  sink.setState(row, 'decoded', true);
  const check: Check = { state: 'valid', why: `The tag verifies: ${how}.` };
  facts.complete = (tree) => {
    const sealed = fieldAt(tree, field);
    if (sealed !== undefined) sealed.check = check;
  };
  facts.decrypted ??= [];
  facts.decrypted.push({ field, to, open, layer });
  facts.opened ??= [];
  if (plaintext.length === 0) {
    facts.opened.push([]);
    return { bytes: plaintext, message: undefined };
  }
  const record = sink.derived.add({
    ...{ pieces: slicePieces(pieces, ...range), name: 'Decrypted', how },
    open: (sent) => open(sent) ?? empty,
  });
  if (typeof record === 'number') facts.opened.push([{ frame: record, offset: 0, length: plaintext.length }]);
  const isShown = typeof record === 'number' && layer !== undefined;
  const inside = isShown ? addContent(sink, direction, layer, plaintext, { carrier: row, record }) : undefined;
  return { bytes: plaintext, message: inside };
}
