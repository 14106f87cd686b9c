/** What a script leaves out and can be known: sizes of values, and fields that are filled in from them. */
import type { FieldForm } from '../codec/index.ts';
import type { InlayHint } from './editing.ts';
import type { NamedWord } from './named.ts';
import type { ValueNode } from './syntax.ts';

/** Values of less bytes are counted at a glance. */
const LEAST = 8;

/** Of the fields among the words of a part. */
export function hintsOf(words: readonly NamedWord[]): InlayHint[] {
  return words.flatMap(({ role, field, value, beside = [] }) => {
    if (role !== 'field' || value === undefined) return [];
    const size = sizeOf(value, field);
    if (size === undefined) return [];
    const [, counted] = /\((\w+)\)$/.exec(field?.type ?? '') ?? [];
    const isCount = counted !== undefined && counted !== 'rest' && Number.isNaN(Number(counted));
    const isFilledIn = isCount && !beside.some(({ name }) => name.text === counted);
    if (isFilledIn) return [{ at: value.end, label: `${counted}: ${size}`, doc: `${counted} is left out and filled in.` }];
    return value.kind === 'list' || size < LEAST ? [] : [{ at: value.end, label: `${size} bytes`, doc: '' }];
  });
}

/** Bytes of a value, or how many a list holds; undefined where that is known later. */
function sizeOf(value: ValueNode, field: FieldForm | undefined): number | undefined {
  if (value.kind === 'bytes') return value.value.length;
  if (value.kind === 'text' && field !== undefined && /^UTF-8/.test(field.type))
    return new TextEncoder().encode(value.value).length;
  return value.kind === 'list' && field?.type.startsWith('list') ? value.values.length : undefined;
}
