/** What may stand at the caret of a packet script. */
import { displayText, elementForm, elementOf, type FieldForm, type MessageForm } from '../../codec/index.ts';
import { editedForm, type Protocol } from '../../protocol/index.ts';
import { faultKinds } from '../../testnode/index.ts';
import { parameterAt, signatureText, type ValueType } from '../run/function.ts';
import { functionOf, scriptFunctions } from '../run/functions.ts';
import { expectedStates, ways } from '../syntax/tree.ts';
import type { Place } from './checkfields.ts';
import { type CursorContext, cursorContextAt, type OpenBracket } from './cursorcontext.ts';
import { describeField, describeFunction, describeMessage, describeProtocol, rangeOf, typeText } from './describe.ts';
import { type CompletionItem, type Completions, slot } from './editing.ts';
import type { Names } from './scopes.ts';

export interface CompletionContext {
  readonly protocols: readonly Protocol[];
  readonly names: Names;
}

const most = 300;

/** Places count from the start of the text, which is one part of a script. */
export function complete(text: string, at: number, context: CompletionContext): Completions {
  const caret = cursorContextAt(text, at);
  if (caret === undefined) return { start: at, end: at, items: [] };
  const isDefining = caret.head[0] === '@' && caret.head.at(-1) === '=';
  const { start, end, items } =
    caret.open.length > 0
      ? completeFields(caret, context)
      : (isDefining && partsAfterDot(caret, context)) || { ...caret, items: words(caret, context) };
  // What is written in quotes is completed by what has quotes.
  const fitting = caret.isQuoted ? items.filter(({ label }) => label.startsWith('"')) : items;
  return { start, end, items: fitting.slice(0, most) };
}

/** Outside of brackets the words before the caret say what follows. */
function words({ head, hasRecord }: CursorContext, context: CompletionContext): CompletionItem[] {
  const [first] = head;
  switch (first) {
    case undefined:
      return [...statements(context), ...protocols(context, () => true)];
    case 'node':
      return nodeWords(head, context);
    case 'send':
    case 'expect':
      return messageWords(head, hasRecord, context);
    case 'fault':
      return faultWords(head, context);
    case 'edit':
      return editWords(head, hasRecord, context);
    case 'wait':
      return head.length === 1 ? times() : [];
    case '@':
      return head.at(-1) === '=' ? anyValues(context) : [];
    case 'repeat':
      return head.length === 1 ? [keyword('10', 'times', '10'), ...named(undefined, context)] : [];
    case 'for':
      return forWords(head, context);
    default: {
      const protocol = context.protocols.find(({ id }) => id === first);
      if (protocol === undefined) return [];
      return head.length === 1 ? messages(protocol, 'packet', hasRecord) : head.length === 2 && !hasRecord ? [record] : [];
    }
  }
}

const record: CompletionItem = {
  ...{ label: '{ }', insert: '{ $0 }', kind: 'keyword', detail: 'fields', doc: 'Fields to set, or to look at.', snippet: true },
};

function keyword(label: string, detail: string, insert = `${label} `): CompletionItem {
  return { label, insert, kind: 'keyword', detail, doc: '', ...(insert.includes('$') ? { snippet: true } : {}) };
}

function statements({ names }: CompletionContext): CompletionItem[] {
  const hasNodes = !names.nodes.isEmpty;
  const own = [
    keyword('node', 'a test node', `node ${slot(1, freeName(names))} = `),
    keyword('###', 'a section, which runs by itself', `### ${slot(1, 'what must happen')}\n$0`),
    keyword('@', 'a value with a name', `@${slot(1, 'name')} = $0`),
    keyword('repeat', 'statements, a number of times', `repeat ${slot(1, '10')} {\n\t$0\n}`),
    keyword('for', 'each value of a list', `for ${slot(1, 'n')} in ${slot(2, 'range(10)')} {\n\t$0\n}`),
    keyword('wait', 'a while', `wait ${slot(1, '500ms')}`),
  ];
  const acting = [
    keyword('send', 'a message'),
    keyword('expect', 'a message, nothing or the end'),
    keyword('fault', 'what a node does wrong'),
  ];
  const editing = names.relays.isEmpty ? [] : [keyword('edit', 'the next message that passes a relay')];
  return hasNodes ? [...acting, ...editing, ...own] : own;
}

function freeName({ nodes }: Names): string {
  return [...'abcdefgh'].find((name) => !nodes.has(name)) ?? 'node';
}

function protocols({ protocols: all }: CompletionContext, isWanted: (protocol: Protocol) => boolean): CompletionItem[] {
  return all.filter(isWanted).map((protocol) => ({
    ...{ label: protocol.id, insert: `${protocol.id} `, kind: 'protocol', detail: protocol.title },
    doc: describeProtocol(protocol),
  }));
}

function nodes({ names }: CompletionContext): CompletionItem[] {
  return [...names.nodes.entries()].map(([name, protocol]) => ({
    ...{ label: name, insert: `${name} `, kind: 'node', detail: protocol?.id ?? '', doc: '' },
  }));
}

function relayWords(head: readonly string[]): CompletionItem[] {
  if (head.includes('keys')) return [];
  const terminated = keyword('terminated', 'it has a session of its own with each side');
  const keys = keyword('keys', 'a key log beside the script: what it opens can be edited', 'keys "$0"');
  return head.includes('terminated') ? [keys] : [terminated, keys];
}

function nodeWords(head: readonly string[], context: CompletionContext): CompletionItem[] {
  const [, , equals, id, direction] = head;
  const protocol = context.protocols.find((each) => each.id === id);
  if (head.length === 1) return [keyword(freeName(context.names), 'a name that is free')];
  if (equals === undefined) return [keyword('=', 'what it is')];
  if (id === undefined) return protocols(context, ({ peer }) => peer !== undefined);
  if (direction === undefined)
    return [
      keyword('listen', 'waits for others'),
      keyword('dial', 'opens a link'),
      keyword('relay', 'stands between two programs', `relay ${slot(1, '127.0.0.1:0')} to $0`),
    ];
  if (head.length === 5) return addresses(direction, protocol, context);
  if (direction === 'relay')
    return head.at(-1) === 'to'
      ? addresses('dial', protocol, context)
      : head.includes('to')
        ? relayWords(head)
        : [keyword('to', 'where it passes on to')];
  const tail = head.slice(5);
  const roles = protocol?.peer?.roles ?? [];
  if (tail.at(-1) === 'state') return expectedStates.map((state) => keyword(state, stateDocs[state]));
  if (tail.at(-1) === 'as') return roles.map(({ id: role, doc }) => ({ ...keyword(role, protocol?.id ?? ''), doc }));
  if (tail.includes('as')) return [];
  const manual = tail.includes('manual')
    ? []
    : [{ ...keyword('manual', 'it sends nothing of itself'), doc: 'Without it the node does what its protocol asks.' }];
  return [...manual, ...(roles.length > 0 ? [keyword('as', 'a role')] : [])];
}

function addresses(direction: string, protocol: Protocol | undefined, context: CompletionContext): CompletionItem[] {
  const port = protocol?.peer?.port ?? 7000;
  const own = [
    keyword(`127.0.0.1:${port}`, 'this machine', `127.0.0.1:${port}`),
    keyword(`[::1]:${port}`, 'this machine, IPv6', `[::1]:${port}`),
  ];
  if (direction === 'dial') return [...nodes(context), ...own];
  return [keyword('127.0.0.1:0', 'this machine, a port that is free', '127.0.0.1:0'), ...own];
}

function messageWords(head: readonly string[], hasRecord: boolean, context: CompletionContext): CompletionItem[] {
  const [verb, node, message] = head;
  if (node === undefined) return nodes(context);
  const protocol = context.names.nodes.get(node);
  const isSend = verb === 'send';
  if (message === undefined)
    return [
      ...(protocol === undefined ? [] : messages(protocol, isSend ? 'send' : 'expect', hasRecord)),
      ...(isSend
        ? []
        : [
            keyword('nothing', 'for a while', `nothing for ${slot(1, '500ms')}`),
            keyword('no', 'a message that may not come'),
            keyword('close', 'the link ends', 'close'),
          ]),
    ];
  if (isSend) return head.length === 3 && !hasRecord ? [record] : [];
  const tail = head.slice(3);
  if (['within', 'for'].includes(tail.at(-1) ?? '')) return times();
  if (tail.at(-1) === 'as') return [keyword(message.toLowerCase(), 'a name for the answer')];
  if (message === 'no' && head.length === 3) return protocol === undefined ? [] : messages(protocol, 'send', true);
  if (message === 'nothing' || message === 'no') return tail.includes('for') ? [] : [keyword('for', 'how long')];
  return [
    ...(message === 'close' || tail.includes('as')
      ? []
      : [...(hasRecord ? [] : [record]), keyword('as', 'a name for the answer', `as ${slot(1, 'answer')}`)]),
    ...(message === 'close' || tail.includes('state')
      ? []
      : [keyword('state', 'in which it may come; without it, whole and readable', `state ${slot(1, 'encrypted')}`)]),
    ...(tail.includes('within') ? [] : [keyword('within', 'how long to wait', `within ${slot(1, '2s')}`)]),
  ];
}

const stateDocs = {
  decoded: 'whole and readable',
  encrypted: 'no key of the node decrypts it',
  malformed: 'it contradicts its layout',
  incomplete: 'the rest has not come',
  any: 'whatever it is',
} as const satisfies Readonly<Record<(typeof expectedStates)[number], string>>;

/** `hasRecord`: its fields stand behind it already. */
function messages(protocol: Protocol, place: 'send' | 'expect' | 'packet', hasRecord = false): CompletionItem[] {
  return (protocol.messages ?? []).map((form) => ({
    ...{ label: form.name, kind: 'message', detail: protocol.id, doc: describeMessage(protocol, form) },
    ...(form.fields.length === 0 || place === 'send' || hasRecord
      ? { insert: form.name }
      : { insert: `${form.name} { $0 }`, snippet: true as const }),
  }));
}

function wayWords(node: string, { names }: CompletionContext): CompletionItem[] {
  if (!names.relays.has(node)) return [];
  return ways.map((way) => keyword(way, way === 'forward' ? 'to the forward address alone' : 'from there alone'));
}

function withoutWay(head: readonly string[]): readonly string[] {
  return (ways as readonly string[]).includes(head[2] ?? '') ? [...head.slice(0, 2), ...head.slice(3)] : head;
}

function editWords(whole: readonly string[], hasRecord: boolean, context: CompletionContext): CompletionItem[] {
  const head = withoutWay(whole);
  const [, node, message] = head;
  if (node === undefined) return nodes(context).filter(({ label }) => context.names.relays.has(label));
  const protocol = context.names.nodes.get(node);
  if (message === undefined)
    return [
      ...(head === whole ? wayWords(node, context) : []),
      ...(protocol === undefined ? [] : messages(protocol, 'expect', hasRecord)),
    ];
  return head.length === 3 && !hasRecord ? [record] : [];
}

function faultWords(whole: readonly string[], context: CompletionContext): CompletionItem[] {
  const head = withoutWay(whole);
  const [, node, fault] = head;
  if (node === undefined) return nodes(context);
  if (fault === undefined)
    return [
      ...(head === whole ? wayWords(node, context) : []),
      ...Object.entries(faultKinds).map(([name, doc]) => ({ ...keyword(name, ''), doc: `The message ${doc}.` })),
    ];
  const last = head.at(-1);
  if (last === 'nth') return ['1', '2', '3'].map((each) => keyword(each, 'of those that fit'));
  if (last === 'probability') return ['0.1', '0.5', '1'].map((each) => keyword(each, 'of every message that fits'));
  if (head.includes('nth') || head.includes('probability')) return [];
  const protocol = context.names.nodes.get(node);
  const isNamed = protocol?.messages?.some(({ name }) => name === last) === true;
  const named =
    protocol === undefined || isNamed ? [] : messages(protocol, 'send').map((item) => ({ ...item, insert: `${item.label} ` }));
  return [...named, keyword('nth', 'which of the messages'), keyword('probability', 'of every message')];
}

function forWords(head: readonly string[], context: CompletionContext): CompletionItem[] {
  if (head.length === 1) return [keyword('n', 'a name for the value of a round')];
  if (head.length === 2) return [keyword('in', 'a list')];
  return head.length === 3 ? anyValues(context) : [];
}

function times(): CompletionItem[] {
  return ['500ms', '1s', '2s', '5s'].map((each) => keyword(each, '', each));
}

interface Around {
  readonly place: Place;
  readonly protocol: Protocol | undefined;
  readonly message: MessageForm | undefined;
}

function completeFields(caret: CursorContext, context: CompletionContext): Completions {
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
function partsAfterDot({ start, end, typed, isQuoted }: CursorContext, context: CompletionContext): Completions | undefined {
  const dot = isQuoted ? -1 : typed.lastIndexOf('.');
  if (dot < 0) return undefined;
  return { start: start + dot + 1, end, items: parts(typed.slice(0, dot).split('.'), context) };
}

/** Values for a name that is being defined. */
function anyValues(context: CompletionContext): CompletionItem[] {
  return values(undefined, undefined, { place: 'define', protocol: undefined, message: undefined }, context);
}

function aroundOf({ head }: CursorContext, { protocols, names }: CompletionContext): Around {
  const [first = '', second = '', third = ''] = withoutWay(head);
  const isMessage = first === 'send' || first === 'expect' || first === 'edit';
  const protocol = isMessage ? names.nodes.get(second) : protocols.find(({ id }) => id === first);
  const name = isMessage ? third : second;
  const place = isMessage ? first : first === '@' ? 'define' : 'packet';
  const message = protocol?.messages?.find((form) => form.name === name);
  return {
    place,
    protocol,
    message: place === 'edit' && protocol && message ? editedForm(protocol, message, protocols) : message,
  };
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
  // In a list stand its parts, and not a further list.
  return form && elementForm(form);
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
  const isList = form.kind.type === 'list';
  const part = elementOf(form.kind).type === 'record' ? '{ $0 }' : '';
  const value = isList ? `[${part || '$0'}]` : part;
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
    ...special(wanted, around.place),
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
  const kind = form && elementOf(form.kind);
  switch (kind?.type) {
    case 'integer':
      return kind.digits === undefined ? 'integer' : 'any';
    case 'bytes':
    case 'text':
    case 'record':
      return kind.type;
    default:
      return 'any';
  }
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

function special(wanted: ValueType, place: Place): CompletionItem[] {
  if (place === 'expect') return [value('any', 'whatever it is')];
  if (place === 'define') return [];
  const valid = value('valid', 'what the node would send');
  if (wanted === 'record') return [];
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
          detail: displayText(each),
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
  const kind = form?.kind;
  if (kind?.type === 'boolean') return [value('true', ''), value('false', '')];
  if (wanted === 'record')
    return kind?.type === 'list' ? [value('[{ }]', 'a list', '', '[{ $0 }]')] : [value('{ }', 'a record', '', '{ $0 }')];
  const range = kind && rangeOf(kind);
  if (range !== undefined) return [value(String(range[0]), 'the least'), value(String(range[1]), 'the most')];
  if (kind?.type === 'bytes' && typeof kind.length === 'number')
    return [value(`random(${kind.length})`, `${kind.length} bytes`), value(`repeat(hex(00), ${kind.length})`, 'zeros')];
  return wanted === 'text' ? [value('"…"', 'text', '', '"$1"')] : [];
}
