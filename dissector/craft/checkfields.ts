import { type FieldForm, type MessageForm, nearest } from '../codec/index.ts';
import type { CraftProblem, FieldNode, ValueNode } from './syntax.ts';

export type Place = 'send' | 'expect' | 'packet';

export interface FieldContext {
  readonly place: Place;
  /** Undefined where it is not known: only references are checked then. */
  readonly message: MessageForm | undefined;
  /** Names down to the signature of the message. */
  readonly signature: readonly string[] | undefined;
  readonly answers: ReadonlyMap<string, MessageForm | undefined>;
}

/** What does not fit the layout of a message. */
export function checkFields(fields: readonly FieldNode[], context: FieldContext): CraftProblem[] {
  const forms = context.message?.fields;
  return [...inRecord(fields, forms, forms?.some(isFree) === true, [], context)];
}

/** `free`: names beyond the layout are sent, too, as in JSON. */
function* inRecord(
  fields: readonly FieldNode[],
  forms: readonly FieldForm[] | undefined,
  free: boolean,
  path: readonly string[],
  context: FieldContext,
): Generator<CraftProblem> {
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
): Generator<CraftProblem> {
  const names = [...new Set(forms.map(({ name }) => name))];
  const meant = nearest(word, names);
  // What is expected may be a field that decoding alone gives; only a slip of the pen is told.
  const tolerant = free || place === 'expect';
  if (tolerant && meant === undefined) return;
  const more = meant === undefined ? names.join(', ') || 'no fields at all' : `did you mean ${meant}?`;
  const text = `${message!.name} has no field "${word}" here: ${more}`;
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
): Generator<CraftProblem> {
  const { start, end } = value;
  switch (value.kind) {
    case 'record': {
      return yield* inRecord(value.fields, form?.fields, form !== undefined && isFree(form), path, context);
    }
    case 'list':
      for (const [index, each] of value.values.entries()) yield* inValue(each, form, [...path, String(index)], context);
      return;
    case 'reference':
      return yield* reference(value, context);
    case 'any':
      if (context.place !== 'expect') yield { text: '"any" stands in expectations alone', start, end };
      return;
    default: {
      const text = form && misfit(value, form, context.place);
      if (text !== undefined) yield { text, start, end };
      else if (value.kind === 'bytes' && context.place === 'send' && path.join('.') === context.signature?.join('.'))
        yield { text: 'a signature by hand: left out, the node signs', start, end, severity: 'warning' };
    }
  }
}

function isFree({ type }: FieldForm): boolean {
  return type.startsWith('JSON') || type === 'proto3 records';
}

/** Why an encoder would not take a value; undefined where it does. */
function misfit(value: ValueNode, { name, type, integer, length, values }: FieldForm, place: Place): string | undefined {
  if (integer !== undefined) {
    // Nodes know values by their words, too.
    const words = place === 'packet' ? [] : Object.values(values ?? {});
    if (value.kind === 'text' && words.length > 0)
      return words.includes(value.value) ? undefined : `${name} has no value "${value.value}": ${words.join(', ')}`;
    if (value.kind === 'text' || value.kind === 'bytes') return `${name} is an integer (${type})`;
    if (value.kind !== 'number') return undefined;
    if (typeof value.value === 'number' && !Number.isInteger(value.value)) return `${name} is an integer (${type})`;
    const half = 1n << BigInt(integer.bits - 1);
    const [least, most] = integer.signed ? [-half, half - 1n] : [0n, 2n * half - 1n];
    const isIn = BigInt(value.value) >= least && BigInt(value.value) <= most;
    return isIn ? undefined : `${value.value} does not fit ${name} (${type}): ${least} to ${most}`;
  }
  if (/^(proto3 )?bytes\b/.test(type) && (value.kind === 'text' || value.kind === 'number'))
    return `${name} is bytes: text("…") makes some of text, hex(…) of digits`;
  if (length === undefined || value.kind !== 'bytes' || value.value.length === length) return undefined;
  return `${name} has ${length} bytes, not ${value.value.length}`;
}

function* reference(
  { path: [name = '', ...path], start, end }: ValueNode & { kind: 'reference' },
  { answers }: FieldContext,
): Generator<CraftProblem> {
  if (!answers.has(name)) {
    const known = [...answers.keys()].join(', ') || 'no expectation before this gives one a name with "as"';
    yield { text: `there is no answer "${name}": ${known}`, start, end };
    return;
  }
  let forms = answers.get(name)?.fields;
  for (const each of path) {
    const form = forms?.find((one) => one.name === each);
    const meant = forms && form === undefined ? nearest(each, new Set(forms.map((one) => one.name))) : undefined;
    if (meant !== undefined)
      yield { text: `${name} has no field "${each}": did you mean ${meant}?`, start, end, severity: 'warning' };
    if (form === undefined) return;
    forms = form.fields;
  }
}
