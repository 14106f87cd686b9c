/** A message before it leaves: what a script says, what the node fills in, and what somebody changes under the debugger. */
import type { Encodable, FieldValues, MessageForm } from '../../../dissector/codec/index.ts';
import { isFieldValues } from '../../../dissector/codec/index.ts';

export class Draft {
  readonly message: string;
  readonly form: MessageForm | undefined;
  readonly #fill: (given: FieldValues) => FieldValues;
  readonly #said: FieldValues;
  #whole: FieldValues | undefined;

  /** `fill`: the values of the message as the node would send it with these. Throws an Error with a sentence. */
  constructor(message: string, form: MessageForm | undefined, said: FieldValues, fill: (given: FieldValues) => FieldValues) {
    this.message = message;
    this.form = form;
    this.#said = said;
    this.#fill = fill;
  }

  /** All values. Once they were looked at these are what is sent: what a node makes anew each time it is asked stays as it was shown. */
  get values(): FieldValues {
    this.#whole ??= this.#fill(this.#said);
    return this.#whole;
  }

  /** What is sent. */
  get toSend(): FieldValues {
    return this.#whole ?? this.#said;
  }

  /** Another value at a path of names and numbers; all others stay as they are shown. Throws an Error with a sentence. */
  set(path: readonly string[], value: Encodable): void {
    const [name = ''] = path;
    const changed = path.length === 1 ? value : replaced(this.values[name], path.slice(1), value);
    const whole = { ...this.values, [name]: changed };
    // Only values that can be encoded are taken.
    this.form?.encode(whole);
    this.#whole = whole;
  }

  /** The bytes before encryption; undefined where the message has no layout, or its values do not encode. */
  get bytes(): Uint8Array | undefined {
    try {
      return this.form?.encode(this.values);
    } catch {
      return undefined;
    }
  }

  /** Other bytes in the place of those: the values are what they decode to. Throws an Error with a sentence where they do not. */
  replace(bytes: Uint8Array): void {
    const decoded = this.form?.decode(bytes);
    if (decoded === undefined || decoded.problem !== undefined)
      throw new Error(`These bytes are no ${this.message}: ${decoded?.problem?.text ?? 'it has no layout'}.`);
    this.#whole = decoded.values;
  }
}

function replaced(from: Encodable | undefined, path: readonly string[], value: Encodable): Encodable {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (Array.isArray(from))
    return from.map((each: Encodable, index) => (String(index) === name ? replaced(each, rest, value) : each));
  const fields = from !== undefined && isFieldValues(from) ? from : {};
  return { ...fields, [name]: replaced(fields[name], rest, value) };
}
