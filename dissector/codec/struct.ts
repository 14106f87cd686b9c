import { defaultLimits, type Field, type Limits } from '../bytes/index.ts';
import { Cursor, type Decoded } from './cursor.ts';
import { compileItems } from './items/kinds.ts';
import { run, Scope } from './items/scope.ts';
import type { StructItem } from './layout.ts';

export type StructDecoder = (bytes: Uint8Array, source?: number, start?: number, end?: number, limits?: Limits) => Decoded;

/**
 * Compiles a layout to a decoder. The decoder never throws: what does not fit ends it with a Problem, and every field
 * that was read before stays in the tree. Bytes after the layout are not touched; `end` tells where it stopped.
 */
export function compileStruct(layout: StructItem): StructDecoder {
  const steps = new Scope(compileItems).own(layout.items, layout.name);
  const { name, doc } = layout;
  return (bytes, source = 0, start = 0, end = bytes.length, limits = defaultLimits) => {
    const cursor = new Cursor(bytes, source, start, end, limits);
    const children: Field[] = [];
    run(steps, cursor, children, []);
    const field: Field = { name, kind: 'struct', doc, source, start, end: cursor.at, children };
    return cursor.problem === undefined ? { field, end: cursor.at } : { field, end: cursor.at, problem: cursor.problem };
  };
}
