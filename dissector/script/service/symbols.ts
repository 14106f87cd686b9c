import type { FieldForm, MessageForm } from '../../codec/index.ts';
import type { Protocol } from '../../protocol/index.ts';
import type { FieldNode, Span, Statement, ValueNode, Word } from '../syntax/tree.ts';
import { Checker } from './check.ts';
import type { Names } from './scopes.ts';

/** A word of a script that names something, and what that is as far as it is known. */
export interface ScriptSymbol extends Span {
  readonly text: string;
  readonly role: 'node' | 'answer' | 'value' | 'protocol' | 'message' | 'field' | 'function' | 'fault' | 'role';
  /** It gives the name. */
  readonly isDefinition?: true;
  readonly protocol?: Protocol | undefined;
  readonly message?: MessageForm | undefined;
  readonly field?: FieldForm | undefined;
  /** What a defined name stands for, or a field is set to. */
  readonly value?: ValueNode | undefined;
  /** The fields of the record in which a field stands. */
  readonly beside?: readonly FieldNode[];
}

/** The words of statements in the order of the text. `before`: what has a name already. */
export function symbolsIn(statements: readonly Statement[], protocols: readonly Protocol[], before: Names): ScriptSymbol[] {
  const checker = new Checker(protocols, before);
  const words: ScriptSymbol[] = [];
  for (const statement of statements) {
    for (const word of inStatement(statement, protocols, checker.names)) words.push(word);
    checker.check(statement);
  }
  return words;
}

function* inStatement(statement: Statement, protocols: readonly Protocol[], names: Names): Generator<ScriptSymbol> {
  switch (statement.kind) {
    case 'node': {
      const protocol = protocols.find(({ id }) => id === statement.protocol.text);
      yield { ...spanOf(statement.name), role: 'node', isDefinition: true, protocol };
      yield { ...spanOf(statement.protocol), role: 'protocol', protocol };
      for (const address of [statement.address, statement.forward])
        if (address !== undefined && names.nodes.has(address.text)) yield node(address, names);
      if (statement.role !== undefined) yield { ...spanOf(statement.role), role: 'role', protocol };
      return;
    }
    case 'define':
      yield { ...spanOf(statement.name), role: 'value', isDefinition: true, value: statement.value };
      if (statement.value !== undefined) yield* inValue(statement.value, undefined, names);
      return;
    case 'repeat':
      if (statement.count !== undefined) yield* inValue(statement.count, undefined, names);
      return;
    case 'for':
      yield { ...spanOf(statement.name), role: 'value', isDefinition: true };
      if (statement.values !== undefined) yield* inValue(statement.values, undefined, names);
      return;
    case 'fault':
      yield node(statement.node, names);
      yield { ...spanOf(statement.fault), role: 'fault' };
      if (statement.message !== undefined) yield message(statement.message, names.nodes.get(statement.node.text));
      return;
    case 'send':
    case 'edit':
    case 'expect': {
      const protocol = names.nodes.get(statement.node.text);
      const found = message(statement.message, protocol);
      yield node(statement.node, names);
      yield found;
      const as = statement.kind === 'expect' ? statement.as : undefined;
      const answer: ScriptSymbol[] =
        as === undefined ? [] : [{ ...spanOf(as), role: 'answer', isDefinition: true, protocol, message: found.message }];
      const words = [...answer, ...inFields(statement.fields, found.message?.fields, names, found)];
      return yield* words.sort((a, b) => a.start - b.start);
    }
    case 'silence':
      yield node(statement.node, names);
      if (statement.message !== undefined) yield message(statement.message, names.nodes.get(statement.node.text));
      return;
    case 'close':
      return yield node(statement.node, names);
    case 'packet': {
      const { protocol: id, message: name, fields } = statement.packet;
      const protocol = protocols.find((each) => each.id === id.text);
      const found = message(name, protocol);
      yield { ...spanOf(id), role: 'protocol', protocol };
      yield found;
      return yield* inFields(fields, found.message?.fields, names, found);
    }
    case 'end':
    case 'section':
    case 'wait':
  }
}

function node(word: Word, names: Names): ScriptSymbol {
  return { ...spanOf(word), role: 'node', protocol: names.nodes.get(word.text) };
}

function message(word: Word, protocol: Protocol | undefined): ScriptSymbol {
  return { ...spanOf(word), role: 'message', protocol, message: protocol?.messages?.find(({ name }) => name === word.text) };
}

type Around = Pick<ScriptSymbol, 'protocol' | 'message'>;

function* inFields(
  fields: readonly FieldNode[],
  forms: readonly FieldForm[] | undefined,
  names: Names,
  around: Around,
): Generator<ScriptSymbol> {
  for (const { name, value } of fields) {
    const field = forms?.find((each) => each.name === name.text);
    yield { ...spanOf(name), role: 'field', protocol: around.protocol, message: around.message, field, value, beside: fields };
    if (value !== undefined) yield* inValue(value, field, names, around);
  }
}

function* inValue(value: ValueNode, form: FieldForm | undefined, names: Names, around: Around = {}): Generator<ScriptSymbol> {
  switch (value.kind) {
    case 'record':
      return yield* inFields(value.fields, form?.fields, names, around);
    case 'list':
      for (const each of value.values) yield* inValue(each, form, names, around);
      return;
    case 'call':
      yield { ...spanOf(value.name), role: 'function' };
      for (const each of value.values) yield* inValue(each, undefined, names, around);
      return;
    case 'reference':
      return yield* inReference(value, names);
    default:
  }
}

function* inReference(
  { path: [name = '', ...rest], start }: ValueNode & { kind: 'reference' },
  names: Names,
): Generator<ScriptSymbol> {
  const span = { text: name, start, end: start + name.length };
  if (names.values.has(name)) return yield { ...span, role: 'value', value: names.values.get(name) };
  const answered = names.answers.get(name);
  yield { ...span, role: 'answer', message: answered };
  let forms = answered?.fields;
  let at = span.end;
  for (const each of rest) {
    const field = forms?.find((one) => one.name === each);
    yield { text: each, start: at + 1, end: at + 1 + each.length, role: 'field', message: answered, field };
    at += 1 + each.length;
    forms = field?.fields;
  }
}

function spanOf({ text, start, end }: Word): { readonly text: string } & Span {
  return { text, start, end };
}
