/** The tree of a display filter. Every node keeps its place in the text. */
interface Placed {
  readonly start: number;
  readonly end: number;
}

export type Expression =
  | ({ readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression } & Placed)
  | ({ readonly kind: 'not'; readonly inner: Expression } & Placed)
  | ({ readonly kind: 'presence'; readonly operand: Operand } & Placed)
  | ({
      readonly kind: 'comparison';
      readonly operator: Operator;
      /** Whether one value of the field is enough, or all of them must; Wireshark's `any` and `all`. */
      readonly every: boolean;
      readonly left: Operand;
      readonly right: Operand;
    } & Placed)
  | ({ readonly kind: 'membership'; readonly left: Operand; readonly set: readonly Member[] } & Placed);

export const operators = ['==', '!=', '>', '>=', '<', '<=', 'contains', 'matches'] as const;
export type Operator = (typeof operators)[number];

/** One of a set, or a range of it with both ends included. */
export interface Member {
  readonly from: Literal;
  readonly to?: Literal;
}

export type Operand = FieldOperand | Literal;

export interface FieldOperand extends Placed {
  readonly kind: 'field';
  readonly name: string;
  /** `len`, `count`, `lower`, `upper`, from the inside out. */
  readonly functions: readonly string[];
  readonly slice?: Slice;
}

/** Bytes from `from` on, counted from the end when negative; `length` of them, or all. */
export interface Slice {
  readonly from: number;
  readonly length?: number;
}

export interface Literal extends Placed {
  readonly kind: 'literal';
  readonly text: string;
  readonly quoted: boolean;
}

export const functionDocs: Readonly<Record<string, string>> = {
  len: 'Length in bytes (of text: in UTF-8).',
  count: 'How many times the field stands in the message.',
  lower: 'Text in lower case.',
  upper: 'Text in upper case.',
};
