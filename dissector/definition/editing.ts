import { equalBytes } from '../bytes/index.ts';
import { type Encodable, type FieldValues, isFieldValues, type MessageForm, withoutDerived } from '../codec/index.ts';
import { type CipherOpening, openingOf, orUndefined } from '../crypto/index.ts';
import { type Corruption, type Editing, type MessageView, plaintextName, wrongKeyOf } from '../protocol/index.ts';
import type { Layer } from './layer.ts';
import { rangesOf } from './readmessage.ts';
import type { DecryptedField, RowFacts } from './sink.ts';

/** A decrypted field: where it lies, what it holds as values, and how those become its bytes again. */
interface OpenField {
  readonly name: string;
  readonly values: Encodable;
  /** The fields that its bytes lie in, and their lengths; the first of them takes what is longer or shorter. */
  readonly parts: readonly { readonly path: readonly string[]; readonly length: number }[];
  /** `message`: the whole one as it goes, where that stands in what is authenticated. */
  make(given: Encodable, message: Uint8Array, spoiling: Corruption): Uint8Array | undefined;
}

/**
 * A message of which a cipher of the library has decrypted fields, with what they hold under the names of their layers. It is sealed with
 * the key, the nonce and the additional data by which it was opened; sizes and checksums around it are made again as the layout has them.
 * Undefined for one that travels in clear.
 */
export function editing(view: MessageView<RowFacts>): Editing | string | undefined {
  const { facts, name, bytes, start, end, limits } = view;
  const { layer, decrypted = [] } = facts ?? {};
  const form = layer?.messages.find((each) => each.name === name);
  if (layer === undefined || form === undefined || decrypted.length === 0) return undefined;
  const own = bytes.slice(start, end);
  const { values, problem, spacing } = form.decode(own, limits);
  if (problem !== undefined) return `${name} is not whole: ${problem.text}.`;
  const fields: OpenField[] = [];
  for (const each of decrypted) {
    const open = openField(
      layer,
      own,
      each,
      limits,
      fields.length === 0 ? plaintextName : `${plaintextName}_${fields.length + 1}`,
    );
    if (open === undefined || open.name in values || fields.some((field) => field.name === open.name))
      return `How ${each.field} was sealed is not known, since no cipher of the library gave what it holds: only the bytes of ${name} can be changed.`;
    fields.push(open);
  }
  const inClear = fields.reduce((left, { parts }) => parts.reduce((all, { path }) => without(all, path), left), values);
  const encoded = (given: FieldValues): Uint8Array => form.encode(withoutDerived(given, values, form.fields), spacing);
  if (orUndefined(() => equalBytes(encoded(values), own)) !== true) return undefined;
  const made = (given: FieldValues, spoiling: Corruption): Uint8Array => {
    const outside = Object.fromEntries(Object.entries(given).filter(([key]) => !fields.some((field) => field.name === key)));
    const filled = (message: Uint8Array): Uint8Array =>
      encoded(fields.reduce((all, field) => withSealed(all, field, given[field.name], message, spoiling), outside));
    // A header may say how long it is, and be authenticated: that is known once it has been made.
    return filled(filled(own));
  };
  return {
    values: { ...inClear, ...Object.fromEntries(fields.map((field) => [field.name, field.values])) },
    encode: (given) => made(given, {}),
    seal: made,
    remark: (given) => (fields.some((field) => isMoved(inClear, given, field.name)) ? moved(name) : undefined),
  };
}

function moved(name: string): string {
  return `What ${name} holds is sealed as it came: if its nonce is a matter of a field that was edited, the receiver does not open it.`;
}

function isMoved(came: FieldValues, given: FieldValues, inside: string): boolean {
  return Object.entries(came).some(([name, value]) => name !== inside && !isSame(given[name], value));
}

function isSame(a: Encodable | undefined, b: Encodable | undefined): boolean {
  if (a instanceof Uint8Array) return b instanceof Uint8Array && equalBytes(a, b);
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((each, at) => isSame(each, b[at]));
  if (isFieldValues(a))
    return isFieldValues(b) && [...Object.keys(a), ...Object.keys(b)].every((name) => isSame(a[name], b[name]));
  return a === b;
}

function openField(
  layer: Layer,
  own: Uint8Array,
  { field, to = field, open, layer: inside }: DecryptedField,
  limits: MessageView['limits'],
  unnamed: string,
): OpenField | undefined {
  const ranges = rangesOf(layer.decode(own, 0, 0, own.length, limits).field);
  const [first, last] = [ranges.get(field), ranges.get(to)];
  if (first === undefined || last === undefined) return undefined;
  const [start, end] = [first[0], last[1]];
  const sent = own.slice(start, end);
  const plaintext = open(sent);
  const opening = plaintext && openingOf(plaintext);
  const at = opening && placeOf(opening.sealed, sent);
  if (plaintext === undefined || opening === undefined || at === undefined) return undefined;
  const parts = [...ranges]
    .filter(
      ([name, [from, until]]) =>
        from >= start && until <= end && ![...ranges.keys()].some((other) => other.startsWith(`${name}.`)),
    )
    .map(([name, [from, until]]) => ({ path: name.split('.'), length: until - from }));
  const content = contentOf(inside, plaintext, limits);
  const aadAt = opening.aad && aadPlace(opening.aad, own, start, end);
  return {
    name: content === undefined ? unnamed : inside!.id,
    values: content?.values ?? plaintext,
    parts,
    make(given, message, { wrongKey = false }) {
      const clear = content === undefined ? given : isFieldValues(given) ? content.encode(given) : undefined;
      if (!(clear instanceof Uint8Array)) return undefined;
      const { aad, key } = opening;
      const beside = aad === undefined || aadAt === undefined ? aad : message.slice(aadAt, aadAt + aad.length);
      const sealed = opening.seal(wrongKey ? wrongKeyOf(key) : key, clear, beside);
      return sealed && Uint8Array.from([...sent.subarray(0, at), ...sealed, ...sent.subarray(at + opening.sealed.length)]);
    },
  };
}

/** What a field held, as a message of its layer; undefined where there is none, or its bytes are none. */
function contentOf(layer: Layer | undefined, plaintext: Uint8Array, limits: MessageView['limits']) {
  const form = layer?.messages[0];
  if (layer === undefined || form === undefined) return undefined;
  const { values, problem, spacing } = form.decode(plaintext, limits);
  const encode = (given: FieldValues): Uint8Array => encodeAs(form, given, values, spacing);
  const isWhole = problem === undefined && orUndefined(() => equalBytes(encode(values), plaintext)) === true;
  return isWhole ? { values, encode } : undefined;
}

function encodeAs(
  form: MessageForm,
  given: FieldValues,
  came: FieldValues,
  spacing: Parameters<MessageForm['encode']>[1],
): Uint8Array {
  return form.encode(withoutDerived(given, came, form.fields), spacing);
}

/** The values of a message with a field sealed in them. Throws a TypeError where that cannot be. */
function withSealed(
  values: FieldValues,
  { name, parts, make }: OpenField,
  given: Encodable | undefined,
  message: Uint8Array,
  spoiling: Corruption,
): FieldValues {
  const sealed = given === undefined ? undefined : make(given, message, spoiling);
  if (sealed === undefined) throw new TypeError(`${name} cannot be sealed`);
  const [, ...others] = parts;
  const first = sealed.length - others.reduce((sum, { length }) => sum + length, 0);
  if (first < 0) throw new TypeError(`${name} is too short`);
  let at = 0;
  return parts.reduce((all, { path, length }, index) => {
    const size = index === 0 ? first : length;
    at += size;
    return withValue(all, path, sealed.slice(at - size, at));
  }, values);
}

function without(values: FieldValues, [name, ...rest]: readonly string[]): FieldValues {
  const inner = values[name!];
  if (rest.length > 0) return isFieldValues(inner) ? { ...values, [name!]: without(inner, rest) } : values;
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
}

function withValue(values: FieldValues, [name, ...rest]: readonly string[], value: Encodable): FieldValues {
  const inner = values[name!];
  return { ...values, [name!]: rest.length === 0 ? value : withValue(isFieldValues(inner) ? inner : {}, rest, value) };
}

/** Where additional data stands in the message around what is sealed; undefined where it is something else. */
function aadPlace(aad: Uint8Array, own: Uint8Array, start: number, end: number): number | undefined {
  if (aad.length === 0) return undefined;
  if (aad.length <= start && equalBytes(aad, own.subarray(0, aad.length))) return 0;
  const at = placeOf(aad, own);
  return at !== undefined && (at + aad.length <= start || at >= end) ? at : undefined;
}

/** Where bytes stand in others; undefined where they do not, or where nothing tells at which of several places they do. */
function placeOf(part: CipherOpening['sealed'], whole: Uint8Array): number | undefined {
  if (part.buffer === whole.buffer) return part.byteOffset - whole.byteOffset;
  let found: number | undefined;
  for (let at = 0; at + part.length <= whole.length; at++) {
    if (!equalBytes(part, whole.subarray(at, at + part.length))) continue;
    if (found !== undefined) return undefined;
    found = at;
  }
  return found;
}
