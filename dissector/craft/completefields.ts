/** What may stand inside the brackets of a packet script: fields of a layout, and values for them. */
import type { FieldForm, MessageForm } from '../codec/index.ts';
import type { Protocol } from '../session/index.ts';
import type { Caret, OpenBracket } from './caret.ts';
import type { CompletionContext } from './complete.ts';
import { describeField, describeFunction, rangeOf, typeText } from './describe.ts';
import { type CompletionItem, type Completions, slot } from './editing.ts';
import { parameterAt, signatureText, type ValueType } from './function.ts';
import { functionOf, scriptFunctions } from './functions.ts';

type Place = 'send' | 'expect' | 'packet' | 'define';

interface Around {
  readonly place: Place;
  readonly protocol: Protocol | undefined;
  readonly message: MessageForm | undefined;
}

export function completeFields(caret: Caret, context: CompletionContext): Completions {
  const { start, end, open, isAfter } = caret;
  const around = aroundOf(caret, context);
  const top = open.at(-1)!;
  const none = { start, end, items: [] };
  if (isAfter) return none;
  const forms = formsIn(open, around.message);
  if (top.mark === '{' && top.field === undefined)
    return { start, end, items: names(forms ?? [], top, open.length === 1, around) };
  const after = partsAfterDot(caret, context);
  if (after !== undefined) return after;
  if (top.mark === '(') return { start, end, items: values(undefined, argument(top), around, context) };
  const field = top.mark === '{' ? forms?.find(({ name }) => name === top.field) : element(open, around.message);
  return { start, end, items: values(field, undefined, around, context) };
}

/** The fields of an answer, where its name and a dot are written. */
export function partsAfterDot({ start, end, typed, isQuoted }: Caret, context: CompletionContext): Completions | undefined {
  const dot = isQuoted ? -1 : typed.lastIndexOf('.');
  if (dot < 0) return undefined;
  return { start: start + dot + 1, end, items: parts(typed.slice(0, dot).split('.'), context) };
}

/** Values for a name that is being defined. */
export function anyValues(context: CompletionContext): CompletionItem[] {
  return values(undefined, undefined, { place: 'define', protocol: undefined, message: undefined }, context);
}

function aroundOf({ head }: Caret, { protocols, names }: CompletionContext): Around {
  const [first = '', second = '', third = ''] = head;
  const isMessage = first === 'send' || first === 'expect';
  const protocol = isMessage ? names.nodes.get(second) : protocols.find(({ id }) => id === first);
  const name = isMessage ? third : second;
  const place = isMessage ? first : first === '@' ? 'define' : 'packet';
  return { place, protocol, message: protocol?.messages?.find((form) => form.name === name) };
}

/** The fields of the innermost record; undefined where they are not known. */
function formsIn(open: readonly OpenBracket[], message: MessageForm | undefined): readonly FieldForm[] | undefined {
  let forms = message?.fields;
  for (const { mark, name } of open.slice(1)) {
    if (mark === '(') return undefined;
    if (name !== undefined) forms = forms?.find((form) => form.name === name)?.fields;
  }
  return forms;
}

/** The field whose list is being written. */
function element(open: readonly OpenBracket[], message: MessageForm | undefined): FieldForm | undefined {
  const list = open.at(-1)!;
  const form = formsIn(open.slice(0, -1), message)?.find((each) => each.name === list.name);
  if (form === undefined) return undefined;
  // In a list stand its parts, and not a further list.
  const { repeated: _, ...part } = form;
  return part;
}

function names(
  forms: readonly FieldForm[],
  { given }: OpenBracket,
  isOutermost: boolean,
  { place, protocol }: Around,
): CompletionItem[] {
  const all = [...new Map(forms.map((form) => [form.name, form])).values()].filter(({ name }) => !given.includes(name));
  const raw: CompletionItem[] =
    isOutermost && place !== 'expect' && !given.includes('raw')
      ? [{ label: 'raw', insert: 'raw: ', kind: 'field', detail: 'bytes', doc: 'All of the bytes, instead of fields.' }]
      : [];
  return [...all.map((form) => nameItem(form, protocol)), ...raw];
}

function nameItem(form: FieldForm, protocol: Protocol | undefined): CompletionItem {
  const name = /^[\w.-]+$/.test(form.name) ? form.name : JSON.stringify(form.name);
  const isList = form.repeated === true;
  const value = form.fields === undefined ? (isList ? '[$0]' : '') : isList ? '[{ $0 }]' : '{ $0 }';
  return {
    ...{
      label: form.name,
      insert: `${name}: ${value}`,
      kind: 'field',
      detail: typeText(form),
      doc: describeField(form, protocol),
    },
    ...(value === '' ? {} : { snippet: true }),
  };
}

/** The fields of an answer, after `retry.`. */
function parts([name = '', ...path]: readonly string[], { names: { answers } }: CompletionContext): CompletionItem[] {
  let forms = answers.get(name)?.fields;
  for (const each of path) forms = forms?.find((form) => form.name === each)?.fields;
  return (forms ?? []).map((form) => ({
    ...{ label: form.name, insert: form.name, kind: 'field', detail: typeText(form), doc: describeField(form) },
  }));
}

function argument({ name = '', index }: OpenBracket): ValueType {
  const called = functionOf(name);
  return (called && parameterAt(called, index)?.type) ?? 'any';
}

/** Values for a field, or of a type where a function takes them. */
function values(
  form: FieldForm | undefined,
  type: ValueType | undefined,
  around: Around,
  context: CompletionContext,
): CompletionItem[] {
  const wanted = type ?? typeOfForm(form);
  return [
    ...wordsOf(form, around.place),
    ...special(form, wanted, around.place),
    ...named(form, context),
    ...literals(form, wanted),
    ...scriptFunctions
      .filter(({ result }) => fits(result, wanted))
      .map((called) => ({
        ...{
          label: called.name,
          insert: `${called.name}($0)`,
          kind: 'function' as const,
          detail: signatureText(called),
          doc: describeFunction(called),
        },
        snippet: true as const,
      })),
  ];
}

function typeOfForm(form: FieldForm | undefined): ValueType {
  if (form === undefined) return 'any';
  if (form.integer !== undefined) return 'integer';
  if (/^(proto3 )?bytes\b/.test(form.type)) return 'bytes';
  if (/^(proto3 string|UTF-8|JSON string)/.test(form.type)) return 'text';
  return form.fields === undefined ? 'any' : 'record';
}

function fits(result: ValueType, wanted: ValueType): boolean {
  return result === wanted || result === 'any' || wanted === 'any';
}

function value(label: string, detail: string, doc = '', insert = label): CompletionItem {
  return { label, insert, kind: 'value', detail, doc, ...(insert.includes('$') ? { snippet: true } : {}) };
}

/** The words of an integer; nodes know them, and bytes alone have numbers. */
function wordsOf(form: FieldForm | undefined, place: Place): CompletionItem[] {
  return Object.entries(form?.values ?? {}).map(([number, word]) =>
    place === 'packet' ? value(number, word) : value(JSON.stringify(word), number),
  );
}

function special(form: FieldForm | undefined, wanted: ValueType, place: Place): CompletionItem[] {
  if (place === 'expect') return [value('any', 'whatever it is')];
  if (place !== 'send') return [];
  const valid = value('valid', 'what the node would send');
  if (form?.fields !== undefined) return [];
  if (wanted !== 'bytes') return [valid];
  return [
    valid,
    value('flip(valid, 1)', 'with a bit flipped', '', `flip(valid, ${slot(1, '1')})`),
    value('truncate(valid, …)', 'its first bytes', '', `truncate(valid, ${slot(1, '8')})`),
  ];
}

/** What was defined, and fields of answers: those of the same name first. */
function named(form: FieldForm | undefined, { names: { answers, values: defined } }: CompletionContext): CompletionItem[] {
  const own = defined
    .keys()
    .map((name): CompletionItem => ({ label: name, insert: name, kind: 'answer', detail: 'a value', doc: '' }));
  const alike = [...answers.entries()].flatMap(([name, message]) =>
    (message?.fields ?? [])
      .filter((each) => each.name === form?.name)
      .map(
        (each): CompletionItem => ({
          label: `${name}.${each.name}`,
          insert: `${name}.${each.name}`,
          kind: 'answer',
          detail: each.type,
          doc: each.doc,
        }),
      ),
  );
  const whole = [...answers.entries()].map(
    ([name, message]): CompletionItem => ({
      label: name,
      insert: `${name}.`,
      kind: 'answer',
      detail: message?.name ?? '',
      doc: '',
    }),
  );
  return [...alike, ...own, ...whole];
}

function literals(form: FieldForm | undefined, wanted: ValueType): CompletionItem[] {
  if (form?.type === 'JSON boolean') return [value('true', ''), value('false', '')];
  if (form?.fields !== undefined)
    return form.repeated ? [value('[{ }]', 'a list', '', '[{ $0 }]')] : [value('{ }', 'a record', '', '{ $0 }')];
  if (form?.integer !== undefined) {
    const [least, most] = rangeOf(form.integer);
    return [value(String(least), 'the least'), value(String(most), 'the most')];
  }
  if (wanted === 'bytes' && form?.length !== undefined)
    return [value(`random(${form.length})`, `${form.length} bytes`), value(`repeat(hex(00), ${form.length})`, 'zeros')];
  return wanted === 'text' ? [value('"…"', 'text', '', '"$1"')] : [];
}
