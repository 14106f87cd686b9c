/** What a script says in a message, and what it leaves to the node. */
import type { FieldValues } from '../../codec/index.ts';
import type { FieldNode } from '../syntax/tree.ts';
import { omittedIn, plainOf, valuesIn } from '../syntax/walk.ts';
import { overlaid, without } from './fieldvalues.ts';
import { sizeOf } from './function.ts';
import type { Scope } from './scope.ts';
import { valuesOf } from './values.ts';

/**
 * The values to send: where the script leaves a part of a value to the node, over what that fills in. `fill` makes the values of the
 * message from those that are given; `scope`, what values refer to where it made these.
 */
export function valuesToSend(
  fields: readonly FieldNode[],
  scope: (made?: FieldValues) => Scope,
  fill: (given: FieldValues) => FieldValues,
): FieldValues {
  const hasRecords = fields.some(({ value }) => value?.kind === 'record');
  if (!hasRecords && !usesValid(fields)) return withinLimit(valuesOf(fields, scope()));
  const plain = withinLimit(valuesOf(plainOf(fields), scope()));
  // A node takes a record that it is given for all of it: what it would say in its place is asked for by itself.
  const own = hasRecords ? attempt(() => fill({})) : {};
  const made = overlaid(own, fill(plain));
  return without(withinLimit(overlaid(made, valuesOf(fields, scope(made)))), omittedIn(fields));
}

function usesValid(fields: readonly FieldNode[]): boolean {
  return [...valuesIn(fields)].some(({ kind }) => kind === 'valid');
}

/** What a node cannot make without being told more is nothing. */
function attempt(fill: () => FieldValues): FieldValues {
  try {
    return fill();
  } catch {
    return {};
  }
}

/** Definitions of definitions are soon larger than their text. */
function withinLimit(values: FieldValues): FieldValues {
  sizeOf(values, 'the message');
  return values;
}
