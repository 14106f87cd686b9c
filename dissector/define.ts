import type { FieldForm } from './codec/index.ts';
import type { NumberTable, OpenChoice, Protocol, Severity } from './session/index.ts';

const severities: readonly Severity[] = ['error', 'warning', 'note'];

/**
 * Checks what a protocol declares and returns it. Everything that a person reads or types (names, key labels, rules,
 * settings) is derived from the declaration, so a mistake in it would show far from where it was made. Throws a TypeError
 * that says what is wrong, in a sentence.
 */
export function defineProtocol(protocol: Protocol): Protocol {
  // A protocol written in JavaScript has no compiler that would have told.
  const given: unknown = protocol;
  if (typeof given !== 'object' || given === null) throw new TypeError('A protocol is an object: defineProtocol({ id, … }).');
  const { id } = protocol;
  if (typeof id !== 'string' || !/^[a-z][a-z0-9]*$/.test(id) || id === 'none')
    throw new TypeError(
      'The id of a protocol is a word of lower-case letters and digits that begins with a letter; "none" is taken.',
    );
  const fail = (sentence: string): never => {
    throw new TypeError(`${id}: ${sentence}`);
  };
  for (const name of ['title', 'document'] as const) if (!isText(protocol[name])) fail(`"${name}" is a text.`);
  for (const name of ['recognise', 'observe', 'dissect'] as const)
    if (typeof protocol[name] !== 'function') fail(`"${name}" is a function.`);
  for (const name of ['explain', 'part', 'compute'] as const)
    if (protocol[name] !== undefined && typeof protocol[name] !== 'function') fail(`"${name}" is a function, or left out.`);
  for (const name of ['names', 'keys', 'rules'] as const) if (!Array.isArray(protocol[name])) fail(`"${name}" is a list.`);
  if (protocol.choices !== undefined && !Array.isArray(protocol.choices)) fail('"choices" is a list, or left out.');
  checkNames(protocol.names, fail);
  if (protocol.messages !== undefined && !Array.isArray(protocol.messages)) fail('"messages" is a list, or left out.');
  checkMessages(protocol, fail);
  checkKeys(protocol, fail);
  checkRules(protocol, fail);
  checkChoices(protocol, fail);
  return protocol;
}

type Fail = (sentence: string) => never;

function checkNames(names: readonly string[], fail: Fail): void {
  if (names.length === 0 || names.length > 256) fail(`"names" holds 1 to 256 names of messages, not ${names.length}.`);
  for (const name of names) if (!isText(name)) fail('every name of a message is a text.');
  const twice = repeated(names);
  if (twice !== undefined) fail(`two messages have the name "${twice}".`);
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

function checkFields(fields: readonly FieldForm[], of: string, fail: Fail): void {
  if (!Array.isArray(fields)) fail(`the fields of ${of} are a list.`);
  for (const field of fields) {
    if (!isText(field?.name) || !isText(field.type) || typeof field.doc !== 'string')
      fail(`each field of ${of} has a "name", a "type" and a "doc", all texts.`);
    if (field.fields !== undefined) checkFields(field.fields, `${of}.${field.name}`, fail);
  }
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

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function repeated<T>(values: readonly T[]): T | undefined {
  return values.find((value, index) => values.indexOf(value) !== index);
}
