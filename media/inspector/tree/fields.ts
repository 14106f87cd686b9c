/** The tree of one row as lines that can be shown, and where a byte is in it. */
import type { FieldView } from '../../../extension/wire/inspector.ts';
import { keysOf, STEP } from './fieldkeys.ts';
import type { SoughtFields } from './sought.ts';

export interface Line {
  /** Names the field by its place in the tree, the same in the trees of alike rows: what was opened in one is open in the next. */
  readonly key: string;
  readonly parent: string | undefined;
  readonly field: FieldView;
  readonly depth: number;
  /** 1-based place among its siblings, and how many they are. */
  readonly place: number;
  readonly siblings: number;
  /** Undefined where there is nothing to open. */
  readonly open: boolean | undefined;
}

/** What the user opened and closed, by key; anything else is as `opensByItself` says. */
export type Opened = ReadonlyMap<string, boolean>;

/** The lines to show, from top to bottom; of a search only what it leaves. */
export function lines(layers: readonly FieldView[], opened: Opened, sought?: SoughtFields): Line[] {
  const shown: Line[] = [];
  const add = (fields: readonly FieldView[], parent: string | undefined, depth: number): void => {
    const keys = keysOf(fields, parent);
    for (const [index, field] of fields.entries()) {
      const key = keys[index]!;
      if (sought !== undefined && !sought.shown.has(key)) continue;
      const children = field.children ?? [];
      const opens = depth === 0 && (field.isOpen === true || index === fields.length - 1);
      const open = children.length === 0 ? undefined : sought?.around.has(key) || (opened.get(key) ?? opens);
      shown.push({ key, parent, field, depth, place: index + 1, siblings: fields.length, open });
      if (open) add(children, key, depth + 1);
    }
  };
  add(layers, undefined, 0);
  return shown;
}

export interface Found {
  readonly field: FieldView;
  readonly key: string;
  /** Keys of the fields around it, outermost first. */
  readonly around: readonly string[];
}

/** The field that a byte belongs to: the one with the fewest bytes, of equals the deepest, what was on the wire before what was made. */
export function fieldAt(layers: readonly FieldView[], source: number, at: number): Found | undefined {
  let best: Found | undefined;
  const closer = (field: FieldView): boolean => {
    if (best === undefined) return true;
    if (Boolean(field.generated) !== Boolean(best.field.generated)) return !field.generated;
    return field.end - field.start <= best.field.end - best.field.start;
  };
  walk(layers, (found) => {
    const { field } = found;
    if (field.source === source && field.start <= at && at < field.end && closer(field)) best = found;
    return false;
  });
  return best;
}

export function fieldOf(layers: readonly FieldView[], key: string): Found | undefined {
  return walk(layers, (found) => found.key === key);
}

/** The places of a field among the children of those around it, from its layer inwards; undefined where there is none. */
export function pathOf(layers: readonly FieldView[], key: string): readonly number[] | undefined {
  const found = fieldOf(layers, key);
  if (found === undefined) return undefined;
  let fields = layers;
  let parent: string | undefined;
  return [...found.around, key].map((each) => {
    const at = keysOf(fields, parent).indexOf(each);
    fields = fields[at]!.children ?? [];
    parent = each;
    return at;
  });
}

/** Whether a field lies somewhere below another. */
export function isWithin(key: string, other: string): boolean {
  return key.startsWith(`${other}${STEP}`);
}

/** A layer says what it is by itself. A generated field is in brackets, like what one writes between the lines. */
export function fieldText({ name, text, generated }: FieldView, depth = 1): string {
  const line = text === '' ? name : depth === 0 ? text : `${name}: ${text}`;
  return generated ? `[${line}]` : line;
}

/** What a value is, by how it is written; undefined for words. */
export function valueKind(text: string): 'string' | 'number' | 'boolean' | undefined {
  if (text.startsWith('"')) return 'string';
  if (text === 'true' || text === 'false') return 'boolean';
  return /^-?(?:0x[0-9a-f]+|\d+(?:\.\d+)?)(?![\w.:])/.test(text) ? 'number' : undefined;
}

function walk(layers: readonly FieldView[], stop: (found: Found) => boolean): Found | undefined {
  const visit = (fields: readonly FieldView[], around: readonly string[]): Found | undefined => {
    const keys = keysOf(fields, around.at(-1));
    for (const [index, field] of fields.entries()) {
      const found: Found = { field, key: keys[index]!, around };
      if (stop(found)) return found;
      const within = field.children === undefined ? undefined : visit(field.children, [...around, found.key]);
      if (within !== undefined) return within;
    }
    return undefined;
  };
  return visit(layers, []);
}
