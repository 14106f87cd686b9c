import { captureLimits } from '../bytes/index.ts';
import { type FieldForm, freshKinds, kindProblem } from '../codec/index.ts';
import type { NumberTable, OpenChoice } from './choices.ts';
import type { Severity } from './finding.ts';
import { type Members, unknownMember } from './members.ts';
import type { EndpointId, LayerForm, Protocol } from './protocol.ts';
import type { WireTag } from './wire.ts';

const severities: readonly Severity[] = ['error', 'warning', 'note'];

/**
 * Checks what a protocol declares and returns it. Everything that a person reads or types (names, key labels, rules,
 * settings) is derived from the declaration, so a mistake in it would show far from where it was made. Throws a TypeError
 * that says what is wrong, in a sentence.
 *
 * Here, and nowhere else, the types of its facts and sessions are let go: the engine hands back to a protocol only what the protocol's
 * own first pass put into its table, and reads none of it.
 */
export function defineProtocol<Facts = unknown, Session = unknown>(declared: Protocol<Facts, Session>): Protocol {
  // A protocol written in JavaScript has no compiler that would have told.
  const given: unknown = declared;
  if (typeof given !== 'object' || given === null) throw new TypeError('A protocol is an object: defineProtocol({ id, … }).');
  const protocol = withKinds(declared as Protocol);
  const { id } = protocol;
  if (typeof id !== 'string' || !/^[a-z][a-z0-9]*$/.test(id) || id === 'none')
    throw new TypeError(
      'The id of a protocol is a word of lower-case letters and digits that begins with a letter; "none" is taken.',
    );
  const fail = (sentence: string): never => {
    throw new TypeError(`${id}: ${sentence}`);
  };
  const unknown = unknownMember(given, members, 'a protocol');
  if (unknown !== undefined) fail(ended(unknown));
  for (const name of ['title', 'document'] as const) if (!isText(protocol[name])) fail(`"${name}" is a text.`);
  for (const name of ['recognise', 'observe', 'dissect'] as const)
    if (typeof protocol[name] !== 'function') fail(`"${name}" is a function.`);
  for (const name of ['almost', 'explain', 'part', 'compute', 'seal', 'editing', 'runningCipher'] as const)
    if (protocol[name] !== undefined && typeof protocol[name] !== 'function') fail(`"${name}" is a function, or left out.`);
  for (const name of ['names', 'keys', 'rules'] as const) if (!Array.isArray(protocol[name])) fail(`"${name}" is a list.`);
  if (protocol.choices !== undefined && !Array.isArray(protocol.choices)) fail('"choices" is a list, or left out.');
  checkNames(protocol.names, fail);
  if (protocol.messages !== undefined && !Array.isArray(protocol.messages)) fail('"messages" is a list, or left out.');
  checkMessages(protocol, fail);
  checkPeriodic(protocol, fail);
  checkEndpointIds(protocol, fail);
  checkWire(protocol, fail);
  checkTreeFields(protocol, fail);
  checkLayers(protocol, fail);
  checkKeys(protocol, fail);
  checkRules(protocol, fail);
  checkChoices(protocol, fail);
  checkLimits(protocol, fail);
  return protocol;
}

type Fail = (sentence: string) => never;

const members: Members<Protocol> = {
  ...{
    id: true,
    title: true,
    document: true,
    names: true,
    keys: true,
    rules: true,
    messages: true,
    treeFields: true,
    layers: true,
  },
  ...{ machines: true, choices: true, limits: true, ports: true, recognise: true, almost: true, observe: true, dissect: true },
  ...{
    explain: true,
    part: true,
    compute: true,
    carried: true,
    seal: true,
    editing: true,
    runningCipher: true,
    peer: true,
    periodic: true,
    endpointIds: true,
    wire: true,
  },
};

function ended(text: string): string {
  return text.endsWith('?') ? text : `${text}.`;
}

/** Kinds that one word says whole. */
const words: readonly string[] = ['text', 'bytes', 'boolean', 'address', 'time', 'frame', 'record'];

/** The protocol with the kinds of its fields as data where a word stands for one: `kind: 'text'`, or `type: 'text'` as modules had it before 0.2. */
function withKinds(protocol: Protocol): Protocol {
  if (!Array.isArray(protocol.messages) || !protocol.messages.some((form) => hasWords(form?.fields))) return protocol;
  return { ...protocol, messages: protocol.messages.map((form) => ({ ...form, fields: withoutWords(form.fields) })) };
}

function wordOf(field: FieldForm): string | undefined {
  const { kind = (field as { readonly type?: unknown } | undefined)?.type } = (field ?? {}) as { readonly kind?: unknown };
  return typeof kind === 'string' && words.includes(kind) ? kind : undefined;
}

function hasWords(fields: readonly FieldForm[] | undefined): boolean {
  return Array.isArray(fields) && fields.some((field) => wordOf(field) !== undefined || hasWords(field?.fields));
}

function withoutWords(fields: readonly FieldForm[]): readonly FieldForm[] {
  return fields.map((field) => {
    const type = wordOf(field);
    const inner = field.fields === undefined ? {} : { fields: withoutWords(field.fields) };
    return { ...field, ...inner, ...(type === undefined ? {} : { kind: { type } as FieldForm['kind'] }) };
  });
}

function checkNames(names: readonly string[], fail: Fail): void {
  if (names.length === 0 || names.length > 256) fail(`"names" holds 1 to 256 names of messages, not ${names.length}.`);
  for (const name of names) if (!isText(name)) fail('every name of a message is a text.');
  const twice = repeated(names);
  if (twice !== undefined) fail(`two messages have the name "${twice}".`);
}

function checkPeriodic({ names, periodic = [] }: Protocol, fail: Fail): void {
  const unknown = Array.isArray(periodic) ? periodic.find((name) => !names.includes(name)) : periodic;
  if (unknown !== undefined) fail(`"periodic" is a list of some of "names", not ${JSON.stringify(unknown)}.`);
}

function checkEndpointIds({ names, endpointIds = [] }: Protocol, fail: Fail): void {
  if (!Array.isArray(endpointIds)) fail('"endpointIds" is a list, or left out.');
  for (const { field, of, messages = [] } of endpointIds as readonly Partial<EndpointId>[]) {
    if (!isText(field)) fail('each of "endpointIds" has a "field", named as in a filter.');
    if (of !== 'sender' && of !== 'recipient') fail(`"of" of the endpoint id ${field} is "sender" or "recipient".`);
    const unknown = Array.isArray(messages) ? messages.find((name) => !names.includes(name)) : messages;
    if (unknown !== undefined)
      fail(`"messages" of the endpoint id ${field} is a list of some of "names", not ${JSON.stringify(unknown)}.`);
  }
}

function checkWire({ names, messages = [], wire }: Protocol, fail: Fail): void {
  if (wire === undefined) return;
  if ('json' in wire) {
    if (!['udp', 'tcp'].includes(wire.transport) || typeof wire.json !== 'string' || wire.json === '')
      fail('"wire" of JSON has the transport udp or tcp, and in "json" the name of a member.');
    return;
  }
  if (!['udp', 'tcp'].includes(wire.transport) || !Array.isArray(wire.messages))
    fail('"wire" has the transport udp or tcp, and a list of "messages".');
  for (const { name, when, layout = messages.find((form) => form.name === name)?.layout } of wire.messages) {
    if (!names.includes(name)) fail(`each message of "wire" has one of "names" as its name, not ${JSON.stringify(name)}.`);
    if (!Array.isArray(when) || layout?.kind !== 'struct')
      fail(`the message ${name} of "wire" has a list "when", and a struct as its "layout" or that of its form.`);
    for (const { at, size, from } of when as readonly WireTag[])
      if (![at, size, from].every((value) => Number.isInteger(value) && value >= 0))
        fail(`"when" of the message ${name} says "at", "size" and "from" in whole numbers.`);
  }
}

function checkMessages({ names, messages = [] }: Protocol, fail: Fail): void {
  for (const form of messages) {
    if (!names.includes(form?.name))
      fail(`each of "messages" has one of "names" as its name, not ${JSON.stringify(form?.name)}.`);
    if (typeof form.doc !== 'string' || typeof form.decode !== 'function' || typeof form.encode !== 'function')
      fail(`the message ${form.name} has a text "doc" and the functions "decode" and "encode": structForm makes them.`);
    checkFields(form.fields, form.name, fail);
  }
  const twice = repeated(messages.map(({ name }) => name));
  if (twice !== undefined) fail(`two of "messages" have the name "${twice}".`);
}

function checkTreeFields({ names, treeFields = [] }: Protocol, fail: Fail): void {
  if (!Array.isArray(treeFields)) fail('"treeFields" is a list, or left out.');
  checkFields(treeFields, 'treeFields', fail);
  for (const { name, under, like, messages = [] } of treeFields) {
    if ((under !== undefined && !isText(under)) || (like !== undefined && !isText(like)))
      fail(`"under" and "like" of the tree field ${name} are paths of fields, or left out.`);
    const unknown = Array.isArray(messages) ? messages.find((message) => !names.includes(message)) : messages;
    if (unknown !== undefined)
      fail(`"messages" of the tree field ${name} is a list of some of "names", not ${JSON.stringify(unknown)}.`);
  }
}

function checkLayers({ id: own, layers = [] }: Protocol, fail: Fail): void {
  if (!Array.isArray(layers)) fail('"layers" is a list, or left out.');
  for (const { id, title, messages, treeFields = [] } of layers as readonly Partial<LayerForm>[]) {
    if (!isText(id) || !/^[a-z][a-z0-9]*$/.test(id)) fail('the id of a layer is a word of lower-case letters and digits.');
    if (id === own) fail(`the layer ${id} has the name of the protocol: give it another one.`);
    if (!isText(title) || !Array.isArray(messages)) fail(`the layer ${id} has a text "title" and a list of "messages".`);
    for (const form of messages ?? []) checkFields(form.fields, `${id}.${form.name}`, fail);
    checkFields(treeFields, `the layer ${id}`, fail);
  }
  const twice = repeated(layers.map(({ id }) => id));
  if (twice !== undefined) fail(`two layers have the id "${twice}".`);
}

function checkFields(fields: readonly FieldForm[], of: string, fail: Fail): void {
  if (!Array.isArray(fields)) fail(`the fields of ${of} are a list.`);
  for (const field of fields) {
    checkField(field, of, fail);
    if (field.fields !== undefined) checkFields(field.fields, `${of}.${field.name}`, fail);
  }
}

function checkField(field: FieldForm, of: string, fail: Fail): void {
  if (!isText(field?.name) || typeof field.doc !== 'string') fail(`each field of ${of} has a "name" and a "doc", both texts.`);
  const name = `${of}.${field.name}`;
  if (field.kind === undefined && 'type' in field)
    fail(
      `the field ${name} has a "type" and no "kind": say what it is as data, { type: 'bytes' } say; words for people are its "display".`,
    );
  const problem = kindProblem(field.kind);
  if (problem !== undefined) fail(`the "kind" of the field ${name} is ${problem}.`);
  if (field.fresh !== undefined && !freshKinds.includes(field.fresh?.as))
    fail(`"fresh" of the field ${name} is { as } with one of ${freshKinds.join(', ')}: "fresh" of the library makes it.`);
  if (field.display !== undefined && !isText(field.display)) fail(`the "display" of the field ${name} is a text, or left out.`);
}

function checkKeys({ keys }: Protocol, fail: Fail): void {
  for (const kind of keys) {
    if (!isText(kind?.label) || !/^[A-Z][A-Z0-9_]*$/.test(kind.label)) fail('the label of a key is in capitals, digits and "_".');
    if (typeof kind.parse !== 'function' || typeof kind.form !== 'string' || typeof kind.doc !== 'string')
      fail(`the key ${kind.label} has a text "form", a text "doc" and a function "parse".`);
  }
  const twice = repeated(keys.map(({ label }) => label));
  if (twice !== undefined) fail(`two keys have the label ${twice}.`);
}

function checkRules({ id, rules }: Protocol, fail: Fail): void {
  for (const rule of rules) {
    if (!isText(rule?.id) || !/^[a-z0-9]+\.[a-z0-9-]+$/.test(rule.id) || !rule.id.startsWith(`${id}.`))
      fail(`the id of a rule is "${id}." and a word of lower-case letters, digits and "-", not ${JSON.stringify(rule?.id)}.`);
    if (!severities.includes(rule.severity)) fail(`the severity of ${rule.id} is one of ${severities.join(', ')}.`);
    if (typeof rule.clause !== 'string') fail(`the clause of ${rule.id} is a text.`);
  }
}

function checkChoices({ id, choices = [] }: Protocol, fail: Fail): void {
  for (const choice of choices) {
    if (!isText(choice?.id) || !/^[a-z0-9]+\.[A-Za-z0-9-]+$/.test(choice.id) || !choice.id.startsWith(`${id}.`))
      fail(`the id of a choice is "${id}." and a word, not ${JSON.stringify(choice?.id)}.`);
    if (typeof choice.doc !== 'string') fail(`the doc of ${choice.id} is a text.`);
    if ('numbers' in choice) checkNumbers(choice, fail);
    else checkCandidates(choice, fail);
  }
  const twice = repeated(choices.map((choice) => choice.id));
  if (twice !== undefined) fail(`two choices have the id ${twice}.`);
}

function checkNumbers({ id, numbers }: NumberTable, fail: Fail): void {
  const values = Object.values(numbers ?? {});
  const fit = values.length > 0 && values.every((value) => Number.isInteger(value) && value >= 0 && value <= 255);
  if (!fit || repeated(values) !== undefined) fail(`${id} gives each of its names another integer from 0 to 255.`);
}

function checkCandidates({ id, candidates }: OpenChoice, fail: Fail): void {
  if (!Array.isArray(candidates) || candidates.length === 0) fail(`${id} has a list of candidates.`);
  for (const candidate of candidates)
    if (!isText(candidate?.id) || typeof candidate.doc !== 'string' || candidate.id === 'auto')
      fail(`each candidate of ${id} has an "id" and a "doc", both texts; the id "auto" is taken.`);
  const twice = repeated(candidates.map((candidate) => candidate.id));
  if (twice !== undefined) fail(`${id} has two candidates with the id "${twice}".`);
}

function checkLimits({ limits = {} }: Protocol, fail: Fail): void {
  if (typeof limits !== 'object' || limits === null || Array.isArray(limits)) fail('"limits" is an object: a limit by its name.');
  for (const [name, limit] of Object.entries(limits)) {
    if (!/^[a-z][A-Za-z0-9]*$/.test(name)) fail(`the name of the limit ${JSON.stringify(name)} is a word of letters and digits.`);
    if (Object.hasOwn(captureLimits, name))
      fail(`there is a limit ${name} for every capture: give that of this protocol another name.`);
    const { standard, most = Number.MAX_SAFE_INTEGER, doc } = limit ?? {};
    if (!isText(doc)) fail(`the limit ${name} has a text "doc".`);
    if (!Number.isSafeInteger(standard) || standard <= 0 || !(standard <= most))
      fail(`the "standard" of the limit ${name} is a whole number above 0, and not above its "most".`);
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function repeated<T>(values: readonly T[]): T | undefined {
  return values.find((value, index) => values.indexOf(value) !== index);
}
