import { elementOf, type FieldKind, kindText } from './fieldkind.ts';
import type { Fresh } from './fresh.ts';

/** A field of a message as it is declared: filters, scripts, the reference, hovers and completion are made of these. */
export interface FieldForm {
  readonly name: string;
  readonly kind: FieldKind;
  /**
   * For people alone: how it stands on the wire, as `u16`, `bytes (key_size)`, `proto3 string, field 1`. Left out it is made of the
   * kind. Nothing is decided by it.
   */
  readonly display?: string;
  readonly doc: string;
  /** Words for values. */
  readonly values?: Readonly<Record<number, string>>;
  /** Of a record, or of each record of a list; of bytes: what they hold once they are opened. */
  readonly fields?: readonly FieldForm[];
  /** What is new in it in each run, by nature; of a list, in each element. */
  readonly fresh?: Fresh;
  readonly optional?: true;
  /** The value of another field with which it is there. */
  readonly when?: string;
}

/** How a person reads what a field is. */
export function displayText({ kind, display }: Pick<FieldForm, 'kind' | 'display'>): string {
  return display ?? kindText(kind);
}

/** One part of a field that is a list; of any other the field itself. */
export function elementForm(form: FieldForm): FieldForm {
  return { ...form, kind: elementOf(form.kind) };
}
