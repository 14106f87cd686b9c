import type { Value } from '../bytes/index.ts';
import { nearest } from '../codec/index.ts';
import { isNotZero } from './arithmetic.ts';
import { type Comparison, compares } from './comparefields.ts';
import type { FieldCatalog } from './fields.ts';
import type { LayerBytes } from './filterfield.ts';
import type { FilterProblem } from './lexer.ts';
import { parseFilter } from './parse.ts';
import { regularExpression } from './regular.ts';
import { Resolver } from './resolve.ts';
import { isBytes, kept, type Reader, type Resolved, type ValueType, withBytes } from './resolved.ts';
import type { FilterRow } from './row.ts';
import type { Expression, Literal, Member, Operand, Operator } from './syntax.ts';
import { bytesLiteral, comparerOf, textOf } from './values.ts';

/** A filter ready to be asked about rows. */
export interface Filter {
  readonly text: string;
  /** What is no mistake and yet hardly meant, with its place: a value that the field is not known to have. */
  readonly hints: readonly FilterProblem[];
  matches(row: FilterRow): boolean;
}

export type Compiled = { readonly filter: Filter } | { readonly problem: FilterProblem };

type Test = (row: FilterRow) => boolean;
type ValueTest = (value: Value, row: FilterRow) => boolean;

/** Parses and checks a filter against the fields that there are; the problem names its place in the text. */
export function compileFilter(text: string, catalog: FieldCatalog): Compiled {
  const parsed = parseFilter(text);
  if ('problem' in parsed) return parsed;
  const resolver = new Resolver(text, catalog);
  const compiler = new Compiler(resolver);
  const test = compiler.test(parsed.expression);
  if (resolver.problem !== undefined || test === undefined) return { problem: resolver.problem! };
  return { filter: { text, hints: compiler.hints, matches: test } };
}

/** What of a row is asked for, without a condition: a field, a slice, a function, a calculation. */
export type CompiledValue =
  | { readonly field: ValueType; read(row: FilterRow): readonly Value[] }
  | { readonly problem: FilterProblem };

/** Parses and checks an operand of a filter; a condition is none. */
export function compileValue(text: string, catalog: FieldCatalog): CompiledValue {
  const parsed = parseFilter(text);
  if ('problem' in parsed) return parsed;
  const { expression } = parsed;
  if (expression.kind !== 'presence')
    return { problem: { text: 'this is a condition', start: expression.start, end: expression.end } };
  const resolver = new Resolver(text, catalog);
  const resolved = resolver.resolve(expression.operand);
  if (resolver.problem !== undefined || resolved === undefined) return { problem: resolver.problem! };
  return { field: resolved.field, read: resolved.read };
}

class Compiler {
  readonly hints: FilterProblem[] = [];
  readonly #resolver: Resolver;

  constructor(resolver: Resolver) {
    this.#resolver = resolver;
  }

  test(expression: Expression): Test | undefined {
    switch (expression.kind) {
      case 'and':
      case 'or': {
        const [left, right] = [this.test(expression.left), this.test(expression.right)];
        if (left === undefined || right === undefined) return undefined;
        return expression.kind === 'and' ? (row) => left(row) && right(row) : (row) => left(row) || right(row);
      }
      case 'not': {
        const inner = this.test(expression.inner);
        return inner === undefined ? undefined : (row) => !inner(row);
      }
      case 'presence':
        return this.#presence(expression.operand);
      case 'comparison':
        return this.#comparison(expression);
      case 'membership':
        return this.#membership(expression);
    }
  }

  #presence(operand: Operand): Test | undefined {
    const resolved = this.#resolver.resolve(operand);
    if (resolved === undefined) return undefined;
    const { read, field } = resolved;
    if (operand.kind === 'call')
      return this.#resolver.fail(`${operand.name} alone is no condition: compare what it gives`, operand);
    // A calculation alone asks whether a bit is left, or a number is not zero.
    if (operand.kind === 'arithmetic' || operand.kind === 'negative') return (row) => read(row).some(isNotZero);
    // A flag alone asks whether it is set.
    return field.type === 'flag' ? (row) => read(row).includes(true) : (row) => read(row).length > 0;
  }

  #comparison({ operator, every, left, right }: Extract<Expression, { kind: 'comparison' }>): Test | undefined {
    const isSearch = operator === 'contains' || operator === 'matches';
    const resolved = this.#left(left, isSearch ? 'all' : 'own');
    if (resolved === undefined) return undefined;
    const { field, read } = resolved;
    const literal = this.#resolver.literal(right);
    if (literal === undefined) return this.#calculated(resolved, operator, every, right);
    const accepts = this.#accepts(field, operator, literal);
    return accepts === undefined ? undefined : quantified(read, accepts, every);
  }

  /** The left side, which something of a row must be in: values are compared with it. */
  #left(operand: Operand, which: keyof LayerBytes = 'own'): Resolved | undefined {
    const isValue = operand.kind === 'literal' || (operand.kind === 'field' && !/^[\p{L}_]/u.test(operand.name));
    if (isValue) return this.#resolver.fail('the left side of a comparison is a field', operand);
    const resolved = this.#resolver.resolve(operand);
    return resolved === undefined ? undefined : withBytes(resolved, which);
  }

  #accepts(field: ValueType, operator: Operator, literal: Literal): ValueTest | undefined {
    if (operator === 'contains') return this.#contains(field, literal);
    if (operator === 'matches') return this.#matches(field, literal);
    const comparer = comparerOf(field, literal);
    if (typeof comparer === 'string') return this.#resolver.fail(comparer, literal);
    if (operator === '==' || operator === '!=') this.#expect(field, literal);
    const holds = comparisons[operator];
    return (value) => {
      const ordered = comparer.compare(value);
      return ordered === undefined ? operator === '!=' : holds(ordered);
    };
  }

  /** A value that the field does not offer may be on the wire all the same: no problem, but worth a word. */
  #expect({ name, offers }: ValueType, { text, start, end }: Literal): void {
    if (offers === undefined || offers.includes(text)) return;
    const meant = nearest(text, offers);
    const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
    this.hints.push({ text: `${name} is not known to be "${text}"${hint}`, start, end });
  }

  #contains({ name, type }: ValueType, literal: Literal): ValueTest | undefined {
    if (type === 'text') return (value) => textOf(value).includes(literal.text);
    if (!isBytes(type)) return this.#resolver.fail(`${name} is neither bytes nor text: it contains nothing`, literal);
    const needle = bytesLiteral(literal.text, literal.quoted) ?? new TextEncoder().encode(literal.text);
    return (value) => value instanceof Uint8Array && includes(value, needle);
  }

  #matches({ name, type }: ValueType, literal: Literal): ValueTest | undefined {
    if (type !== 'text' && !isBytes(type))
      return this.#resolver.fail(`${name} is neither bytes nor text: no expression matches it`, literal);
    const matches = regularExpression(literal.text);
    if ('problem' in matches) return this.#resolver.fail(`the regular expression cannot be read: ${matches.problem}`, literal);
    return (value) => matches(value instanceof Uint8Array ? latin(value) : textOf(value));
  }

  #membership({ left, every, set }: Extract<Expression, { kind: 'membership' }>): Test | undefined {
    const resolved = this.#left(left);
    if (resolved === undefined) return undefined;
    const { field, read } = resolved;
    const tests: ValueTest[] = [];
    for (const member of set) {
      const test = this.#member(field, member);
      if (test === undefined) return undefined;
      tests.push(test);
    }
    const isMember: ValueTest = (value, row) => {
      for (const test of tests) if (test(value, row)) return true;
      return false;
    };
    const isConstant = set.every(
      ({ from, to }) => this.#resolver.literal(from) && (to === undefined || this.#resolver.literal(to)),
    );
    return quantified(isConstant ? read : (row) => kept(read(row)), isMember, every);
  }

  #member(field: ValueType, { from, to }: Member): ValueTest | undefined {
    const [low, high] = [from, to ?? from].map((operand) => this.#resolver.literal(operand));
    if (low === undefined || high === undefined) return this.#between(field, from, to ?? from);
    const [first, last] = [comparerOf(field, low), comparerOf(field, high)];
    if (typeof first === 'string') return this.#resolver.fail(first, low);
    if (typeof last === 'string') return this.#resolver.fail(last, high);
    if (to === undefined) this.#expect(field, low);
    return (value) => (first.compare(value) ?? -1) >= 0 && (last.compare(value) ?? 1) <= 0;
  }

  /** Of a range whose ends are in the row, or calculated. */
  #between(field: ValueType, from: Operand, to: Operand): ValueTest | undefined {
    const [low, high] = [this.#resolver.resolve(from, field), this.#resolver.resolve(to, field)];
    if (low === undefined || high === undefined) return undefined;
    if (!this.#isAlike(field, low, from) || !this.#isAlike(field, high, to)) return undefined;
    return (value, row) => compares([value], '>=', low.read(row), false) && compares([value], '<=', high.read(row), false);
  }

  /** Nanoseconds and other numbers look alike and are not. */
  #isAlike({ name, type }: ValueType, other: Resolved, place: Operand): boolean {
    const isTime = type === 'time' || type === 'date';
    const isOtherTime = other.field.type === 'time' || other.field.type === 'date';
    if (other.field.type === type || (!isTime && !isOtherTime)) return true;
    this.#resolver.fail(`${name} is ${type}, ${other.field.name} is ${other.field.type}: they are not compared`, place);
    return false;
  }

  /** Another field, or what is calculated. */
  #calculated({ field, read }: Resolved, operator: Operator, every: boolean, right: Operand): Test | undefined {
    if (operator === 'contains' || operator === 'matches')
      return this.#resolver.fail(`${operator} needs a value on its right side`, right);
    const found = this.#resolver.resolve(right, field);
    if (found === undefined || !this.#isAlike(field, found, right)) return undefined;
    const other = withBytes(found);
    return (row) => compares(kept(read(row)), operator, other.read(row), every);
  }
}

/** Whether some value is as a test says, or all are and there is one. */
function quantified(read: Reader, accepts: ValueTest, every: boolean): Test {
  return (row) => {
    const values = read(row);
    for (const value of values) if (accepts(value, row) !== every) return !every;
    return every && values.length > 0;
  };
}

const comparisons: Readonly<Record<Comparison, (ordered: number) => boolean>> = {
  '==': (ordered) => ordered === 0,
  '!=': (ordered) => ordered !== 0,
  '>': (ordered) => ordered > 0,
  '>=': (ordered) => ordered >= 0,
  '<': (ordered) => ordered < 0,
  '<=': (ordered) => ordered <= 0,
};

function includes(whole: Uint8Array, part: Uint8Array): boolean {
  for (let at = 0; at + part.length <= whole.length; at++) {
    let i = 0;
    while (i < part.length && whole[at + i] === part[i]) i++;
    if (i === part.length) return true;
  }
  return false;
}

/** A character a byte, so that an expression sees bytes. */
function latin(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
