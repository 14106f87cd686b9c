import { toHex } from '../../bytes/index.ts';
import { type Encodable, type FieldForm, isDecimal, isFieldValues } from '../../codec/index.ts';
import type { FieldNode, Span, ValueNode } from '../syntax/tree.ts';
import { isSameValue } from './fieldvalues.ts';
import { valueText } from './print.ts';
import type { Scope } from './scope.ts';
import { bytesText, isSecret, secretText } from './secrets.ts';
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

/** Whether a field of a message that came, by its outermost name, may hold what was computed from a secret. */
export type Hides = (field: string, value: Encodable) => boolean;

/** The first field in which a message is not as an expectation says; what the expectation leaves out may be anything. */
export function firstDifference(
  fields: readonly FieldNode[],
  came: Encodable | undefined,
  scope: Scope,
  forms?: readonly FieldForm[],
  hides: Hides = () => false,
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
      path === '' ? (_, value) => hides(name.text, value) : hides,
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
  hides: Hides,
  path: string,
): Difference | undefined {
  const differs = (said: string): Difference => {
    if (came === undefined) return { path, said, came };
    if (hides(path, came)) return { path, said, came: secretText(came) };
    // What came is not offered where it was asked for in secret: it may be nearly the same.
    if (isSecret(node, scope)) return { path, said, came: `another value, ${bytesText(came)}` };
    const mended = { start: node.start, end: node.end, text: valueText(came, '') };
    return { path, said, came: shortText(came), mended };
  };
  if (node.kind === 'any') return came === undefined ? differs('any value') : undefined;
  if (node.kind === 'record')
    return came === undefined ? differs('a record') : firstDifference(node.fields, came, scope, form?.fields, hides, path);
  if (node.kind === 'list') {
    if (!Array.isArray(came) || came.length !== node.values.length) return differs(`a list of ${node.values.length}`);
    return node.values
      .map((each, index) => compare(each, came[index], scope, form, hides, `${path}[${index}]`))
      .find((found) => found !== undefined);
  }
  const field = { name: { text: 'value', start: 0, end: 0 }, value: node, start: node.start, end: node.end };
  const said = valuesOf([field], scope).value!;
  // A value may be said by its word.
  if (typeof said === 'string' && typeof came === 'number' && form?.values?.[came] === said) return undefined;
  // Or an integer by its digits.
  const isInteger = typeof came === 'bigint' || Number.isInteger(came);
  if (typeof said === 'string' && isInteger && isDecimal(said) && BigInt(said) === BigInt(came as number)) return undefined;
  return came !== undefined && isSameValue(said, came)
    ? undefined
    : differs(isSecret(node, scope) ? secretText(said) : shortText(said));
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
