import { equalBytes } from '../bytes/index.ts';
import { type Encodable, editedEncoder, type FieldValues, isFieldValues, isSameValue, type MessageForm } from '../codec/index.ts';
import { type CipherOpening, openingOf, orUndefined } from '../crypto/index.ts';
import { type Corruption, type Editing, type MessageView, plaintextName, wrongKeyOf } from '../protocol/index.ts';
import type { Layer } from './layer.ts';
import { rangesOf } from './readmessage.ts';
import type { DecryptedField, RowFacts } from './sink.ts';

type Ranges = ReturnType<typeof rangesOf>;

const nothing = new Uint8Array(0);

/** A decrypted field: where it lies, what it holds as values, and how those become its bytes again. */
interface OpenField {
  readonly name: string;
  readonly values: Encodable;
  /** The fields that its bytes lie in, and their lengths; the first of them takes what is longer or shorter. */
  readonly parts: readonly { readonly path: readonly string[]; readonly length: number }[];
  /** What is authenticated beside it is no part of the message that is known: it stays what it was. */
  readonly hasOwnAad: boolean;
  /** `message`: the whole one as it goes, where that stands in what is authenticated. */
  make(given: Encodable, message: Uint8Array, spoiling: Corruption): Uint8Array | undefined;
}

/** A message as it travels, and how it is read. */
interface Travelled {
  readonly name: string;
  readonly form: MessageForm;
  readonly own: Uint8Array;
  readonly limits: MessageView['limits'];
  /** Where the fields of a message of this form lie. */
  ranges(message: Uint8Array): Ranges;
}

/** A field that was decrypted, and what it holds: a message of a form, text, or bytes. Without `open`, it holds that in clear. */
interface Held extends Pick<DecryptedField, 'field' | 'to'>, Partial<Pick<DecryptedField, 'open'>> {
  readonly name: string;
  readonly holds: MessageForm | 'text' | 'bytes';
  /** The layer that the message is of. */
  readonly layer?: Layer;
}

/**
 * A message of a conversation, where `talk.decrypt` has opened fields of it, or where it is a frame of a multiplexer, with the message that
 * it carries; undefined for another one, which its form alone tells.
 */
export function editing(view: MessageView<RowFacts>): Editing | string | undefined {
  const { facts, name, bytes, start, end, limits } = view;
  const { layer, decrypted = [] } = facts ?? {};
  const form = layer?.messages.find((each) => each.name === name);
  if (layer === undefined || form === undefined) return undefined;
  if (facts?.data !== undefined && decrypted.length === 0) return carryingEditing(view, layer, form, facts.data);
  if (decrypted.length === 0) return undefined;
  const own = bytes.slice(start, end);
  const ranges = (message: Uint8Array): Ranges => rangesOf(layer.decode(message, 0, 0, message.length, limits).field);
  const held = decrypted.map(({ layer: inside, ...each }, at): Held => {
    const content = inside?.messages[0];
    if (inside !== undefined && content !== undefined) return { ...each, name: inside.id, holds: content, layer: inside };
    return { ...each, name: at === 0 ? plaintextName : `${plaintextName}_${at + 1}`, holds: 'bytes' };
  });
  return sealedEditing({ name, form, own, limits, ranges }, held);
}

/**
 * A frame of a multiplexer. The message that fills its data stands in the place of that; where it carries several, or parts of some, the
 * data is bytes.
 */
function carryingEditing(
  view: MessageView<RowFacts>,
  layer: Layer,
  form: MessageForm,
  data: string,
): Editing | string | undefined {
  const { facts, name, bytes, start, end, limits } = view;
  const own = bytes.slice(start, end);
  const ranges = (message: Uint8Array): Ranges => rangesOf(layer.decode(message, 0, 0, message.length, limits).field);
  const range = ranges(own).get(data);
  const [inside, another] = facts?.inside ?? [];
  const at = inside && view.place(inside.pieces);
  const isWhole = range !== undefined && at?.bytes === bytes && at.start - start === range[0] && at.end - start === range[1];
  const content = inside?.layer.messages[0];
  const fills = isWhole && another === undefined && facts?.unshown === undefined && content !== undefined;
  const held: Held[] = fills
    ? [{ name: inside!.layer.id, field: data, to: undefined, holds: content, layer: inside!.layer }]
    : [];
  const editing = sealedEditing({ name, form, own, limits, ranges }, held);
  if (typeof editing !== 'object') return editing;
  const remark = (given: FieldValues): string | undefined => {
    const now = orUndefined(() => ranges(editing.encode(given)).get(data));
    const [before, after] = [length(range), length(now)];
    return before === after ? undefined : countedOtherwise(name, before, after);
  };
  return { ...editing, remark };
}

function length(range: readonly [start: number, end: number] | undefined): number {
  return range === undefined ? 0 : range[1] - range[0];
}

function countedOtherwise(name: string, before: number, after: number): string {
  return `The sender of ${name} counts ${before} bytes of the stream, and the receiver ${after}: where the multiplexer counts a window, as yamux does, the two differ from here on.`;
}

/**
 * A message of which a cipher of the library has decrypted fields, with what they hold under names of its own. It is sealed with the key,
 * the nonce and the additional data by which it was opened; sizes and checksums around it are made again as the layout has them.
 */
export function sealedEditing(travelled: Travelled, held: readonly Held[]): Editing | string | undefined {
  const { name, form, own, limits } = travelled;
  const { values, problem, spacing } = form.decode(own, limits);
  if (problem !== undefined) return `${name} is not whole: ${problem.text}.`;
  const fields: OpenField[] = [];
  for (const each of held) {
    const open = openField(travelled, each);
    if (open === undefined || open.name in values || fields.some((field) => field.name === open.name))
      return `How ${each.field} was sealed is not known, since no cipher of the library gave what it holds: only the bytes of ${name} can be changed.`;
    fields.push(open);
  }
  const inClear = fields.reduce((left, { parts }) => parts.reduce((all, { path }) => without(all, path), left), values);
  const encoded = editedEncoder(form, values, own, spacing);
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
    remark: (given) => (isMoved(inClear, given) ? moved(name, fields) : undefined),
  };
}

function moved(name: string, fields: readonly OpenField[]): string {
  const kept = fields.some(({ hasOwnAad }) => hasOwnAad) ? 'its nonce or its additional data' : 'its nonce';
  return `What ${name} holds is sealed as it came: if ${kept} is computed from a field that you edited, the receiver does not open it.`;
}

function isMoved(came: FieldValues, given: FieldValues): boolean {
  return Object.entries(came).some(([name, value]) => !isSameValue(given[name], value));
}

function openField(travelled: Travelled, held: Held): OpenField | undefined {
  const { field, to = field, open, name } = held;
  const { own, limits } = travelled;
  const ranges = travelled.ranges(own);
  const isLeaf = (path: string): boolean => ![...ranges.keys()].some((other) => other.startsWith(`${path}.`));
  const [first, last] = [ranges.get(field), ranges.get(to)];
  if (first === undefined || last === undefined) return undefined;
  const [start, end] = [first[0], last[1]];
  const sent = own.slice(start, end);
  const parts = [...ranges]
    .filter(([path, [from, until]]) => from >= start && until <= end && isLeaf(path))
    .map(([path, [from, until]]) => ({ path: path.split('.'), length: until - from }));
  if (open === undefined) {
    const { values, encode } = contentOf(held, sent, limits);
    return { name, parts, values, hasOwnAad: false, make: encode };
  }
  const plaintext = open(sent);
  const opening = plaintext && openingOf(plaintext);
  const at = opening && placeOf(opening.sealed, sent);
  if (plaintext === undefined || opening === undefined || at === undefined) return undefined;
  const content = contentOf(held, plaintext, limits);
  const { aad = nothing } = opening;
  const fieldsOf = aad.length === 0 ? undefined : authenticated(aad, own, ranges, field, to);
  return {
    ...{ name, parts, values: content.values, hasOwnAad: aad.length > 0 && fieldsOf === undefined },
    make(given, message, { wrongKey = false }) {
      const clear = content.encode(given);
      if (clear === undefined) return undefined;
      const { key } = opening;
      const beside = fieldsOf?.(message, travelled.ranges(message)) ?? opening.aad;
      const sealed = opening.seal(wrongKey ? wrongKeyOf(key) : key, clear, beside);
      return sealed && Uint8Array.from([...sent.subarray(0, at), ...sealed, ...sent.subarray(at + opening.sealed.length)]);
    },
  };
}

/** What a field held as a value, and that again as bytes; undefined for a value of another kind. */
interface Content {
  readonly values: Encodable;
  encode(given: Encodable): Uint8Array | undefined;
}

/** As what it holds, where those bytes come out again; else as bytes. */
function contentOf(
  { holds, layer }: Pick<Held, 'holds' | 'layer'>,
  plaintext: Uint8Array,
  limits: MessageView['limits'],
): Content {
  const content =
    holds === 'bytes' ? undefined : holds === 'text' ? textOf(plaintext) : messageOf(holds, layer, plaintext, limits);
  if (content !== undefined && orUndefined(() => equalBytes(content.encode(content.values) ?? nothing, plaintext)) === true)
    return content;
  return { values: plaintext, encode: (given) => (given instanceof Uint8Array ? given : undefined) };
}

function textOf(plaintext: Uint8Array): Content {
  const values = new TextDecoder('utf-8', { ignoreBOM: true }).decode(plaintext);
  return { values, encode: (given) => (typeof given === 'string' ? new TextEncoder().encode(given) : undefined) };
}

function messageOf(
  form: MessageForm,
  layer: Layer | undefined,
  plaintext: Uint8Array,
  limits: MessageView['limits'],
): Content | undefined {
  const { values: own, problem, spacing } = form.decode(plaintext, limits);
  if (problem !== undefined) return undefined;
  const values = layer?.withContent(own, limits) ?? own;
  const encode = editedEncoder(form, values, plaintext, spacing);
  return { values, encode: (given) => (isFieldValues(given) ? encode(given) : undefined) };
}

/** The values of a message with a field sealed in them. Throws a TypeError where that cannot be. */
function withSealed(
  values: FieldValues,
  { name, values: came, parts, make }: OpenField,
  given: Encodable | undefined,
  message: Uint8Array,
  spoiling: Corruption,
): FieldValues {
  const sealed = given === undefined ? undefined : make(given, message, spoiling);
  if (sealed === undefined) throw new TypeError(`${name} cannot be sealed of this: it takes ${takes(came)}`);
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

function takes(came: Encodable): string {
  return isFieldValues(came) ? 'fields' : typeof came === 'string' ? 'a text' : 'bytes';
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

/** Bytes of a message of the same form, where its fields are found in it. */
type Cut = (message: Uint8Array, ranges: Ranges) => Uint8Array | undefined;

/**
 * The part of a message that is authenticated beside what is sealed: all that stands before it, or whole fields. These may be longer in
 * an edited message. Undefined for additional data that is something else: it may look like a part of a field by chance.
 */
function authenticated(aad: Uint8Array, own: Uint8Array, ranges: Ranges, field: string, to: string): Cut | undefined {
  const [start, end] = [ranges.get(field)![0], ranges.get(to)![1]];
  if (aad.length === start && equalBytes(aad, own.subarray(0, start)))
    return (message, now) => {
      const sealed = now.get(field);
      return sealed && message.slice(0, sealed[0]);
    };
  const at = placeOf(aad, own);
  if (at === undefined || (at + aad.length > start && at < end)) return undefined;
  const first = [...ranges].find(([, range]) => range[0] === at && range[1] > at)?.[0];
  const last = [...ranges].find(([, range]) => range[1] === at + aad.length && range[0] >= at)?.[0];
  if (first === undefined || last === undefined) return undefined;
  return (message, now) => {
    const [from, until] = [now.get(first), now.get(last)];
    return from && until && message.slice(from[0], until[1]);
  };
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
