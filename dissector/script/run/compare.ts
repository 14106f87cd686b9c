import { toHex } from '../../bytes/index.ts';
import { type Encodable, type FieldForm, isDecimal, isFieldValues } from '../../codec/index.ts';
import type { FieldNode, Span, ValueNode } from '../syntax/tree.ts';
import { isSameValue } from './fieldvalues.ts';
import { valueText } from './print.ts';
import type { Scope } from './scope.ts';
import { valuesOf } from './values.ts';

/** A field that is not as it was said. */
export interface Difference {
  readonly path: string;
  readonly said: string;
  /** Undefined where there is no such field. */
  readonly came: string | undefined;
  /** What would make it hold: another value in the place of the one that was said, as a script writes it. */
  readonly mended?: Span & { readonly text: string };
}

/** The first field in which a message is not as an expectation says; what the expectation leaves out may be anything. */
export function firstDifference(
  fields: readonly FieldNode[],
  came: Encodable | undefined,
  scope: Scope,
  forms?: readonly FieldForm[],
  path = '',
): Difference | undefined {
  for (const { name, value } of fields) {
    if (value === undefined) continue;
    const at = path === '' ? name.text : `${path}.${name.text}`;
    const own = isFieldValues(came) && Object.hasOwn(came, name.text) ? came[name.text] : undefined;
    const difference = compare(
      value,
      own,
      scope,
      forms?.find((form) => form.name === name.text),
      at,
    );
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function compare(
  node: ValueNode,
  came: Encodable | undefined,
  scope: Scope,
  form: FieldForm | undefined,
  path: string,
): Difference | undefined {
  const differs = (said: string): Difference => ({
    ...{ path, said, came: came === undefined ? undefined : shortText(came) },
    ...(came === undefined ? {} : { mended: { start: node.start, end: node.end, text: valueText(came, '') } }),
  });
  if (node.kind === 'any') return came === undefined ? differs('any value') : undefined;
  if (node.kind === 'record')
    return came === undefined ? differs('a record') : firstDifference(node.fields, came, scope, form?.fields, path);
  if (node.kind === 'list') {
    if (!Array.isArray(came) || came.length !== node.values.length) return differs(`a list of ${node.values.length}`);
    return node.values
      .map((each, index) => compare(each, came[index], scope, form, `${path}[${index}]`))
      .find((found) => found !== undefined);
  }
  const field = { name: { text: 'value', start: 0, end: 0 }, value: node, start: node.start, end: node.end };
  const said = valuesOf([field], scope).value!;
  // A value may be said by its word.
  if (typeof said === 'string' && typeof came === 'number' && form?.values?.[came] === said) return undefined;
  // Or an integer by its digits.
  const isInteger = typeof came === 'bigint' || Number.isInteger(came);
  if (typeof said === 'string' && isInteger && isDecimal(said) && BigInt(said) === BigInt(came as number)) return undefined;
  return came !== undefined && isSameValue(said, came) ? undefined : differs(shortText(said));
}

const LONGEST = 80;

function shortText(value: Encodable): string {
  const text =
    value instanceof Uint8Array
      ? `hex(${toHex(value)})`
      : JSON.stringify(value, (_, each: unknown) =>
          typeof each === 'bigint' ? each.toString() : each instanceof Uint8Array ? toHex(each) : each,
        );
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
