/** Expressions over the values of a script: conditions of breakpoints, watches, hovers. */
import type { Encodable } from '../../codec/index.ts';
import { parseScript } from '../syntax/parser.ts';
import type { ValueNode } from '../syntax/tree.ts';
import { isSameValue } from './fieldvalues.ts';
import type { Scope } from './scope.ts';
import { isSecret } from './secrets.ts';
import { encodable } from './values.ts';

/** Characters of an expression, and conditions in it. */
const LONGEST = 4_096;
const MOST_PARTS = 64;

/** A value of the language, or conditions of them; the weaker operators stand outside. */
export type Expression =
  | { readonly kind: 'value'; readonly node: ValueNode }
  | { readonly kind: 'joined'; readonly operator: '||' | '&&'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'compared'; readonly operator: Comparison; readonly left: ValueNode; readonly right: ValueNode };

const joints = ['||', '&&'] as const;
const comparisons = ['==', '!=', '>=', '<=', '>', '<'] as const;
type Comparison = (typeof comparisons)[number];

/** What an expression gives, and whether it was computed from a secret. */
export interface ExpressionValue {
  readonly value: Encodable;
  readonly isSecret: boolean;
}

/** Reads `first.counter`, `length(first.data) > 16 && message.counter != 0`. A sentence where the text is no expression. */
export function parseExpression(text: string): Expression | string {
  if (text.length > LONGEST) return `an expression has at most ${LONGEST} characters`;
  return read(text, { left: MOST_PARTS }) ?? 'this is no expression like first.counter == 16';
}

function read(text: string, parts: { left: number }): Expression | undefined {
  if (parts.left-- <= 0) return undefined;
  for (const operator of joints) {
    for (const [left, right] of splits(text, operator)) {
      const [a, b] = [read(left, parts), read(right, parts)];
      if (a !== undefined && b !== undefined) return { kind: 'joined', operator, left: a, right: b };
    }
  }
  for (const operator of comparisons) {
    for (const [left, right] of splits(text, operator)) {
      const [a, b] = [valueNode(left), valueNode(right)];
      if (a !== undefined && b !== undefined) return { kind: 'compared', operator, left: a, right: b };
    }
  }
  const node = valueNode(text);
  return node === undefined ? undefined : { kind: 'value', node };
}

function* splits(text: string, operator: string): Generator<readonly [string, string]> {
  for (let at = text.indexOf(operator); at >= 0; at = text.indexOf(operator, at + operator.length))
    yield [text.slice(0, at), text.slice(at + operator.length)];
}

function valueNode(text: string): ValueNode | undefined {
  const { statements, problems } = parseScript(`@it = ${text.trim()}`);
  const [statement, more] = statements;
  if (problems.length > 0 || more !== undefined || statement?.kind !== 'define') return undefined;
  return statement.value;
}

/** Throws an Error with a sentence for a name that there is not, and for values that cannot be compared. */
export function evaluateExpression(expression: Expression, scope: Scope): ExpressionValue {
  switch (expression.kind) {
    case 'value':
      return { value: encodable(expression.node, scope, []), isSecret: isSecret(expression.node, scope) };
    case 'joined': {
      const left = evaluateExpression(expression.left, scope);
      const isDecided = isTrue(left.value) === (expression.operator === '||');
      const right = isDecided ? left : evaluateExpression(expression.right, scope);
      return { value: isTrue(right.value), isSecret: left.isSecret || right.isSecret };
    }
    case 'compared': {
      const [left, right] = [expression.left, expression.right].map((node) => encodable(node, scope, [])) as [
        Encodable,
        Encodable,
      ];
      const secret = isSecret(expression.left, scope) || isSecret(expression.right, scope);
      return { value: compared(expression.operator, left, right), isSecret: secret };
    }
  }
}

/** Whether a value holds as a condition: what is nothing, zero, empty or false does not. */
export function isTrue(value: Encodable): boolean {
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length > 0;
  return Boolean(value);
}

function compared(operator: Comparison, left: Encodable, right: Encodable): boolean {
  if (operator === '==' || operator === '!=') return isSameValue(left, right) === (operator === '==');
  const isNumber = (value: Encodable): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';
  if (!isNumber(left) || !isNumber(right)) throw new Error(`"${operator}" compares numbers`);
  switch (operator) {
    case '>=':
      return left >= right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '<':
      return left < right;
  }
}
