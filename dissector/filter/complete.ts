import type { FieldCatalog, FilterField } from './fields.ts';
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
  contains: 'bytes or text within',
  matches: 'a regular expression (RE2), capitals or not',
  in: 'one of {a, b, from..to}',
  '&&': 'and',
  '||': 'or',
};

/** What a person may type at `caret`: fields at the start of a condition, then operators, then values of the field. */
export function complete(text: string, caret: number, catalog: FieldCatalog): Completions {
  const before = tokens(text.slice(0, caret)).tokens.filter(({ kind }) => kind !== 'end');
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
  const previous = context.at(-2);
  const field = previous === undefined ? undefined : catalog.find(previous.text);
  if (last !== undefined && isComparison(last.text) && field !== undefined) return values(field, typed);
  if (last?.text === '{' || last?.text === ',' || last?.text === '..') {
    const open = context.findLastIndex(({ text }) => text === '{');
    const of = open < 2 ? undefined : catalog.find(context[open - 2]!.text);
    return of === undefined ? [] : values(of, typed);
  }
  const known = last === undefined ? undefined : catalog.find(last.text);
  if (known !== undefined || last?.text === ']') return operatorItems(known, typed);
  if (
    last !== undefined &&
    (last.kind === 'string' || last.text === '}' || (last.text === ')' && typed === '') || isValue(last, previous))
  )
    return keywords(['&&', '||'], typed);
  return fields(catalog, typed);
}

function isComparison(text: string): boolean {
  return (operators as readonly string[]).includes(text) || ['eq', 'ne', 'gt', 'ge', 'lt', 'le', '~'].includes(text);
}

function isValue(last: Token, previous: Token | undefined): boolean {
  return last.kind === 'word' && previous !== undefined && isComparison(previous.text);
}

function fields(catalog: FieldCatalog, typed: string): Completion[] {
  const wanted = typed.toLowerCase();
  const found: Completion[] = [];
  // Names that begin so come first, then those that hold it.
  for (const begins of [true, false]) {
    for (const { name, type, doc } of catalog.all) {
      const at = name.toLowerCase().indexOf(wanted);
      if (begins ? at !== 0 : at <= 0) continue;
      found.push({ insert: name, kind: 'field', detail: type, doc });
      if (found.length >= most) return found;
    }
  }
  for (const [name, doc] of Object.entries(functionDocs))
    if (name.startsWith(wanted)) found.push({ insert: `${name}(`, kind: 'function', detail: 'function', doc });
  return found;
}

function operatorItems(field: FilterField | undefined, typed: string): Completion[] {
  const fits: string[] =
    field?.type === 'presence'
      ? []
      : field?.type === 'text' || field?.type === 'bytes' || field === undefined
        ? ['==', '!=', 'contains', 'matches', 'in']
        : field.type === 'flag'
          ? ['==', '!=']
          : ['==', '!=', '>', '>=', '<', '<=', 'in'];
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
