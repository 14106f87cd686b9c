import type { Value } from '../bytes/index.ts';
import { calculateAll, negate, resultType, takes } from './arithmetic.ts';
import type { FieldCatalog } from './fields.ts';
import type { FieldType, FilterField } from './filterfield.ts';
import { applyFunction } from './functions.ts';
import type { FilterProblem } from './lexer.ts';
import { pickLayers, slice } from './ranges.ts';
import { isBytes, kept, type Reader, type Resolved, type ValueType, withBytes } from './resolved.ts';
import type { FilterRow } from './row.ts';
import type { ArithmeticOperand, CallOperand, FieldOperand, Literal, Operand, Range, SliceOperand } from './syntax.ts';
import { addressOf, bytesOf, constantOf } from './values.ts';

type Place = Pick<FilterProblem, 'start' | 'end'>;

/** Checks operands against the fields that there are and makes readers of them; keeps the first problem. */
export class Resolver {
  problem: FilterProblem | undefined;
  readonly #text: string;
  readonly #catalog: FieldCatalog;

  constructor(text: string, catalog: FieldCatalog) {
    this.#text = text;
    this.#catalog = catalog;
  }

  fail(text: string, { start, end }: Place): undefined {
    this.problem ??= { text, start, end };
    return undefined;
  }

  /** A value as it is written, be it without quotes; undefined for what has a field in it, or is calculated. */
  literal(operand: Operand): Literal | undefined {
    if (operand.kind === 'literal') return operand;
    if (operand.kind !== 'field' || operand.layers !== undefined || this.#catalog.find(operand.name) !== undefined)
      return undefined;
    return { kind: 'literal', text: operand.name, quoted: false, start: operand.start, end: operand.end };
  }

  /** Whether no row changes it. */
  #isConstant(operand: Operand): boolean {
    switch (operand.kind) {
      case 'negative':
      case 'slice':
        return this.#isConstant(operand.of);
      case 'arithmetic':
        return this.#isConstant(operand.left) && this.#isConstant(operand.right);
      case 'call':
        return operand.parts.every((part) => this.#isConstant(part));
      default:
        return this.literal(operand) !== undefined;
    }
  }

  /** `beside` is what it is compared or calculated with: values are read as those of that field. */
  resolve(operand: Operand, beside?: ValueType): Resolved | undefined {
    const literal = beside === undefined ? undefined : this.literal(operand);
    if (literal !== undefined) {
      const constant = constantOf(beside!, literal);
      if (typeof constant === 'string') return this.fail(constant, literal);
      const values = [constant.value];
      return { field: { name: literal.text, type: beside!.type }, read: () => values };
    }
    switch (operand.kind) {
      case 'field':
        return this.#field(operand);
      case 'literal':
        return this.fail('a value needs a field that it is compared with', operand);
      case 'slice':
        return this.#slice(operand);
      case 'call':
        return this.#call(operand, beside);
      case 'negative': {
        const of = this.resolve(operand.of, beside);
        if (of === undefined) return undefined;
        if (!takes('-', of.field.type)) return this.fail(`${of.field.name} is no number: it has no negative`, operand);
        return { field: this.#typed(operand, of.field.type), read: (row) => of.read(row).flatMap(negate) };
      }
      case 'arithmetic':
        return this.#arithmetic(operand, beside);
    }
  }

  #typed({ start, end }: Place, type: FieldType): ValueType {
    return { name: this.#text.slice(start, end), type };
  }

  #field(operand: FieldOperand): Resolved | undefined {
    const { name, layers } = operand;
    const field = this.#catalog.find(name);
    if (field === undefined) return this.#unknown(operand);
    const bytes = field.bytes?.bind(field);
    if (layers === undefined) return { field, read: (row) => field.read(row), ...(bytes === undefined ? {} : { bytes }) };
    if (bytes === undefined) return { field, read: (row) => pickLayers(layersOf(field, row), layers).flat() };
    const picked = (row: FilterRow) => pickLayers(bytes(row), layers);
    return { field, read: (row) => picked(row).map(() => true), bytes: picked };
  }

  #unknown(operand: FieldOperand): undefined {
    const { name } = operand;
    if (this.#catalog.isFormless(name))
      return this.fail(`"${name}" is no field: its protocol declares no "messages", which name them`, operand);
    const [, before, number] = /^(.+[^-])-(\d+)$/.exec(name) ?? [];
    if (before !== undefined && this.#catalog.find(before) !== undefined)
      return this.fail(`"${name}" is no field; did you mean ${before} - ${number}?`, operand);
    const meant = this.#catalog.nearest(name);
    return this.fail(`"${name}" is no field${meant === undefined ? '' : `; did you mean ${meant}?`}`, operand);
  }

  #slice(operand: SliceOperand): Resolved | undefined {
    const found = this.resolve(operand.of);
    if (found === undefined) return undefined;
    const of = withBytes(found);
    const { name, type } = of.field;
    if (!isBytes(type) && type !== 'text' && type !== 'address')
      return this.fail(`${name} is neither bytes nor text: it has no slices`, operand);
    return { field: { name, type: 'bytes' }, read: sliced(of, operand.ranges) };
  }

  #call({ name, parts, start, end }: CallOperand, beside: ValueType | undefined): Resolved | undefined {
    const place = { start, end };
    const own = parts.find((part) => !this.#isConstant(part));
    if (own === undefined) return this.fail(`${name} needs a field`, place);
    const first = this.resolve(own, beside);
    if (first === undefined) return undefined;
    const resolved: Resolved[] = [];
    for (const part of parts) {
      const one = part === own ? first : this.resolve(part, first.field);
      if (one === undefined) return undefined;
      resolved.push(name === 'len' ? withBytes(one) : one);
    }
    const applied = applyFunction(name, resolved);
    if (typeof applied === 'string') return this.fail(applied, place);
    return { field: this.#typed(place, applied.type), read: applied.read };
  }

  #arithmetic(operand: ArithmeticOperand, beside: ValueType | undefined): Resolved | undefined {
    const { operator, left: leftOperand, right: rightOperand } = operand;
    // What has a field says how a number beside it is read.
    const isLeftFirst = !this.#isConstant(leftOperand) || this.#isConstant(rightOperand);
    const first = this.resolve(isLeftFirst ? leftOperand : rightOperand, beside);
    if (first === undefined || !this.#isFit(operand, first)) return undefined;
    const second = this.resolve(isLeftFirst ? rightOperand : leftOperand, first.field);
    if (second === undefined || !this.#isFit(operand, second)) return undefined;
    const [left, right] = isLeftFirst ? [first, second] : [second, first];
    const type = resultType(left.field.type, right.field.type);
    if (type === undefined || (type === 'number' && operator === '&'))
      return this.fail(
        `${left.field.name} and ${right.field.name} do not go together: ${left.field.type} and ${right.field.type}`,
        operand,
      );
    const constant = this.#isConstant(isLeftFirst ? leftOperand : rightOperand);
    const read: Reader = (row) => calculateAll(operator, type, kept(left.read(row)), right.read(row));
    return { field: constant && beside !== undefined ? beside : this.#typed(operand, type), read };
  }

  #isFit({ operator, sign }: ArithmeticOperand, { field: { name, type } }: Resolved): boolean {
    if (takes(operator, type)) return true;
    if (operator === '&') this.fail(`${name} has no bits for a mask${type === 'presence' ? '; did you mean &&?' : ''}`, sign);
    else this.fail(`${name} is no number for "${operator}"`, sign);
    return false;
  }
}

function layersOf(field: FilterField, row: FilterRow): readonly (readonly Value[])[] {
  if (field.layers !== undefined) return field.layers(row);
  const values = field.read(row);
  return values.length === 0 ? [] : [values];
}

function sliced({ field, read }: Resolved, ranges: readonly Range[]): Reader {
  const whole = field.type === 'address' ? (value: Value) => addressOf(value) ?? bytesOf(value) : bytesOf;
  return (row) =>
    read(row).flatMap((value) => {
      const part = slice(whole(value), ranges);
      return part === undefined ? [] : [part];
    });
}
