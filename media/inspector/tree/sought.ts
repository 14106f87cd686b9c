/**
 * What a search leaves of a tree: the fields that hold a text in their name or value, and those around them. What is in such a field is shown
 * whole unless it holds the text, too.
 */
import type { FieldView } from '../../../extension/wire/inspector.ts';
import { keysOf } from './fieldkeys.ts';

export interface SoughtFields {
  /** Keys of the fields that hold the text, from top to bottom. */
  readonly hits: readonly string[];
  /** Keys of all that is shown. */
  readonly shown: ReadonlySet<string>;
  /** Keys of the fields around hits: they are open. */
  readonly around: ReadonlySet<string>;
}

export function soughtFields(layers: readonly FieldView[], text: string): SoughtFields {
  const wanted = text.trim().toLowerCase();
  const hits: string[] = [];
  const shown = new Set<string>();
  const around = new Set<string>();
  const showAll = (fields: readonly FieldView[], parent: string): void => {
    const keys = keysOf(fields, parent);
    for (const [index, { children = [] }] of fields.entries()) {
      shown.add(keys[index]!);
      showAll(children, keys[index]!);
    }
  };
  /** Whether there is a hit among these fields. */
  const visit = (fields: readonly FieldView[], parent: string | undefined): boolean => {
    const keys = keysOf(fields, parent);
    let any = false;
    for (const [index, { name, text: value, children = [] }] of fields.entries()) {
      const key = keys[index]!;
      const isHit = `${name}: ${value}`.toLowerCase().includes(wanted);
      if (isHit) hits.push(key);
      const holds = visit(children, key);
      if (holds) around.add(key);
      else if (isHit) showAll(children, key);
      if (isHit || holds) shown.add(key);
      any ||= isHit || holds;
    }
    return any;
  };
  visit(layers, undefined);
  return { hits, shown, around };
}

/** The hit after a field, or before it, and on from the other end; undefined where there is none. */
export function hitBeside(
  order: readonly string[],
  hits: readonly string[],
  from: string | undefined,
  forward: boolean,
): string | undefined {
  const places = hits.map((hit) => order.indexOf(hit));
  const at = from === undefined ? -1 : order.indexOf(from);
  const beside = forward ? places.findIndex((place) => place > at) : places.findLastIndex((place) => place < at);
  return beside >= 0 ? hits[beside] : hits.at(forward ? 0 : -1);
}
