/** A script from afar: its outline and what folds. */
import { parsePart, partsOf } from '../syntax/parser.ts';
import { type FieldNode, type Script, type Span, type Statement, scriptLimits, type ValueNode } from '../syntax/tree.ts';
import { fieldsOf, ownValueOf, valuesIn, valuesWithin } from '../syntax/walk.ts';
import type { Fold, OutlineItem } from './editing.ts';

/** The outline of a text that changes: only sections that change are read again. */
export class Outline {
  /** By the text of the section, from its own start. */
  #known: ReadonlyMap<string, readonly OutlineItem[]> = new Map();

  of(text: string): OutlineItem[] {
    const parts = text.length > scriptLimits.scriptLength ? [] : partsOf(text);
    const known = new Map(parts.map(({ text: own }) => [own, this.#known.get(own) ?? outlineOf(parsePart(own), own)] as const));
    this.#known = known;
    return parts.flatMap(({ text: own, start }) => known.get(own)!.map((item) => placedItem(item, start)));
  }
}

export function placed<T extends Span>(one: T, by: number): T {
  return by === 0 ? one : { ...one, start: one.start + by, end: one.end + by };
}

export function placedItem(item: OutlineItem, by: number): OutlineItem {
  return {
    ...placed(item, by),
    selection: placed(item.selection, by),
    children: item.children.map((each) => placedItem(each, by)),
  };
}

/** The statements of one part; those of a section below it. `text` is that of the part. */
export function outlineOf({ statements }: Script, text: string): OutlineItem[] {
  const items = statements.flatMap(itemOf);
  const [section] = statements;
  if (section?.kind !== 'section') return items;
  const end = text.trimEnd().length;
  const name = section.title === '' ? 'a section' : section.title;
  const children = items.slice(1);
  return [
    {
      name,
      detail: '',
      kind: 'section',
      start: section.start,
      end: Math.max(end, section.end),
      selection: spanOf(section),
      children,
    },
  ];
}

function itemOf(statement: Statement): OutlineItem[] {
  const { start, end } = statement;
  const item = (kind: OutlineItem['kind'], selection: Span, name: string, detail: string): OutlineItem[] => [
    { name, detail, kind, start, end, selection: spanOf(selection), children: [] },
  ];
  switch (statement.kind) {
    case 'section':
      return item('section', statement, statement.title, '');
    case 'node':
      return item(
        'node',
        statement.name,
        statement.name.text,
        `${statement.protocol.text} ${statement.direction} ${statement.address.text}${statement.forward === undefined ? '' : ` to ${statement.forward.text}`}`,
      );
    case 'define':
      return item('value', statement.name, statement.name.text, '');
    case 'send':
      return item('send', statement.message, `${statement.node.text} → ${statement.message.text}`, '');
    case 'edit':
      return item('send', statement.message, `${statement.node.text} edits ${statement.message.text}`, '');
    case 'expect':
      return item('expect', statement.message, `${statement.node.text} ← ${statement.message.text}`, statement.as?.text ?? '');
    case 'silence':
      return item(
        'expect',
        statement.node,
        `${statement.node.text} ← ${statement.message === undefined ? 'nothing' : `no ${statement.message.text}`}`,
        `${statement.time} ms`,
      );
    case 'close':
      return item('expect', statement.node, `${statement.node.text} ← close`, '');
    case 'packet':
      return item('packet', statement.packet.message, statement.packet.message.text, statement.packet.protocol.text);
    case 'fault':
    case 'wait':
    case 'repeat':
    case 'for':
    case 'end':
      return [];
  }
}

/** Sections, records and lists over several lines, and comments of several lines. Places count from the start of the part. */
export function foldsOf({ statements }: Script, text: string): Fold[] {
  const isSection = statements[0]?.kind === 'section';
  const end = text.trimEnd().length;
  const section: Fold[] = isSection && text.slice(0, end).includes('\n') ? [{ kind: 'section', start: 0, end }] : [];
  const records = statements.flatMap((statement): Fold[] => {
    const own = ownValueOf(statement);
    return [
      ...(fieldsOf(statement).length > 0 ? [{ kind: 'record' as const, ...spanOf(statement) }] : []),
      ...nested(fieldsOf(statement)),
      ...(own === undefined ? [] : foldable([...valuesWithin(own)])),
    ];
  });
  const blocks = [...records, ...blocksIn(statements)].sort((a, b) => a.start - b.start);
  const comments = [...text.matchAll(/^[^\S\n]*#(?!##)[^\n]*(?:\n[^\S\n]*#(?!##)[^\n]*)+/gm)].map(
    ({ index, 0: lines }): Fold => ({ kind: 'comment', start: index, end: index + lines.length }),
  );
  return [...section, ...blocks.filter((fold) => text.slice(fold.start, fold.end).includes('\n')), ...comments];
}

/** From the first word of a block to its last bracket. */
function blocksIn(statements: readonly Statement[]): Fold[] {
  const open: Span[] = [];
  return statements.flatMap((statement): Fold[] => {
    if (statement.kind === 'repeat' || statement.kind === 'for') open.push(statement);
    const first = statement.kind === 'end' ? open.pop() : undefined;
    return first === undefined ? [] : [{ kind: 'record', start: first.start, end: statement.end }];
  });
}

function nested(fields: readonly FieldNode[]): Fold[] {
  return foldable([...valuesIn(fields)]);
}

function foldable(values: readonly ValueNode[]): Fold[] {
  return values
    .filter(({ kind }) => ['record', 'list', 'call', 'bytes'].includes(kind))
    .map((value) => ({ kind: 'record', ...spanOf(value) }));
}

function spanOf({ start, end }: Span): Span {
  return { start, end };
}
