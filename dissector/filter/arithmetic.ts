/** What filters calculate: whole numbers exactly, fractions as doubles, masks also of bytes. */
import type { Value } from '../bytes/index.ts';
import type { FieldType } from './filterfield.ts';
import type { ArithmeticOperator } from './syntax.ts';
import { addressOf, smallest, wholeOf } from './values.ts';

/** Results of one operation with several values on each side: a stranger's message can have many thousands of a field. */
const mostPairs = 65_536;
/** Whole numbers of 64 bits, signed or not: what goes beyond is no result, as in Wireshark. */
const [lowest, highest] = [-(2n ** 63n), 2n ** 64n - 1n];

const numbers: readonly FieldType[] = ['integer', 'number'];
const taken: Readonly<Record<ArithmeticOperator, readonly FieldType[]>> = {
  '&': ['integer', 'bytes', 'mac', 'address'],
  '+': [...numbers, 'time'],
  '-': [...numbers, 'time'],
  '*': numbers,
  '/': numbers,
  '%': numbers,
};

export function takes(operator: ArithmeticOperator, type: FieldType): boolean {
  return taken[operator].includes(type);
}

/** The type of a result; undefined where the two sides do not go together. */
export function resultType(left: FieldType, right: FieldType): FieldType | undefined {
  if (left === right) return left;
  return numbers.includes(left) && numbers.includes(right) ? 'number' : undefined;
}

/** Each value of the left side with each of the right one. Too many pairs have no result, as a division by zero has none. */
export function calculateAll(
  operator: ArithmeticOperator,
  type: FieldType,
  left: readonly Value[],
  right: readonly Value[],
): readonly Value[] {
  const results: Value[] = [];
  if (left.length * right.length > mostPairs) return results;
  for (const a of left) {
    for (const b of right) {
      const result = calculate(operator, type, a, b);
      if (result !== undefined) results.push(result);
    }
  }
  return results;
}

function calculate(operator: ArithmeticOperator, type: FieldType, a: Value, b: Value): Value | undefined {
  if (type === 'number') return fraction(operator, Number(a), Number(b));
  if (type === 'bytes' || type === 'mac' || type === 'address') return mask(addressOf(a), addressOf(b));
  const [left, right] = [wholeOf(a), wholeOf(b)];
  if (left === undefined || right === undefined) return undefined;
  if (typeof left === 'number' && typeof right === 'number' && operator !== '&') {
    const quick = operator === '/' ? Math.trunc(left / right) : fraction(operator, left, right);
    // A quotient of two safe numbers may be rounded up to a whole one that it does not reach.
    if (quick !== undefined && Number.isSafeInteger(quick) && (operator !== '/' || Math.abs(left) < 2 ** 31)) return quick + 0;
  }
  return whole(operator, BigInt(left), BigInt(right));
}

function whole(operator: ArithmeticOperator, a: bigint, b: bigint): Value | undefined {
  if ((operator === '/' || operator === '%') && b === 0n) return undefined;
  const result =
    operator === '+'
      ? a + b
      : operator === '-'
        ? a - b
        : operator === '*'
          ? a * b
          : operator === '/'
            ? a / b
            : operator === '%'
              ? a % b
              : a & b;
  return result < lowest || result > highest ? undefined : smallest(result);
}

function fraction(operator: ArithmeticOperator, a: number, b: number): number | undefined {
  const result =
    operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a % b;
  return Number.isFinite(result) ? result : undefined;
}

/** As many bytes as both sides have. */
function mask(a: Uint8Array | undefined, b: Uint8Array | undefined): Uint8Array | undefined {
  if (a === undefined || b === undefined) return undefined;
  return Uint8Array.from({ length: Math.min(a.length, b.length) }, (_, i) => a[i]! & b[i]!);
}

/** A number with the other sign. */
export function negate(value: Value): Value[] {
  if (typeof value === 'number') return [0 - value];
  const exact = wholeOf(value);
  return exact === undefined ? [] : [-exact];
}

export function absolute(value: Value): Value[] {
  const exact = typeof value === 'number' ? value : wholeOf(value);
  return exact === undefined ? [] : exact < 0 ? negate(exact) : [exact];
}

/** Whether a result alone makes a condition true: a number that is not zero, bytes of which one is not. */
export function isNotZero(value: Value): boolean {
  if (value instanceof Uint8Array) return value.some((byte) => byte !== 0);
  return typeof value === 'bigint' ? value !== 0n : value !== 0 && value !== null;
}
