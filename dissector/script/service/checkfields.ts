import {
  type BytesKind,
  displayText,
  elementForm,
  elementOf,
  type FieldForm,
  isDecimal,
  isOpen,
  type MessageForm,
  nearest,
} from '../../codec/index.ts';
import { listed, misfitOf, shortened, typeOf, type ValueType } from '../run/function.ts';
import { functionOf, scriptFunctions } from '../run/functions.ts';
import type { FieldNode, ScriptProblem, ValueNode, Word } from '../syntax/tree.ts';
import { rangeOf } from './describe.ts';
import { Layered } from './scopes.ts';

export type Place = 'send' | 'edit' | 'expect' | 'packet' | 'define';

export interface FieldContext {
  readonly place: Place;
  /** Undefined where it is not known: only references are checked then. */
  readonly message: MessageForm | undefined;
  /** Names down to the signature of the message. */
  readonly signature: readonly string[] | undefined;
  readonly answers: Layered<MessageForm>;
  /** What was defined, by its name. */
  readonly values: Layered<ValueNode>;
}

/** What is wrong with a value that stands by itself. */
export function checkValue(
  value: ValueNode,
  context: Pick<FieldContext, 'place' | 'answers' | 'values'>,
  most: number,
): ScriptProblem[] {
  return firstOf(inValue(value, undefined, [], { ...context, message: undefined, signature: undefined }), most);
}

/** What does not fit the layout of a message. */
export function checkFields(fields: readonly FieldNode[], context: FieldContext, most: number): ScriptProblem[] {
  const forms = context.message?.fields;
  return firstOf(inRecord(fields, forms, context.message?.open === true, [], context), most);
}

function firstOf(problems: Generator<ScriptProblem>, most: number): ScriptProblem[] {
  const found: ScriptProblem[] = [];
  if (most > 0)
    for (const problem of problems) {
      found.push(problem);
      if (found.length >= most) break;
    }
  return found;
}

/** `free`: names beyond the layout are sent, too, as in JSON. */
function* inRecord(
  fields: readonly FieldNode[],
  forms: readonly FieldForm[] | undefined,
  free: boolean,
  path: readonly string[],
  context: FieldContext,
): Generator<ScriptProblem> {
  for (const { name, value } of fields) {
    const isRaw = name.text === 'raw' && path.length === 0 && context.place !== 'expect';
    const form = forms?.find((each) => each.name === name.text);
    if (forms !== undefined && form === undefined && !isRaw) yield* unknownField(name, forms, free, context);
    if (value !== undefined) yield* inValue(value, form, [...path, name.text], context);
  }
}

function* unknownField(
  { text: word, start, end }: FieldNode['name'],
  forms: readonly FieldForm[],
  free: boolean,
  { place, message }: FieldContext,
): Generator<ScriptProblem> {
  const names = [...new Set(forms.map(({ name }) => name))];
  const meant = nearest(word, names);
  // What is expected may be a field that decoding alone gives; only a slip of the pen is told.
  const tolerant = free || place === 'expect';
  if (free && meant === undefined) return;
  const more = meant === undefined ? listed(names) || 'no fields at all' : `did you mean ${meant}?`;
  const text =
    place === 'expect' && meant === undefined
      ? `${message!.name} has no field "${shortened(word)}" in its layout: only one that decoding adds could match`
      : `${message!.name} has no field "${shortened(word)}" here: ${more}`;
  yield {
    ...{ text, start, end },
    ...(meant === undefined ? {} : { meant }),
    ...(tolerant ? { severity: 'warning' as const } : {}),
  };
}

function* inValue(
  value: ValueNode,
  form: FieldForm | undefined,
  path: readonly string[],
  context: FieldContext,
): Generator<ScriptProblem> {
  const { start, end } = value;
  switch (value.kind) {
    case 'record': {
      // Bytes that hold a message take its fields.
      const scalar = form && form.fields === undefined ? scalarText(form) : undefined;
      if (scalar !== undefined) return yield { text: scalar, start, end };
      return yield* inRecord(value.fields, form?.fields, form !== undefined && isOpen(form.kind), path, context);
    }
    case 'list': {
      const scalar = form && form.kind.type !== 'list' && scalarText(form);
      if (typeof scalar === 'string') return yield { text: scalar, start, end };
      for (const [index, each] of value.values.entries())
        yield* inValue(each, form && elementForm(form), [...path, String(index)], context);
      return;
    }
    case 'reference':
      return yield* reference(value, form, context);
    case 'call':
      return yield* call(value, form, path, context);
    case 'none':
      if (context.place !== 'send' || path.length < 2)
        yield { text: '"none" stands in records of what a node sends: elsewhere a field is just not written', start, end };
      return;
    case 'valid':
      if (context.place === 'expect' || context.place === 'define')
        yield { text: '"valid" stands in what a node sends alone', start, end };
      return;
    case 'any':
      if (context.place !== 'expect') yield { text: '"any" stands in expectations alone', start, end };
      return;
    default: {
      const wrong = form && misfit(value, form, context.place);
      if (wrong !== undefined) yield { ...wrong, start, end };
      else if (value.kind === 'bytes' && context.place === 'send' && path.join('.') === context.signature?.join('.'))
        yield { text: 'a signature by hand: left out, the node signs', start, end, severity: 'warning', meant: 'valid' };
    }
  }
}

/** Whether the values fit the function, and what it makes the field. */
function* call(
  { name, values, start, end }: ValueNode & { kind: 'call' },
  form: FieldForm | undefined,
  path: readonly string[],
  context: FieldContext,
): Generator<ScriptProblem> {
  for (const value of values) yield* inValue(value, undefined, path, context);
  const called = functionOf(name.text);
  if (called === undefined) return yield unknownFunction(name);
  if (name.text === 'prompt' && values[0]?.kind !== 'text')
    return yield { text: 'a question is asked before anything runs: it stands in quotes', start, end };
  if (name.text === 'random' && context.place === 'expect' && values.length < 2)
    return yield { text: 'random bytes are others at each look: give them a seed, or a name with "@"', start, end };
  const text =
    misfitOf(
      called,
      values.map((value) => typeOfNode(value, context.values)),
    ) ??
    (form && misfitOfType(called.result, form));
  if (text !== undefined) yield { text, start, end };
}

function unknownFunction({ text: word, start, end }: Word): ScriptProblem {
  const names = scriptFunctions.map(({ name }) => name);
  const meant = nearest(word, names);
  const more = meant === undefined ? names.join(', ') : `did you mean ${meant}?`;
  return { text: `there is no function "${shortened(word)}": ${more}`, start, end, ...(meant === undefined ? {} : { meant }) };
}

/** The type of a value as far as its text tells it. */
export function typeOfNode(value: ValueNode, values: FieldContext['values']): ValueType | undefined {
  switch (value.kind) {
    case 'number':
      return typeOf(value.value);
    case 'text':
    case 'bytes':
    case 'record':
      return value.kind;
    case 'call':
      return functionOf(value.name.text)?.result;
    case 'reference': {
      const defined = value.path.length === 1 ? values.get(value.path[0]!) : undefined;
      // One level is looked at, so this ends.
      return defined === undefined ? undefined : typeOfNode(defined, new Layered());
    }
    default:
      return undefined;
  }
}

/** How the check of a value reads a field: as an integer, as bytes, or as something that takes what it is given. */
function scalarOf({ kind }: FieldForm): 'integer' | 'bytes' | undefined {
  const element = elementOf(kind);
  // An integer without a width of its own is given in hex, as bytes or as a number.
  if (element.type === 'integer') return element.digits === undefined ? 'integer' : undefined;
  return element.type === 'bytes' ? 'bytes' : undefined;
}

/** A sentence for a field that has no parts. */
function scalarText(form: FieldForm): string | undefined {
  const scalar = scalarOf(form);
  return scalar && `${form.name} is ${scalar === 'bytes' ? 'bytes' : 'an integer'} (${displayText(form)})`;
}

type Misfit = Pick<ScriptProblem, 'text' | 'meant'>;

/** Why an encoder would not take a value; undefined where it does. */
function misfit(value: ValueNode, form: FieldForm, place: Place): Misfit | undefined {
  const scalar = scalarOf(form);
  if (scalar !== undefined && value.kind === 'constant') return { text: scalarText(form)! };
  if (scalar === 'integer') return misfitOfInteger(value, form, place);
  if (scalar === 'bytes') return misfitOfBytes(value, form);
  return undefined;
}

function misfitOfInteger(value: ValueNode, form: FieldForm, place: Place): Misfit | undefined {
  const { name, kind, values } = form;
  // Nodes know values by their words, too.
  const words = place === 'packet' ? [] : Object.values(values ?? {});
  if (value.kind === 'text' && words.length > 0) {
    const meant = nearest(value.value, words);
    if (words.includes(value.value)) return undefined;
    return {
      text: `${name} has no value "${shortened(value.value)}": ${words.join(', ')}`,
      ...(meant ? { meant: JSON.stringify(meant) } : {}),
    };
  }
  const isWritten = value.kind === 'text' && isDecimal(value.value);
  if ((value.kind === 'text' && !isWritten) || value.kind === 'bytes') return { text: scalarText(form)! };
  if (value.kind !== 'number' && value.kind !== 'text') return undefined;
  if (typeof value.value === 'number' && !Number.isInteger(value.value)) return { text: scalarText(form)! };
  const range = rangeOf(elementOf(kind));
  if (range === undefined) return undefined;
  const [least, most] = range;
  const isIn = BigInt(value.value) >= least && BigInt(value.value) <= most;
  return isIn ? undefined : { text: `${value.value} does not fit ${name} (${displayText(form)}): ${least} to ${most}` };
}

function misfitOfBytes(value: ValueNode, { name, kind }: FieldForm): Misfit | undefined {
  if (value.kind === 'text' || value.kind === 'number')
    return {
      text: `${name} is bytes: text("…") makes some of text, hex(…) of digits`,
      ...(value.kind === 'text' ? { meant: `text(${JSON.stringify(value.value)})` } : {}),
    };
  const { length } = elementOf(kind) as BytesKind;
  if (typeof length !== 'number' || value.kind !== 'bytes' || value.value.length === length) return undefined;
  return { text: `${name} has ${length} bytes, not ${value.value.length}` };
}

function misfitOfType(type: ValueType, form: FieldForm): string | undefined {
  const { name } = form;
  const scalar = scalarOf(form);
  if (scalar === 'integer' && (type === 'bytes' || type === 'record')) return `${scalarText(form)}, not ${type}`;
  return scalar === 'bytes' && type !== 'bytes' && type !== 'any' ? `${name} is bytes, not ${type}` : undefined;
}

function misfitOfCall({ name }: ValueNode & { kind: 'call' }, form: FieldForm): string | undefined {
  const called = functionOf(name.text);
  return called && misfitOfType(called.result, form);
}

function* reference(
  { path: [name = '', ...rest], start, end }: ValueNode & { kind: 'reference' },
  form: FieldForm | undefined,
  context: FieldContext,
): Generator<ScriptProblem> {
  const { answers, values } = context;
  if (values.has(name)) {
    const value = values.get(name);
    if (value === undefined || form === undefined || rest.length > 0) return;
    // One level is looked at: definitions of definitions grow faster than their text.
    const text = value.kind === 'call' ? misfitOfCall(value, form) : misfit(value, form, context.place)?.text;
    if (text !== undefined) yield { text: `${name}: ${text}`, start, end };
    return;
  }
  if (!answers.has(name)) {
    const all = [...answers.keys(), ...values.keys()];
    const meant = nearest(name, all);
    const more =
      meant === undefined ? listed(all) || 'no expectation and no "@" before this gives one a name' : `did you mean ${meant}?`;
    yield {
      text: `there is nothing named "${shortened(name)}": ${more}`,
      start,
      end: start + name.length,
      ...(meant === undefined ? {} : { meant }),
    };
    return;
  }
  if (rest.length === 0) {
    yield {
      text: `${name} is a whole message: name one of its fields, like ${name}.${answers.get(name)?.fields[0]?.name ?? 'field'}`,
      start,
      end,
    };
    return;
  }
  let forms = answers.get(name)?.fields;
  let at = start + name.length;
  for (const each of rest) {
    const place = { start: at + 1, end: at + 1 + each.length };
    at = place.end;
    const found = forms?.find((one) => one.name === each);
    const meant = forms && found === undefined ? nearest(each, new Set(forms.map((one) => one.name))) : undefined;
    if (meant !== undefined)
      yield { text: `${name} has no field "${each}": did you mean ${meant}?`, ...place, severity: 'warning', meant };
    if (found === undefined) return;
    forms = found.fields;
  }
}
