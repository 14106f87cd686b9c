import { type Field, malformed, type Problem } from '../../bytes/index.ts';
import { lengthText } from '../fieldkind.ts';
import type { StructItem } from '../layout.ts';
import { type Frame, measure } from './frame.ts';
import type { ItemKind } from './kind.ts';
import { counted, run, type Scope, type Step } from './scope.ts';

/** The bytes of a bounded struct that none of its items claims. */
const TRAILING = 'trailing';
const trailingDoc = 'Bytes after the last item.';

export const structKind: ItemKind<StructItem> = {
  compile(item, scope, above) {
    const path = `${above}.${item.name}`;
    const steps = scope.struct(item.items, path);
    const isTaken = item.length !== undefined && item.items.some((each) => 'name' in each && each.name === TRAILING);
    if (isTaken) throw new Error(`layout: ${path}.${TRAILING} is the name of what its items leave`);
    if (item.length !== undefined) return boundedStep(item, steps, scope, path);
    const { name, doc } = item;
    return (cursor, into, slots) => {
      if (!cursor.count(path)) return false;
      const children: Field[] = [];
      const field: Field = { name, kind: 'struct', doc, source: cursor.source, start: cursor.at, end: cursor.at, children };
      into.push(field);
      const complete = run(steps, cursor, children, slots);
      field.end = cursor.at;
      return complete;
    };
  },

  write(item, frame) {
    if (item.length === undefined) frame.writeStruct(item.items, frame.values[item.name], item.name);
    else frame.push(boundedBytes(item, frame));
  },

  describe({ name, items, length, doc }, inner) {
    const fields = inner(items);
    if (length === undefined) return [{ name, kind: { type: 'record' }, display: 'struct', doc, fields }];
    const trailing = { name: TRAILING, kind: { type: 'bytes' }, doc: trailingDoc, optional: true } as const;
    const display = `struct (${lengthText(length)})`;
    return [{ name, kind: { type: 'record', length }, display, doc, fields: [...fields, trailing] }];
  },

  measure: (item, name, frame) =>
    measure(item.length, name, frame.at(item.name), () => boundedBytes(item, frame).length) ??
    frame.measuredIn(item.items, frame.values[item.name], item.name, name),
};

function boundedStep({ name, doc, length }: StructItem, steps: readonly Step[], scope: Scope, path: string): Step {
  const needed = counted(length!, scope, path);
  const claimedBy = typeof length === 'object' ? length.ref : undefined;
  return (cursor, into, slots) => {
    const need = needed(cursor, slots);
    const outer = cursor.end;
    const start = cursor.at;
    const isWhole = cursor.has(need, path, claimedBy);
    if (!cursor.count(path) || need < 0) return false;
    const cut = cursor.problem;
    const end = isWhole ? start + need : outer;
    const children: Field[] = [];
    const field: Field = { name, kind: 'struct', doc, source: cursor.source, start, end, children };
    into.push(field);
    cursor.problem = undefined;
    cursor.end = end;
    const complete = run(steps, cursor, children, slots);
    cursor.end = outer;
    const problem = cursor.problem as Problem | undefined;
    // More bytes of the stream cannot mend what its own length cuts short.
    if (isWhole && problem?.kind === 'incomplete') cursor.problem = malformed(problem.text, problem.at, problem.path);
    if (complete && cursor.at < end) {
      const value = cursor.bytes.subarray(cursor.at, end);
      children.push({ name: TRAILING, kind: 'value', value, doc: trailingDoc, source: cursor.source, start: cursor.at, end });
      cursor.at = end;
    }
    field.end = cursor.at;
    if (!isWhole) {
      // What no further byte can mend is said before what is missing.
      if (problem === undefined || problem.kind === 'incomplete') cursor.problem = cut;
      return false;
    }
    return complete;
  };
}

function boundedBytes(item: StructItem, frame: Frame): readonly number[] {
  return frame.part(item, () => {
    const out: number[] = [];
    const value = frame.values[item.name];
    frame.writeStruct(item.items, value, item.name, out);
    const trailing = value instanceof Uint8Array ? undefined : (value as { readonly [TRAILING]?: unknown })[TRAILING];
    if (trailing instanceof Uint8Array) frame.push(trailing, out);
    else if (trailing !== undefined) throw new TypeError(`${frame.at(item.name)}.${TRAILING}: expected bytes`);
    if (typeof item.length === 'number' && out.length !== item.length)
      throw new RangeError(`${frame.at(item.name)}: expected ${item.length} bytes, got ${out.length}`);
    return out;
  });
}
