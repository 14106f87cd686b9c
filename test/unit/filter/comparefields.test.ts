/** Two fields of one message against each other: as if each pair were looked at. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addressBytes, type Value } from '../../../dissector/bytes/index.ts';
import { type Comparison, compares } from '../../../dissector/filter/comparefields.ts';

const comparisons: Readonly<Record<Comparison, (ordered: number | undefined) => boolean>> = {
  '==': (ordered) => ordered === 0,
  '!=': (ordered) => ordered !== 0,
  '<': (ordered) => ordered !== undefined && ordered < 0,
  '<=': (ordered) => ordered !== undefined && ordered <= 0,
  '>': (ordered) => ordered !== undefined && ordered > 0,
  '>=': (ordered) => ordered !== undefined && ordered >= 0,
};

/** One pair; undefined for what cannot be ordered. */
function between(a: Value, b: Value): number | undefined {
  const isNumber = (value: Value) => typeof value === 'number' || typeof value === 'bigint';
  if (isNumber(a) && isNumber(b)) return a! < b! ? -1 : a! > b! ? 1 : 0;
  // The shorter one is less, as in Wireshark.
  const bytes = (x: Uint8Array, y: Uint8Array) => x.length - y.length || Buffer.compare(x, y);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return bytes(a, b);
  if (typeof a === 'string' && typeof b === 'string') {
    const [x, y] = [addressBytes(a), addressBytes(b)];
    if (x !== undefined && y !== undefined) return bytes(x, y);
    return x !== undefined || y !== undefined ? undefined : a < b ? -1 : a > b ? 1 : 0;
  }
  return a === b ? 0 : undefined;
}

const few: fc.Arbitrary<Value> = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.bigInt({ min: -2n, max: 2n }),
  fc.constantFrom(0.5, 2 ** 53, 2n ** 53n, true, false, null),
  fc.constantFrom('a', 'b', '', '10.0.0.1', '10.0.0.10', '10.0.0.9', '::1', '0:0:0:0:0:0:0:1'),
  fc.uint8Array({ maxLength: 2, max: 2 }),
);
/** Of one kind at times, else nothing would ever hold for each. */
const values = fc.oneof(
  fc.array(few, { maxLength: 4 }),
  fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
  fc.array(fc.integer({ min: 4, max: 9 }), { maxLength: 4 }),
);

it('gives what a look at each pair would give', () => {
  fc.assert(
    fc.property(values, values, fc.constantFrom(...(Object.keys(comparisons) as Comparison[])), (left, right, comparison) => {
      const pairs = left.flatMap((a) => right.map((b) => comparisons[comparison](between(a, b))));
      expect(compares(left, comparison, right, false)).toBe(pairs.some(Boolean));
      expect(compares(left, comparison, right, true)).toBe(pairs.length > 0 && pairs.every(Boolean));
    }),
    { numRuns: 5000 },
  );
});

it('takes twenty thousand values of each side', () => {
  const side = (odd: number) => Array.from({ length: 20_000 }, (_, i) => `host ${2 * i + odd}`);
  expect(compares(side(0), '==', side(1), false)).toBe(false);
  expect(compares(side(0), '!=', side(1), true)).toBe(true);
  expect(compares([...side(0), 'host 1'], '==', side(1), false)).toBe(true);
});
