import type { Analysis } from '../analysis/index.ts';
import { type Check, toHex } from '../bytes/index.ts';
import type { Quantity } from '../protocol/index.ts';

/** Bytes of a value that are shown. */
const SHOWN_BYTES = 512;

/** A value of a computation as a person may see it. */
export interface ShownQuantity {
  readonly name: string;
  /** Absent for what is unknown, and for a secret that was not asked for. */
  readonly value?: string;
  /** Bytes of the value, where it is made of bytes. */
  readonly length?: number;
  readonly unknown?: string;
  readonly secret?: true;
}

/** A computation that a side does when it sends or receives a message. */
export interface ShownComputation {
  readonly formula: string;
  readonly clause: string;
  readonly inputs: readonly ShownQuantity[];
  readonly results: readonly ShownQuantity[];
  readonly check?: Check;
}

/** What both sides compute for a message, in order: the same for the Steps view and for a debugger. Secrets only with `reveal`. */
export function shownComputations(analysis: Analysis, n: number, reveal: boolean): readonly ShownComputation[] {
  return analysis.compute(n).map(({ inputs, results, formula, clause, check }) => ({
    formula,
    clause,
    inputs: inputs.map((quantity) => shownQuantity(quantity, reveal)),
    results: results.map((quantity) => shownQuantity(quantity, reveal)),
    ...(check === undefined ? {} : { check }),
  }));
}

function shownQuantity({ name, value, unknown, secret }: Quantity, reveal: boolean): ShownQuantity {
  return {
    name,
    ...(value === undefined || (secret && !reveal) ? {} : { value: valueText(value) }),
    ...(value instanceof Uint8Array ? { length: value.length } : {}),
    ...(unknown === undefined ? {} : { unknown }),
    ...(secret === undefined ? {} : { secret }),
  };
}

function valueText(value: Uint8Array | string): string {
  if (typeof value === 'string') return value;
  return value.length > SHOWN_BYTES ? `${toHex(value.subarray(0, SHOWN_BYTES))}… (${value.length} bytes)` : toHex(value);
}

/** A value in a few words: itself, or why it does not stand there. */
export function quantityText({ value, length, unknown, secret }: ShownQuantity): string {
  if (value !== undefined) return value;
  if (unknown !== undefined) return `unknown: ${unknown}`;
  if (secret) return length === undefined ? 'secret' : `secret, ${length} ${length === 1 ? 'byte' : 'bytes'}`;
  return '';
}
