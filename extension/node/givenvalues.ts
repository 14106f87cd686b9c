import {
  displayText,
  type Encodable,
  elementOf,
  type FieldForm,
  type FieldValues,
  isDecimal,
  isFieldValues,
  isOpen,
  unknownField,
} from '../../dissector/codec/index.ts';
import type { Protocol } from '../../dissector/protocol/index.ts';

/**
 * Values that a person gives for a message, as its encoder takes them: `""` for bytes is no byte. A sentence where a name is not one of
 * the message's fields, which an encoder would leave out without a word, or where a value is of another kind than its field.
 */
export function fittedValues(protocol: Protocol, message: string, given: FieldValues): FieldValues | string {
  const form = protocol.messages?.find(({ name }) => name === message);
  if (form === undefined) return given;
  try {
    return fitted(message, form.fields, form.open === true, given);
  } catch (error) {
    if (error instanceof Misfit) return error.message;
    throw error;
  }
}

class Misfit extends Error {}

function fitted(where: string, forms: readonly FieldForm[], open: boolean, given: FieldValues): FieldValues {
  const entries = Object.entries(given).map(([name, value]): [string, Encodable] => {
    const form = forms.find((each) => each.name === name);
    if (form !== undefined) return [name, fittedValue(`${where}.${name}`, form, value)];
    if (open) return [name, value];
    throw new Misfit(unknownField(where, name, forms));
  });
  // From entries: a name that somebody gives may be "__proto__".
  return Object.fromEntries(entries);
}

function fittedValue(where: string, form: FieldForm, value: Encodable): Encodable {
  if (Array.isArray(value)) return value.map((each) => fittedValue(where, form, each));
  if (isFieldValues(value) && form.fields !== undefined) return fitted(where, form.fields, isOpen(form.kind), value);
  const element = elementOf(form.kind);
  if (element.type === 'bytes') return bytesOf(where, value);
  if (element.type !== 'integer' || element.digits !== undefined) return value;
  const isWord = typeof value === 'string' && (isDecimal(value) || Object.values(form.values ?? {}).includes(value));
  if (isWord || typeof value === 'bigint' || Number.isInteger(value)) return value;
  throw new Misfit(`${where} is an integer (${displayText(form)}), not ${written(value)}`);
}

function bytesOf(where: string, value: Encodable): Encodable {
  if (value === '') return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  throw new Misfit(`${where} is bytes, "hex:0102" or "text:abc", not ${written(value)}`);
}

const LONGEST = 40;

function written(value: Encodable): string {
  if (value instanceof Uint8Array) return 'bytes';
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
