/** What a script says in a message, and what it leaves to the node. */
import type { Items } from '../../dissector/codec/index.ts';
import {
  type FieldNode,
  omittedIn,
  overlaid,
  plainOf,
  sizeOf,
  valuesIn,
  valuesOf,
  without,
} from '../../dissector/craft/index.ts';
import type { ScriptScope } from './scriptscope.ts';

/**
 * The values to send: where the script leaves a part of a value to the node, over what that fills in. `fill` makes the values of the
 * message from those that are given.
 */
export function valuesToSend(fields: readonly FieldNode[], scope: ScriptScope, fill: (given: Items) => Items): Items {
  const hasRecords = fields.some(({ value }) => value?.kind === 'record');
  if (!hasRecords && !usesValid(fields)) return withinLimit(valuesOf(fields, scope.with()));
  const plain = withinLimit(valuesOf(plainOf(fields), scope.with()));
  // A node takes a record that it is given for all of it: what it would say in its place is asked for by itself.
  const own = hasRecords ? attempt(() => fill({})) : {};
  const made = overlaid(own, fill(plain));
  return without(withinLimit(overlaid(made, valuesOf(fields, scope.with(made)))), omittedIn(fields));
}

function usesValid(fields: readonly FieldNode[]): boolean {
  return [...valuesIn(fields)].some(({ kind }) => kind === 'valid');
}

/** What a node cannot make without being told more is nothing. */
function attempt(fill: () => Items): Items {
  try {
    return fill();
  } catch {
    return {};
  }
}

/** Definitions of definitions are soon larger than their text. */
function withinLimit(values: Items): Items {
  sizeOf(values, 'the message');
  return values;
}
