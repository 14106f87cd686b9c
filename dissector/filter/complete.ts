import type { FieldCatalog } from './fields.ts';
import type { FieldType, FilterField } from './filterfield.ts';
import { type Token, tokens } from './lexer.ts';
import { functionDocs, operators } from './syntax.ts';

/** What may stand at the caret, in place of `text[start, end)`. */
export interface Completion {
  readonly insert: string;
  readonly kind: 'field' | 'operator' | 'value' | 'function' | 'keyword';
  readonly detail: string;
  readonly doc: string;
}

export interface Completions {
  readonly start: number;
  readonly end: number;
  readonly items: readonly Completion[];
}

const most = 200;
const operatorDocs: Readonly<Record<string, string>> = {
  '==': 'equal; of several values one is enough',
  '!=': 'not equal, none of them',
  '===': 'equal, all of them',
  '!==': 'not equal; of several values one is enough',
  contains: 'bytes or text within',
  matches: 'a regular expression (RE2), capitals or not',
  in: 'one of {a, b, from..to}',
  'not in': 'none of {a, b, from..to}',
  '&': 'bits that both have',
  '%': 'rest of a division',
  '#': 'in this layer of its protocol: #1, #-1, #[1-2]',
  '&&': 'and',
  '||': 'or',
};
const equalities = ['==', '!=', '===', '!=='];
const orders = ['>', '>=', '<', '<='];
const sets = ['in', 'not in'];
const ordered = ['==', '!=', ...orders, '===', '!==', ...sets];
const bytes = [...equalities, 'contains', 'matches', ...sets];
/** What may follow a field of a type; what is asked most comes first. */
const operatorsOf: Readonly<Record<FieldType, readonly string[]>> = {
  integer: [...ordered, '&', '+', '-', '*', '/', '%'],
  number: [...ordered, '+', '-', '*', '/', '%'],
  time: [...ordered, '+', '-'],
  date: ordered,
  address: [...ordered, '&', '#'],
  mac: [...bytes, '&', '#'],
  bytes: [...bytes, '&'],
  text: bytes,
  flag: ['==', '!='],
  presence: [],
};

/** What a person may type at `caret`: fields at the start of a condition, then operators, then values of the field. */
export function complete(text: string, caret: number, catalog: FieldCatalog): Completions {
  const { tokens: lexed, problem } = tokens(text.slice(0, caret));
  const before = lexed.filter(({ kind }) => kind !== 'end');
  // Behind an opening quote values are meant, with what is typed of one: the whole string is replaced.
  if (problem !== undefined && text[problem.start] === '"') {
    const close = /^[^"]*"/.exec(text.slice(caret))?.[0].length ?? 0;
    return {
      start: problem.start,
      end: caret + close,
      items: valueItems(before, text.slice(problem.start + 1, caret), catalog) ?? [],
    };
  }
  const last = before.at(-1);
  const isTyping = last?.kind === 'word' && last.end === caret;
  const typed = isTyping ? last.text : '';
  const context = isTyping ? before.slice(0, -1) : before;
  const start = isTyping ? last.start : caret;
  const rest = /^(?:[\p{L}\p{N}_:/$@%-]|\.(?!\.))*/u.exec(text.slice(caret))?.[0] ?? '';
  return { start, end: caret + (isTyping ? rest.length : 0), items: items(context, typed, catalog) };
}

function items(context: readonly Token[], typed: string, catalog: FieldCatalog): Completion[] {
  const last = context.at(-1);
  const offered = valueItems(context, typed, catalog);
  if (offered !== undefined) return offered;
  if (last === undefined) return fields(catalog, typed);
  if (last.text === '#') return [];
  if (last.text === 'not' && isOperand(context.at(-2), catalog)) return keywords(['in'], typed);
  const known = last.kind === 'word' ? catalog.find(last.text) : undefined;
  if (known !== undefined) return operatorItems(known, typed);
  if (last.text === ']' || isCallEnd(context)) return operatorItems(undefined, typed);
  const isLayer = context.at(-2)?.text === '#';
  if (isLayer) return operatorItems(catalog.find(context.at(-3)?.text ?? ''), typed);
  const isEnd =
    last.kind === 'string' || last.text === '}' || (last.text === ')' && typed === '') || isValue(last, context.at(-2));
  return isEnd ? keywords(['&&', '||'], typed) : fields(catalog, typed);
}

function isOperand(token: Token | undefined, catalog: FieldCatalog): boolean {
  return token !== undefined && (token.text === ']' || token.text === ')' || catalog.find(token.text) !== undefined);
}

/** Values of the field that they are compared with; undefined where something else than a value is meant. */
function valueItems(context: readonly Token[], typed: string, catalog: FieldCatalog): Completion[] | undefined {
  const last = context.at(-1);
  const previous = context.at(-2);
  const of = (name: string | undefined): Completion[] => {
    const field = name === undefined ? undefined : catalog.find(name);
    return field === undefined ? [] : values(field, typed);
  };
  const set = last?.text === '{' || last?.text === ',' || last?.text === '..' ? openSet(context) : -1;
  if (set >= 0) return of(context[context[set - 2]?.text === 'not' ? set - 3 : set - 2]?.text);
  const isCompared = last !== undefined && last.kind !== 'string' && isComparison(last.text);
  return isCompared && previous?.kind === 'word' ? of(previous.text) : undefined;
}

/** Where the set begins that the end of the text is in: `in` stands before it. What else has commas are functions and slices. */
function openSet(context: readonly Token[]): number {
  const open = openBefore(context, context.length);
  return context[open]?.text === '{' && context[open - 1]?.text === 'in' ? open : -1;
}

/** The opening sign that is not closed before a place; -1 for none. */
function openBefore(context: readonly Token[], place: number): number {
  let depth = 0;
  for (let at = place - 1; at >= 0; at--) {
    const { kind, text } = context[at]!;
    if (kind !== 'symbol') continue;
    if (text === ')' || text === '}' || text === ']') depth++;
    else if ((text === '(' || text === '{' || text === '[') && depth-- === 0) return at;
  }
  return -1;
}

function isCallEnd(context: readonly Token[]): boolean {
  if (context.at(-1)?.text !== ')') return false;
  const name = context[openBefore(context, context.length - 1) - 1];
  return name?.kind === 'word' && Object.hasOwn(functionDocs, name.text);
}

function isComparison(text: string): boolean {
  return (operators as readonly string[]).includes(text) || /^(?:[!=]==|~|eq|ne|gt|ge|lt|le|(?:any|all)_(?:eq|ne))$/.test(text);
}

function isValue(last: Token, previous: Token | undefined): boolean {
  return last.kind === 'word' && previous !== undefined && isComparison(previous.text);
}

function fields(catalog: FieldCatalog, typed: string): Completion[] {
  const wanted = typed.toLowerCase();
  const names = (isWanted: (at: number) => boolean): Completion[] =>
    [...catalog.all]
      .filter(({ name }) => isWanted(name.toLowerCase().indexOf(wanted)))
      .map(({ name, type, doc }) => ({ insert: name, kind: 'field', detail: type, doc }));
  const functions = Object.entries(functionDocs)
    .filter(([name]) => name.startsWith(wanted))
    .map(([name, doc]): Completion => ({ insert: `${name}(`, kind: 'function', detail: 'function', doc }));
  // What begins so comes first, then names that hold it.
  return [...names((at) => at === 0), ...functions, ...names((at) => at > 0)].slice(0, most);
}

/** Of a protocol, too: its bytes can be searched. */
function operatorItems(field: FilterField | undefined, typed: string): Completion[] {
  const isProtocol = field?.type === 'presence' && field.bytes !== undefined;
  const fits = isProtocol ? ['contains', 'matches', '#'] : operatorsOf[field?.type ?? 'bytes'];
  return keywords([...fits, '&&', '||'], typed);
}

function keywords(all: readonly string[], typed: string): Completion[] {
  return all
    .filter((one) => one.startsWith(typed))
    .map((insert) => ({
      insert,
      kind: insert === '&&' || insert === '||' ? 'keyword' : 'operator',
      detail: operatorDocs[insert] ?? '',
      doc: '',
    }));
}

function values(field: FilterField, typed: string): Completion[] {
  const words = Object.entries(field.values ?? {}).map(([number, word]) => ({ insert: number, detail: word }));
  const offers = (field.offers ?? []).map((insert) => ({ insert: `"${insert}"`, detail: '' }));
  const flags = field.type === 'flag' ? ['true', 'false'].map((insert) => ({ insert, detail: '' })) : [];
  return [...words, ...offers, ...flags]
    .filter(({ insert, detail }) => `${insert} ${detail}`.toLowerCase().includes(typed.toLowerCase()))
    .slice(0, most)
    .map(({ insert, detail }) => ({ insert, kind: 'value', detail, doc: field.doc }));
}
