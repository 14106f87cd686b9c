/** The message of a script that stands at a place, as bytes and as a capture of it alone, before anything is sent. */
import { type Field, movedField } from '../../bytes/index.ts';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../capture/index.ts';
import { type Encodable, type FieldForm, type FieldValues, fieldToJson, type MessageForm } from '../../codec/index.ts';
import { linkType } from '../../link/index.ts';
import type { Choices, Protocol } from '../../protocol/index.ts';
import { newNode } from '../run/defaultmessage.ts';
import { emitPacket, encoder } from '../run/emit.ts';
import { blank, blankValue, overlaid, valueAt } from '../run/fieldvalues.ts';
import { nowhere, type Scope } from '../run/scope.ts';
import { isSecret } from '../run/secrets.ts';
import { valuesToSend } from '../run/sending.ts';
import { budget, encodable, valuesOf } from '../run/values.ts';
import type { FieldNode, Statement } from '../syntax/tree.ts';
import { ownValueOf } from '../syntax/walk.ts';
import { readParts } from './parts.ts';
import type { Names } from './scopes.ts';

/** More is a mistake more often than a message. */
const MOST_BYTES = 0x0010_0000;

export interface Preview {
  readonly protocol: Protocol;
  readonly form: MessageForm;
  /** Before encryption. */
  readonly bytes: Uint8Array;
  /** What will be another when it is sent, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * The packet, or the message that is sent or expected, at a place of a script; a sentence where there is none, or where it cannot be made.
 * What a `send` leaves out is what a node would say that has just been started, the same each time.
 */
export async function previewAt(
  text: string,
  at: number,
  protocols: readonly Protocol[],
  choices: Choices,
): Promise<Preview | string> {
  const notes: string[] = [];
  const { statement, scope, names } = packetAt(text, at, protocols, standIns(notes), (path, form) => {
    notes.push(`${path.join('.')} is known when the script runs; here it is empty.`);
    return form && blankValue(form);
  });
  try {
    const preview = await made(statement, protocols, choices, names.nodes, scope, notes);
    // What is tried in two ways is noted once.
    return typeof preview === 'string' ? preview : { ...preview, notes: [...new Set(notes)] };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}.`;
  }
}

/**
 * The statement at a place of a script, and what its values refer to: what was defined before it, answers as `answer` gives them, and
 * the rest as `around` does. A definition that cannot be made is an Error where it is used.
 */
export function packetAt(
  text: string,
  at: number,
  protocols: readonly Protocol[],
  around: Scope,
  answer: (path: readonly string[], form: FieldForm | undefined) => Encodable | undefined = () => undefined,
): { readonly statement: Statement | undefined; readonly scope: Scope; readonly names: Names } {
  const placed = readParts(text, []);
  const { part, start } = placed.findLast((each) => each.start <= at) ?? placed[0]!;
  const statement = part.statementAt(at - start);
  const prelude = placed[0]!.part;
  const names = part.namesAt(statement?.start ?? 0, protocols, part === prelude ? undefined : prelude);
  const own = part.script.statements.filter(({ end }) => end <= (statement?.start ?? 0));
  const before = part === prelude ? own : [...prelude.script.statements, ...own];
  const definitions = before.flatMap((each) =>
    each.kind === 'define' || each.kind === 'for'
      ? [{ name: each.name.text, value: ownValueOf(each), isList: each.kind === 'for' }]
      : [],
  );
  const made = new Map<number, Encodable>();
  const secrets = new Map<number, boolean>();
  const spend = budget();
  /** A definition may use those before it, also an earlier one of its own name. */
  const scopeBefore = (end: number): Scope => ({
    ...around,
    encode: encoder(protocols),
    spend,
    answer: ([name = '', ...path]) => {
      const index = definitions.findLastIndex((each, at) => at < end && each.name === name);
      if (index < 0) return answer([name, ...path], formAt(names.answers.get(name), path));
      const { value, isList } = definitions[index]!;
      if (value !== undefined && !made.has(index)) {
        const found = encodable(value, scopeBefore(index), [name]);
        // Of the rounds of a block the first is shown.
        made.set(index, isList && Array.isArray(found) ? (found[0] ?? null) : found);
      }
      return valueAt(made.get(index), path);
    },
    isSecret: ([name]) => {
      const index = definitions.findLastIndex((each, at) => at < end && each.name === name);
      const { value } = definitions[index] ?? {};
      if (value !== undefined && !secrets.has(index)) secrets.set(index, isSecret(value, scopeBefore(index)));
      return secrets.get(index) ?? false;
    },
  });
  const scope = scopeBefore(definitions.length);
  return { statement, scope, names };
}

async function made(
  statement: Statement | undefined,
  protocols: readonly Protocol[],
  choices: Choices,
  nodes: Names['nodes'],
  scope: Scope,
  notes: string[],
): Promise<Preview | string> {
  if (statement?.kind === 'packet') {
    const { protocol: id, message } = statement.packet;
    const found = emitPacket(protocols, statement.packet, scope);
    if (!(found instanceof Uint8Array)) return `${found.text}.`;
    const protocol = protocols.find((each) => each.id === id.text)!;
    const form = protocol.messages!.find(({ name }) => name === message.text)!;
    return { protocol, form, bytes: found, notes };
  }
  if (statement?.kind !== 'send') return 'No message that is sent stands here.';
  const { node, message, fields } = statement;
  const protocol = nodes.get(node.text);
  const form = protocol?.messages?.find(({ name }) => name === message.text);
  if (protocol === undefined || form === undefined) return `${node.text} has no message "${message.text}" that is known.`;
  const raw = fields.find(({ name }) => name.text === 'raw');
  if (raw !== undefined) {
    const { raw: bytes } = valuesOf([raw], scope);
    return bytes instanceof Uint8Array ? { protocol, form, bytes, notes } : 'raw is bytes.';
  }
  return { protocol, form, bytes: await encoded(protocol, form, fields, choices, scope, notes), notes };
}

/** What the node fills in, and over it what the script says. */
async function encoded(
  protocol: Protocol,
  form: MessageForm,
  fields: readonly FieldNode[],
  choices: Choices,
  scope: Scope,
  notes: string[],
): Promise<Uint8Array> {
  const node = await newNode(protocol, choices);
  const made = (fill: (given: FieldValues) => FieldValues): Uint8Array =>
    form.encode(fill(valuesToSend(fields, (own) => ({ ...scope, valid: (path) => valueAt(own, path) }), fill)));
  let reason: unknown;
  try {
    if (node !== undefined) {
      const bytes = made((given) => node(form.name, given));
      notes.push('What is left out is what a node says that has just been started.');
      return bytes;
    }
  } catch (error) {
    reason = error;
  }
  try {
    const bytes = made((given) => overlaid(blank(form.fields), given));
    notes.push('What a session decides is zero or empty here.');
    return bytes;
  } catch (error) {
    throw reason ?? error;
  }
}

/** What only a run knows is empty, and a note says so. */
function standIns(notes: string[]): Scope {
  const later = <T>(what: string, empty: T): T => {
    notes.push(`${what} is known when the script runs; here it is empty.`);
    return empty;
  };
  return {
    ...nowhere,
    random: (length) => new Uint8Array(length),
    file: (path) => later(`file(${JSON.stringify(path)})`, new Uint8Array(0)),
    environment: (name) => later(`env(${JSON.stringify(name)})`, ''),
    prompt: (question) => later(`prompt(${JSON.stringify(question)})`, ''),
  };
}

function formAt(message: MessageForm | undefined, path: readonly string[]) {
  let form: MessageForm['fields'][number] | undefined;
  let forms = message?.fields;
  for (const name of path) {
    form = forms?.find((each) => each.name === name);
    forms = form?.fields;
  }
  return form;
}

/** A capture (pcapng) of one frame that holds the message; a sentence where it is too long for one. */
export function previewCapture({ bytes, notes }: Pick<Preview, 'bytes' | 'notes'>): Uint8Array | string {
  if (bytes.length > MOST_BYTES) return `A preview shows at most ${MOST_BYTES} bytes, and these are ${bytes.length}.`;
  const frame = { bytes, seconds: 0, nanos: 0 };
  const parts = [
    sectionHeader({ application: 'Peerscope' }),
    interfaceDescription({ linkType: linkType.user0, name: 'preview' }),
    enhancedPacket(notes.length === 0 ? frame : { ...frame, comment: notes.join(' ') }),
  ];
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A protocol that takes every datagram for the message, in clear. */
export function previewProtocol({ protocol, form }: Pick<Preview, 'protocol' | 'form'>): Protocol {
  const { id, title, document, treeFields = [] } = protocol;
  return {
    ...{ id, title, document, names: [form.name], keys: [], rules: [], messages: [form], treeFields },
    recognise: () => 100,
    observe: ({ messages }) => ({
      conversation: ({ id: conversation }) => ({
        datagram: (direction, bytes, frame, _cut, pieces) => {
          const state = form.decode(bytes).problem === undefined ? 'decoded' : 'malformed';
          const record = { conversation, direction, frame, name: 0, state, encrypted: false } as const;
          messages.add(pieces === undefined ? record : { ...record, pieces });
        },
      }),
      end: () => {},
    }),
    dissect: ({ bytes, source, start, end }) => {
      const whole = bytes.slice(start, end);
      const layer = form.tree?.(whole) ?? { name: id, kind: 'struct', source: 0, start: 0, end: whole.length };
      const { problem } = form.decode(whole);
      const tree = movedField(layer, source, start);
      const shown: Field = { ...tree, name: id, end, text: `${id}, ${form.name}`, ...(problem === undefined ? {} : { problem }) };
      return { layer: shown, fields: fieldToJson(layer), whole, info: problem?.text ?? `${whole.length} bytes`, missing: [] };
    },
  };
}
