import { equalBytes } from '../bytes/index.ts';
import type { FieldValues } from '../codec/index.ts';
import type { Corruption, Protocol } from '../protocol/index.ts';
import type { UnitMessage } from './units.ts';

/** A message of others whose values can be changed. */
export interface Editable {
  readonly message: string;
  readonly values: FieldValues;
  /** The bytes before they are sealed. Throws an Error whose message says which value does not fit. */
  encode(values: FieldValues): Uint8Array;
  /** The bytes for the wire. Throws an Error whose message says which value does not fit. */
  make(values: FieldValues, spoiling: Corruption): Uint8Array;
}

/**
 * The values of a message that went alone, or why they cannot be changed, in a sentence. What was made of the same values again has to
 * be what came, byte for byte: an edit changes nothing but what a person has edited.
 */
export function editable(
  message: UnitMessage,
  bytes: Uint8Array,
  { id, messages = [], dissect, seal }: Protocol,
): Editable | string {
  const { name, isClosed } = message;
  if (isClosed) return `${name} is sealed, and no key opens it: only its bytes can be changed.`;
  const form = messages.find((each) => each.name === name);
  const view = message.view();
  if (view?.state === 'malformed' || view?.state === 'incomplete')
    return `${name} is ${view.state}: only its bytes can be changed.`;
  if (view === undefined || form === undefined)
    return `The values of ${name} cannot be written back: only its bytes can be changed.`;
  if (view.encrypted && seal === undefined)
    return `What ${id} seals cannot be sealed again: only the bytes of ${name} can be changed.`;
  try {
    const { values, problem, spacing } = form.decode(dissect(view).whole, view.limits);
    if (problem !== undefined) return `${name} is not whole: ${problem.text}.`;
    const encode = (given: FieldValues): Uint8Array => form.encode(given, spacing);
    const make = (given: FieldValues, spoiling: Corruption): Uint8Array => {
      const encoded = encode(given);
      const made = seal === undefined ? encoded : seal(view, encoded, spoiling);
      if (typeof made === 'string') throw new Error(made);
      return made;
    };
    if (equalBytes(make(values, {}), bytes)) return { message: name, values, encode, make };
  } catch (error) {
    return `The values of ${name} cannot be written back (${error instanceof Error ? error.message : error}).`;
  }
  return `The values of ${name} give other bytes than those that came: only its bytes can be changed.`;
}
