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
  const previous = context.at(-2);
  const offered = valueItems(context, typed, catalog);
  if (offered !== undefined) return offered;
  const known = last === undefined ? undefined : catalog.find(last.text);
  if (known !== undefined || last?.text === ']') return operatorItems(known, typed);
  if (
    last !== undefined &&
    (last.kind === 'string' || last.text === '}' || (last.text === ')' && typed === '') || isValue(last, previous))
  )
    return keywords(['&&', '||'], typed);
  return fields(catalog, typed);
}

/** Values of the field that they are compared with; undefined where something else than a value is meant. */
function valueItems(context: readonly Token[], typed: string, catalog: FieldCatalog): Completion[] | undefined {
  const last = context.at(-1);
  const previous = context.at(-2);
  const of = (name: string | undefined): Completion[] => {
    const field = name === undefined ? undefined : catalog.find(name);
    return field === undefined ? [] : values(field, typed);
  };
  if (last?.text === '{' || last?.text === ',' || last?.text === '..') {
    const open = context.findLastIndex(({ text }) => text === '{');
    return open < 2 ? [] : of(context[open - 2]!.text);
  }
  const isCompared = last !== undefined && last.kind !== 'string' && isComparison(last.text);
  return isCompared && previous?.kind === 'word' ? of(previous.text) : undefined;
}

function isComparison(text: string): boolean {
  return (operators as readonly string[]).includes(text) || ['eq', 'ne', 'gt', 'ge', 'lt', 'le', '~'].includes(text);
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
