import { equalBytes } from '../bytes/index.ts';
import { editedEncoder, type FieldValues } from '../codec/index.ts';
import { orUndefined } from '../crypto/index.ts';
import type { Corruption, Editing, KeyRing, MessageView, Protocol } from '../protocol/index.ts';
import type { UnitMessage } from './units.ts';

/** A message of others whose values can be changed. */
export interface Editable {
  readonly message: string;
  readonly values: FieldValues;
  /** A cipher runs through its stream: what `make` makes fits the place where it came, `encode` makes what is sealed for another one. */
  readonly isRunning: boolean;
  /** What the receiver is going to refuse of other values, in a sentence. */
  remark(values: FieldValues): string | undefined;
  /** The bytes before they are sealed. Throws an Error whose message says which value does not fit. */
  encode(values: FieldValues): Uint8Array;
  /** The bytes for the wire. Throws an Error whose message says which value does not fit. */
  make(values: FieldValues, spoiling: Corruption): Uint8Array;
}

/**
 * The values of a message that went alone, or why they cannot be changed, in a sentence. What was made of the same values again has to
 * be what came, byte for byte: an edit changes nothing but what a person has edited.
 */
export function editable(message: UnitMessage, bytes: Uint8Array, protocol: Protocol, keys: KeyRing): Editable | string {
  const { name, isClosed } = message;
  const view = message.view();
  const isRunning = view !== undefined && orUndefined(() => protocol.runningCipher?.(view)) !== undefined;
  // Of one that a running cipher opens, a part may be closed all the same: that part stays as it is.
  if (isClosed && !isRunning) return `${name} is sealed, and no key opens it: only its bytes can be changed.`;
  if (view?.state === 'malformed' || view?.state === 'incomplete')
    return `${name} is ${view.state}: only its bytes can be changed.`;
  if (view === undefined) return `The values of ${name} cannot be written back: only its bytes can be changed.`;
  try {
    const editing = protocol.editing?.(view, keys) ?? editingByForm(view, protocol);
    if (typeof editing === 'string') return editing;
    const { values } = editing;
    const remark = (given: FieldValues): string | undefined => editing.remark?.(given);
    const encode = (given: FieldValues): Uint8Array => editing.encode(given);
    const make = (given: FieldValues, spoiling: Corruption): Uint8Array => {
      const made = editing.seal(given, spoiling);
      if (typeof made === 'string') throw new Error(made);
      return made;
    };
    if (equalBytes(make(values, {}), bytes)) return { message: name, values, isRunning, remark, encode, make };
  } catch (error) {
    return `The values of ${name} cannot be written back (${error instanceof Error ? error.message : error}).`;
  }
  return `The values of ${name} give other bytes than those that came: only its bytes can be changed.`;
}

/** Read and written by its form, and sealed as its protocol does. */
function editingByForm(view: MessageView, { id, messages = [], dissect, seal }: Protocol): Editing | string {
  const { name } = view;
  const form = messages.find((each) => each.name === name);
  if (form === undefined) return `The values of ${name} cannot be written back: only its bytes can be changed.`;
  if (view.encrypted && seal === undefined)
    return `What ${id} seals cannot be sealed again: only the bytes of ${name} can be changed.`;
  const { whole, signatureValid } = dissect(view);
  const { values, problem, spacing } = form.decode(whole, view.limits);
  if (problem !== undefined) return `${name} is not whole: ${problem.text}.`;
  const encode = editedEncoder(form, values, whole, spacing);
  return {
    ...{ values, encode },
    seal: (given, spoiling) => seal?.(view, encode(given), spoiling) ?? encode(given),
    remark: () => (signatureValid === undefined ? undefined : unsigned(name)),
  };
}

/** A signature covers what its sender chose, and its key is not the relay's. */
function unsigned(name: string): string {
  return `The signature in ${name} is not made again: if it covers what was edited, the receiver refuses it.`;
}
