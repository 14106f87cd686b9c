import { equalBytes } from '../bytes/index.ts';
import { editedEncoder, type FieldValues } from '../codec/index.ts';
import { orUndefined } from '../crypto/index.ts';
import type { Corruption, Editing, KeyRing, MessageView, Protocol } from '../protocol/index.ts';
import type { Unit } from './units.ts';

/** A message of others whose values can be changed. */
export interface Editable {
  readonly message: string;
  readonly values: FieldValues;
  /** What the receiver is going to refuse of other values, in a sentence. */
  remark(values: FieldValues): string | undefined;
  /** The bytes before they are sealed. Throws an Error whose message says which value does not fit. */
  encode(values: FieldValues): Uint8Array;
  /** The bytes for the wire, for the place where it came. Throws an Error whose message says which value does not fit. */
  make(values: FieldValues, spoiling: Corruption): Uint8Array;
  /** Where the cipher of its way has a state: what is sealed for another place. Throws as `encode` does. */
  clear?(values: FieldValues): Uint8Array;
}

/** How a message and what it lies in are sealed: values become its own bytes, and these the bytes of the unit. */
interface Sealing {
  readonly view: MessageView;
  /** What `make` makes of the values that came. */
  readonly came: Uint8Array;
  clear?(own: Uint8Array): Uint8Array;
  /** The bytes of the unit, of those of the message. */
  around(own: Uint8Array, spoiling: Corruption): Uint8Array;
}

/**
 * The values of the only message of a unit, or why they cannot be changed, in a sentence. What was made of the same values again has to
 * be what came, byte for byte: an edit changes nothing but what a person has edited.
 */
export function editable(unit: Unit, protocol: Protocol, keys: KeyRing): Editable | string {
  const [message] = unit.messages;
  const { name, isClosed } = message!;
  const sealing = message!.inside === undefined ? alone(unit, protocol) : inRecords(unit);
  if (typeof sealing === 'string') return sealing;
  const { view } = sealing;
  // Of one that a cipher with a state opens, a part may be closed all the same: that part stays as it is.
  if (isClosed && sealing.clear === undefined) return closed(name);
  if (view.state === 'malformed' || view.state === 'incomplete')
    return `${name} is ${view.state}: only its bytes can be changed.`;
  try {
    const editing = protocol.editing?.(view, keys) ?? editingByForm(view, protocol);
    if (typeof editing === 'string') return editing;
    const { values } = editing;
    const remark = (given: FieldValues): string | undefined => editing.remark?.(given);
    const encode = (given: FieldValues): Uint8Array => editing.encode(given);
    const own = (given: FieldValues, spoiling: Corruption): Uint8Array => {
      const made = editing.seal(given, spoiling);
      if (typeof made === 'string') throw new Error(made);
      return made;
    };
    const make = (given: FieldValues, spoiling: Corruption) => sealing.around(own(given, spoiling), spoiling);
    const clear = sealing.clear && { clear: (given: FieldValues) => sealing.clear!(encode(given)) };
    if (equalBytes(own(values, {}), sealing.came)) return { message: name, values, remark, encode, make, ...clear };
  } catch (error) {
    return `The values of ${name} cannot be written back (${error instanceof Error ? error.message : error}).`;
  }
  return `The values of ${name} give other bytes than those that came: only its bytes can be changed.`;
}

/** A message whose unit holds nothing else. */
function alone({ messages, bytes }: Unit, { runningCipher }: Protocol): Sealing | string {
  const [message] = messages;
  const { name, isClosed } = message!;
  const view = message!.view();
  const isRunning = view !== undefined && orUndefined(() => runningCipher?.(view)) !== undefined;
  if (view === undefined)
    return isClosed ? closed(name) : `The values of ${name} cannot be written back: only its bytes can be changed.`;
  return { view, came: bytes, around: (own) => own, ...(isRunning ? { clear: (own: Uint8Array) => own } : {}) };
}

/** A message that lies in what sealed records hold: the records are sealed again around it. */
function inRecords({ messages, sealed }: Unit): Sealing | string {
  const [message] = messages;
  const { name, inside, isClosed } = message!;
  const clear = sealed && orUndefined(() => sealed.clear);
  if (isClosed && clear === undefined) return closed(name);
  if (sealed === undefined || clear === undefined)
    return `What ${name} is sealed in cannot be sealed again: only its bytes can be changed.`;
  const view = inside!.view(clear);
  if (view === undefined) return `The beginning of ${name} has gone on before it was held: only its bytes can be changed.`;
  const range = [view.start, view.end] as const;
  return {
    view,
    came: view.bytes.slice(...range),
    clear: (own) => clear.with(range, own),
    around: (own, spoiling) => sealed.sealed(clear.with(range, own), spoiling),
  };
}

function closed(name: string): string {
  return `${name} is sealed, and no key opens it: only its bytes can be changed.`;
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
