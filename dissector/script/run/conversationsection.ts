/** A captured conversation as a section that plays one side of it again. */
import { equalBytes } from '../../bytes/index.ts';
import { type Encodable, type FieldValues, isFieldValues, type MessageForm } from '../../codec/index.ts';
import type { Choices, Protocol } from '../../protocol/index.ts';
import { madeByNewNode } from './defaultmessage.ts';
import { isSameValue } from './fieldvalues.ts';
import { NamedValue, type Printable, recordText } from './print.ts';

/** Bytes that stand in two messages by chance are shorter. */
const LEAST_SHARED = 4;

export interface SpokenMessage {
  readonly name: string;
  /** It is sent by the side that is played. */
  readonly isOwn: boolean;
  /** After decryption; undefined where they are not known. */
  readonly bytes: Uint8Array | undefined;
  /** Where it was captured, or why its bytes are not known. */
  readonly note: string;
}

interface Answer {
  readonly name: string;
  readonly values: FieldValues;
}

/**
 * What one side sent as it was, and what came as it has to come. Left out is what a node says by itself; what it makes anew each time
 * (keys, signatures, random values) is left out too, and a comment says so; what was an answer of the other side is taken from the answer.
 */
export async function sectionText(
  title: string,
  protocol: Protocol,
  remote: string,
  messages: readonly SpokenMessage[],
  choices: Choices,
): Promise<string> {
  const made = await Makings.of(protocol, choices);
  const lines = [`### ${title}`, `node a = ${protocol.id} dial ${remote} manual`];
  const answers: Answer[] = [];
  for (const { name, isOwn, bytes, note } of messages) {
    const form = protocol.messages?.find((each) => each.name === name);
    lines.push(`# ${note}`);
    if (form === undefined || bytes === undefined) continue;
    const { values, problem } = form.decode(bytes);
    if (isOwn) lines.push(...sent(form, problem === undefined ? values : undefined, bytes, answers, made));
    else
      lines.push(
        `${expected(form, problem === undefined ? values : {}, answers, made)}${problem === undefined ? '' : ' state malformed'}`,
      );
  }
  return `${lines.join('\n')}\n`;
}

function sent(
  form: MessageForm,
  values: FieldValues | undefined,
  bytes: Uint8Array,
  answers: readonly Answer[],
  made: Makings,
): string[] {
  if (values === undefined) return [`send a ${form.name} ${recordText({ raw: bytes })}`];
  const fresh: string[] = [];
  const own = unusual(values, made.of(form.name), [], fresh, (path, value) => {
    const source = value instanceof Uint8Array ? sourceOf(value, answers) : undefined;
    return source === undefined && made.isFresh(form.name, path) ? 'fresh' : source;
  });
  const comment = fresh.length === 0 ? [] : [`# made anew: ${fresh.join(', ')}`];
  const fields = Object.keys(own).length === 0 ? '' : ` ${recordText(own)}`;
  return [...comment, `send a ${form.name}${fields}`];
}

/** Numbers and words that every node says the same; the rest may be another. */
function expected(form: MessageForm, values: FieldValues, answers: Answer[], made: Makings): string {
  const usual = made.of(form.name);
  const same = Object.entries(values).filter(([name, value]) => {
    const isPlain = typeof value === 'number' || typeof value === 'string';
    return isPlain && !made.isFresh(form.name, [name]) && isSameValue(usual?.[name], value);
  });
  const name = `${form.name.toLowerCase()}${answers.length + 1}`;
  answers.push({ name, values });
  const fields = same.length === 0 ? '' : ` ${recordText(Object.fromEntries(same))}`;
  return `expect a ${form.name} as ${name}${fields}`;
}

/** What nodes say that have just been started, and what of it is another each time. */
class Makings {
  readonly #usual = new Map<string, FieldValues>();
  readonly #fresh = new Map<string, Set<string>>();
  /** Of all messages: one that a new node cannot make has its keys and signatures where others have them. */
  readonly #anywhere = new Set<string>();

  static async of(protocol: Protocol, choices: Choices): Promise<Makings> {
    const makings = new Makings();
    for (const { name } of protocol.messages ?? []) {
      const one = await madeByNewNode(protocol, name, choices, 1);
      const other = await madeByNewNode(protocol, name, choices, 2);
      if (one !== undefined && other !== undefined) makings.#add(name, one, other);
    }
    const { signatures = {}, nonces = {} } = protocol.peer ?? {};
    for (const path of [...Object.values(signatures), ...Object.values(nonces)]) makings.#anywhere.add(path.join('.'));
    return makings;
  }

  /** Undefined for a message that needs a session. */
  of(message: string): FieldValues | undefined {
    return this.#usual.get(message);
  }

  isFresh(message: string, path: readonly string[]): boolean {
    return (this.#fresh.get(message) ?? this.#anywhere).has(path.join('.'));
  }

  #add(message: string, one: FieldValues, other: FieldValues): void {
    this.#usual.set(message, one);
    const fresh = new Set(differing(one, other, []));
    this.#fresh.set(message, fresh);
    for (const path of fresh) this.#anywhere.add(path);
  }
}

function* differing(one: FieldValues, other: FieldValues, path: readonly string[]): Generator<string> {
  for (const [name, value] of Object.entries(one)) {
    const [at, beside] = [[...path, name], other[name]];
    if (isFieldValues(value) && isFieldValues(beside)) yield* differing(value, beside, at);
    else if (!isSameValue(value, beside)) yield at.join('.');
  }
}

type Fields = { [name: string]: Printable };

/** The values that a node would not say by itself. `source`: the name of what a value came in, or that it is made anew. */
function unusual(
  values: FieldValues,
  usual: FieldValues | undefined,
  path: readonly string[],
  fresh: string[],
  source: (path: readonly string[], value: Encodable) => string | undefined,
): Fields {
  const out: Fields = {};
  for (const [name, value] of Object.entries(values)) {
    const at = [...path, name];
    const from = source(at, value);
    const own = usual?.[name];
    if (from === 'fresh') fresh.push(at.join('.'));
    else if (from !== undefined) out[name] = new NamedValue(from);
    else if (isFieldValues(value)) {
      const inner = unusual(value, isFieldValues(own) ? own : undefined, at, fresh, source);
      if (Object.keys(inner).length > 0) out[name] = inner;
    } else if (!isSameValue(own, value)) out[name] = value;
  }
  return out;
}

/** The answer in which bytes came. */
function sourceOf(value: Uint8Array, answers: readonly Answer[]): string | undefined {
  if (value.length < LEAST_SHARED || value.every((byte) => byte === 0)) return undefined;
  for (const { name, values } of answers.toReversed()) {
    const field = Object.entries(values).find(([, each]) => each instanceof Uint8Array && equalBytes(each, value));
    if (field !== undefined) return `${name}.${field[0]}`;
  }
  return undefined;
}
