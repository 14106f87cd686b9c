import type { Value } from '../bytes/index.ts';
import { nearest } from '../codec/index.ts';
import type { FieldCatalog, FieldType, FilterField } from './fields.ts';
import type { FilterProblem } from './lexer.ts';
import { type Comparison, compares } from './pairs.ts';
import { parseFilter } from './parse.ts';
import { regularExpression } from './regular.ts';
import type { FilterRow } from './row.ts';
import type { Expression, FieldOperand, Literal, Operand, Operator } from './syntax.ts';
import { bytesLiteral, operandOf, textOf } from './values.ts';

/** A filter ready to be asked about rows. */
export interface Filter {
  readonly text: string;
  /** What is no mistake and yet hardly meant, with its place: a value that the field is not known to have. */
  readonly hints: readonly FilterProblem[];
  matches(row: FilterRow): boolean;
}

export type Compiled = { readonly filter: Filter } | { readonly problem: FilterProblem };

type Test = (row: FilterRow) => boolean;
type Reader = (row: FilterRow) => readonly Value[];

/** Parses and checks a filter against the fields that there are; the problem names its place in the text. */
export function compileFilter(text: string, catalog: FieldCatalog): Compiled {
  const parsed = parseFilter(text);
  if ('problem' in parsed) return parsed;
  const compiler = new Compiler(catalog);
  const test = compiler.test(parsed.expression);
  if (compiler.problem !== undefined || test === undefined) return { problem: compiler.problem! };
  return { filter: { text, hints: compiler.hints, matches: test } };
}

/** A field with what is done to its values. */
interface Resolved {
  readonly field: Pick<FilterField, 'name' | 'type' | 'values' | 'offers'>;
  readonly read: Reader;
}

class Compiler {
  problem: FilterProblem | undefined;
  readonly hints: FilterProblem[] = [];
  readonly #catalog: FieldCatalog;

  constructor(catalog: FieldCatalog) {
    this.#catalog = catalog;
  }

  #fail(text: string, { start, end }: { readonly start: number; readonly end: number }): undefined {
    this.problem ??= { text, start, end };
    return undefined;
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
    const resolved = operand.kind === 'field' ? this.#resolve(operand) : undefined;
    if (resolved === undefined) return undefined;
    const { read, field } = resolved;
    // A flag alone asks whether it is set.
    return field.type === 'flag' ? (row) => read(row).includes(true) : (row) => read(row).length > 0;
  }

  #comparison({ operator, every, left, right }: Extract<Expression, { kind: 'comparison' }>): Test | undefined {
    const resolved = this.#left(left);
    if (resolved === undefined) return undefined;
    const other = right.kind === 'field' && this.#catalog.find(right.name) !== undefined ? this.#resolve(right) : undefined;
    if (other !== undefined) return this.#fields(resolved, operator, every, other, right);
    const literal: Literal =
      right.kind === 'literal' ? right : { kind: 'literal', text: right.name, quoted: false, start: right.start, end: right.end };
    const accepts = this.#accepts(resolved.field, operator, literal);
    if (accepts === undefined) return undefined;
    const { read } = resolved;
    return every
      ? (row) => {
          const values = read(row);
          return values.length > 0 && values.every(accepts);
        }
      : (row) => read(row).some(accepts);
  }

  /** The field of the left side; values are compared with it, so it must be one. */
  #left(operand: Operand): Resolved | undefined {
    if (operand.kind === 'field') return this.#resolve(operand);
    return this.#fail('the left side of a comparison is a field', operand);
  }

  #accepts(field: Resolved['field'], operator: Operator, literal: Literal): ((value: Value) => boolean) | undefined {
    if (operator === 'contains') return this.#contains(field, literal);
    if (operator === 'matches') return this.#matches(field, literal);
    const operand = operandOf(field, literal);
    if (typeof operand === 'string') return this.#fail(operand, literal);
    if (operator === '==' || operator === '!=') this.#expect(field, literal);
    const holds = comparisons[operator];
    return (value) => {
      const ordered = operand.compare(value);
      return ordered === undefined ? operator === '!=' : holds(ordered);
    };
  }

  /** A value that the field does not offer may be on the wire all the same: no problem, but worth a word. */
  #expect({ name, offers }: Resolved['field'], { text, start, end }: Literal): void {
    if (offers === undefined || offers.includes(text)) return;
    const meant = nearest(text, offers);
    const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
    this.hints.push({ text: `${name} is not known to be "${text}"${hint}`, start, end });
  }

  #contains({ name, type }: Resolved['field'], literal: Literal): ((value: Value) => boolean) | undefined {
    if (type === 'text') return (value) => textOf(value).includes(literal.text);
    if (!isBytes(type)) return this.#fail(`${name} is neither bytes nor text: it contains nothing`, literal);
    const needle = bytesLiteral(literal.text, literal.quoted) ?? new TextEncoder().encode(literal.text);
    return (value) => value instanceof Uint8Array && includes(value, needle);
  }

  #matches({ name, type }: Resolved['field'], literal: Literal): ((value: Value) => boolean) | undefined {
    if (type !== 'text' && !isBytes(type))
      return this.#fail(`${name} is neither bytes nor text: no expression matches it`, literal);
    const matches = regularExpression(literal.text);
    if ('problem' in matches) return this.#fail(`the regular expression cannot be read: ${matches.problem}`, literal);
    return (value) => matches(value instanceof Uint8Array ? latin(value) : textOf(value));
  }

  #membership({ left, set }: Extract<Expression, { kind: 'membership' }>): Test | undefined {
    const resolved = this.#left(left);
    if (resolved === undefined) return undefined;
    const tests: ((value: Value) => boolean)[] = [];
    for (const { from, to } of set) {
      const low = operandOf(resolved.field, from);
      const high = to === undefined ? low : operandOf(resolved.field, to);
      if (typeof low === 'string') return this.#fail(low, from);
      if (typeof high === 'string') return this.#fail(high, to!);
      if (to === undefined) this.#expect(resolved.field, from);
      tests.push((value) => (low.compare(value) ?? -1) >= 0 && (high.compare(value) ?? 1) <= 0);
    }
    return (row) => resolved.read(row).some((value) => tests.some((test) => test(value)));
  }

  #fields(left: Resolved, operator: Operator, every: boolean, right: Resolved, place: Operand): Test | undefined {
    if (operator === 'contains' || operator === 'matches')
      return this.#fail(`${operator} needs a value on its right side`, place);
    return (row) => compares(left.read(row), operator, right.read(row), every);
  }

  #resolve(operand: FieldOperand): Resolved | undefined {
    const field = this.#catalog.find(operand.name);
    if (field === undefined) {
      const { name } = operand;
      if (this.#catalog.isFormless(name))
        return this.#fail(`"${name}" is no field: its protocol declares no "messages", which name them`, operand);
      const meant = this.#catalog.nearest(name);
      return this.#fail(`"${name}" is no field${meant === undefined ? '' : `; did you mean ${meant}?`}`, operand);
    }
    let read: Reader = (row) => field.read(row);
    let { type } = field;
    if (operand.slice !== undefined) {
      if (!isBytes(type) && type !== 'text')
        return this.#fail(`${operand.name} is neither bytes nor text: it has no slices`, operand);
      const { from, length } = operand.slice;
      const before = read;
      read = (row) => before(row).flatMap((value) => sliced(value, from, length));
      type = 'bytes';
    }
    for (const name of operand.functions) {
      const applied = apply(name, type, read);
      if (typeof applied === 'string') return this.#fail(`${operand.name}: ${applied}`, operand);
      [type, read] = applied;
    }
    const isWhole = operand.functions.length === 0 && operand.slice === undefined;
    return { field: isWhole ? field : { name: operand.name, type }, read };
  }
}

const comparisons: Readonly<Record<Comparison, (ordered: number) => boolean>> = {
  '==': (ordered) => ordered === 0,
  '!=': (ordered) => ordered !== 0,
  '>': (ordered) => ordered > 0,
  '>=': (ordered) => ordered >= 0,
  '<': (ordered) => ordered < 0,
  '<=': (ordered) => ordered <= 0,
};

/** A MAC address is six bytes; it is only written otherwise. */
function isBytes(type: FieldType): boolean {
  return type === 'bytes' || type === 'mac';
}

function apply(name: string, type: FieldType, read: Reader): [FieldType, Reader] | string {
  if (name === 'count') return ['integer', (row) => [read(row).length]];
  if (name === 'len') {
    if (type !== 'text' && !isBytes(type)) return 'only bytes and text have a length';
    return [
      'integer',
      (row) =>
        read(row).map((value) => (value instanceof Uint8Array ? value.length : new TextEncoder().encode(textOf(value)).length)),
    ];
  }
  if (type !== 'text') return `only text has an ${name} case`;
  const change = name === 'lower' ? (text: string) => text.toLowerCase() : (text: string) => text.toUpperCase();
  return ['text', (row) => read(row).map((value) => change(textOf(value)))];
}

function sliced(value: Value, from: number, length: number | undefined): Value[] {
  const bytes = value instanceof Uint8Array ? value : new TextEncoder().encode(textOf(value));
  const start = from < 0 ? bytes.length + from : from;
  if (start < 0 || start >= bytes.length) return [];
  const end = length === undefined ? bytes.length : start + length;
  return end > bytes.length ? [] : [bytes.subarray(start, end)];
}

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
