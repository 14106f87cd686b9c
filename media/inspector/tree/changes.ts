/** What of a message differs from what it was: its fields, and the bytes in them. */
import type { FieldView, TreeView } from '../../../extension/wire/inspector.ts';
import { unlike } from '../../base/unlike.ts';
import type { ByteRange } from '../bytes/byterange.ts';
import { keysOf } from './fieldkeys.ts';

export interface Changes {
  /** Keys of the fields that differ, and of those around them. */
  readonly fields: ReadonlySet<string>;
  readonly around: ReadonlySet<string>;
  readonly bytes: readonly ByteRange[];
  /** Names of fields that are there no more. */
  readonly removed: readonly string[];
}

/** A field that has no fields in it. */
interface Leaf {
  readonly key: string;
  readonly field: FieldView;
  /** Keys of the fields around it. */
  readonly around: readonly string[];
}

/** Fields belong together by their names and places: what has only moved is the same. */
export function changesOf(now: TreeView, before: TreeView): Changes {
  const [own, other] = [leavesOf(now.layers), leavesOf(before.layers)];
  const others = new Map(other.map((leaf) => [leaf.key, leaf]));
  const fields = new Set<string>();
  const around = new Set<string>();
  const bytes: ByteRange[] = [];
  for (const { key, field, around: outer } of own) {
    const beside = others.get(key)?.field;
    const range = unlikeBytes(now, field, before, beside);
    if (range !== undefined) bytes.push(range);
    const isOther = range !== undefined || (field.generated === true && field.text !== beside?.text);
    // Parts of one byte differ where they read otherwise.
    if (!isOther || (beside !== undefined && beside.text === field.text && own.some((leaf) => isShared(leaf.field, field))))
      continue;
    fields.add(key);
    for (const each of outer) around.add(each);
  }
  const left = new Set(own.map(({ key }) => key));
  const removed = other.filter(({ key, field }) => field.generated !== true && !left.has(key)).map(({ field }) => field.name);
  return { fields, around, bytes, removed };
}

/** How many fields and bytes differ. */
export function changedCounts({ fields, bytes }: Changes): { readonly fields: number; readonly bytes: number } {
  const each = new Set(
    bytes.flatMap(({ source, start, end }) => Array.from({ length: end - start }, (_, at) => `${source} ${start + at}`)),
  );
  return { fields: fields.size, bytes: each.size };
}

/** The bytes of a field that its counterpart has not. */
function unlikeBytes(now: TreeView, field: FieldView, before: TreeView, beside: FieldView | undefined): ByteRange | undefined {
  if (field.generated === true) return undefined;
  const own = bytesOf(now, field);
  const [start, end] = beside === undefined ? [0, own.length] : unlike(own, bytesOf(before, beside));
  const isShorter = beside !== undefined && own.length < beside.end - beside.start;
  if (start === end && !isShorter) return undefined;
  return { source: field.source, start: field.start + start, end: field.start + end };
}

function bytesOf({ sources }: TreeView, { source, start, end }: FieldView): Uint8Array {
  return sources.find(({ id }) => id === source)?.bytes.subarray(start, end) ?? new Uint8Array(0);
}

function isShared(one: FieldView, other: FieldView): boolean {
  return one !== other && one.source === other.source && one.start < other.end && other.start < one.end && one.generated !== true;
}

function leavesOf(layers: readonly FieldView[]): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (fields: readonly FieldView[], around: readonly string[]): void => {
    const keys = keysOf(fields, around.at(-1));
    for (const [index, field] of fields.entries()) {
      const key = keys[index]!;
      const { children = [] } = field;
      if (children.length === 0) leaves.push({ key, field, around });
      else visit(children, [...around, key]);
    }
  };
  visit(layers, []);
  return leaves;
}
