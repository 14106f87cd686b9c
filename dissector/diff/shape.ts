import { toHex } from '../bytes/index.ts';
import { type ComparedValue, type Content, isNothing, lengthOf, valueText } from './content.ts';
import { freeMeasures, freshRules, isOfAnyLength, toldVerdict } from './rules.ts';

/** A value that is compared by what came before it. */
export interface Mark {
  readonly content: Pick<Content, 'path' | 'name'>;
  readonly history: 'renaming' | 'sequence';
  readonly value: ComparedValue | undefined;
}

/** Contents of the same shape differ in nothing but what is new in each run; `marks` are those values, in the same order for the same shape. */
export interface Shape {
  readonly text: string;
  readonly marks: readonly Mark[];
}

export function shapeOf(contents: readonly Content[], isDecrypted: boolean): Shape {
  const out: string[] = [];
  const marks: Mark[] = [];
  for (const content of contents) describe(content, isDecrypted, out, marks);
  return { text: out.join('\n'), marks };
}

function describe(content: Content, isDecrypted: boolean, out: string[], marks: Mark[]): void {
  const { parts, name, isList } = content;
  if (parts === undefined) {
    out.push(`${name}${leaf(content, isDecrypted)}`);
    mark(content, marks);
    return;
  }
  out.push(`${isList ? '[' : '{'}${name}`);
  const free = freeMeasures(parts, isDecrypted);
  for (const part of parts) if (!free.has(part.name)) describe(part, isDecrypted, out, marks);
  out.push(isList ? ']' : '}');
}

function leaf(content: Content, isDecrypted: boolean): string {
  const { field, fresh } = content;
  const verdict = toldVerdict(field.check) ?? '';
  if (fresh === undefined)
    return `=${field.raw === undefined ? valueText(field.value) : toHex(field.raw)} ${typeof field.value} ${verdict}`;
  const rule = freshRules[fresh.as];
  const length = isOfAnyLength(content, isDecrypted) ? '' : lengthOf(field);
  return `~${fresh.as} ${length} ${rule.presence && isNothing(field.value) ? 'none' : ''} ${verdict}`;
}

export function mark({ path, name, field, fresh }: Content, marks: Mark[]): void {
  const history = fresh === undefined ? undefined : freshRules[fresh.as].history;
  if (history !== undefined) marks.push({ content: { path, name }, history, value: field.value });
}
