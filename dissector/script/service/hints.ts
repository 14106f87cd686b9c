/** What a script leaves out and can be known: sizes of values, and fields that are filled in from them. */
import { type FieldForm, measureOf, measureRef } from '../../codec/index.ts';
import type { ValueNode } from '../syntax/tree.ts';
import type { InlayHint } from './editing.ts';
import type { ScriptSymbol } from './symbols.ts';

/** Values of less bytes are counted at a glance. */
const LEAST = 8;

/** Of the fields among the words of a part. */
export function hintsOf(words: readonly ScriptSymbol[]): InlayHint[] {
  return words.flatMap(({ role, field, value, beside = [] }) => {
    if (role !== 'field' || value === undefined) return [];
    const size = sizeOf(value, field);
    if (size === undefined) return [];
    const counted = field && measureRef(field.kind);
    const isFilledIn = counted !== undefined && !beside.some(({ name }) => name.text === counted.ref);
    const measured = counted === undefined ? size : measureOf(counted, size);
    if (isFilledIn && Number.isInteger(measured)) {
      return [{ at: value.end, label: `${counted.ref}: ${measured}`, doc: `${counted.ref} is left out and filled in.` }];
    }
    return value.kind === 'list' || size < LEAST ? [] : [{ at: value.end, label: `${size} bytes`, doc: '' }];
  });
}

/** Bytes of a value, or how many a list holds; undefined where that is known later. */
function sizeOf(value: ValueNode, field: FieldForm | undefined): number | undefined {
  if (value.kind === 'bytes') return value.value.length;
  const kind = field?.kind;
  if (value.kind === 'text' && kind?.type === 'text' && kind.length !== undefined)
    return new TextEncoder().encode(value.value).length;
  return value.kind === 'list' && kind?.type === 'list' && kind.count !== undefined ? value.values.length : undefined;
}
