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
  | ({
      readonly kind: 'membership';
      readonly left: Operand;
      /** As in a comparison. */
      readonly every: boolean;
      readonly set: readonly Member[];
    } & Placed);

export const operators = ['==', '!=', '>', '>=', '<', '<=', 'contains', 'matches'] as const;
export type Operator = (typeof operators)[number];

export const arithmeticOperators = ['&', '+', '-', '*', '/', '%'] as const;
export type ArithmeticOperator = (typeof arithmeticOperators)[number];

/** One of a set, or a range of it with both ends included. */
export interface Member {
  readonly from: Operand;
  readonly to?: Operand;
}

export type Operand = FieldOperand | Literal | SliceOperand | CallOperand | ArithmeticOperand | NegativeOperand;

/** A name: that of a field, or a value without quotes where no field has it. */
export interface FieldOperand extends Placed {
  readonly kind: 'field';
  readonly name: string;
  /** Which of the layers of its protocol count, from 1 on: of a packet in a tunnel there are several. */
  readonly layers?: readonly Range[];
}

export interface SliceOperand extends Placed {
  readonly kind: 'slice';
  readonly of: Operand;
  /** They are put together in this order. */
  readonly ranges: readonly Range[];
}

export interface CallOperand extends Placed {
  readonly kind: 'call';
  readonly name: string;
  readonly parts: readonly Operand[];
}

export interface ArithmeticOperand extends Placed {
  readonly kind: 'arithmetic';
  readonly operator: ArithmeticOperator;
  /** Where the operator stands. */
  readonly sign: Placed;
  readonly left: Operand;
  readonly right: Operand;
}

export interface NegativeOperand extends Placed {
  readonly kind: 'negative';
  readonly of: Operand;
}

export interface Literal extends Placed {
  readonly kind: 'literal';
  readonly text: string;
  readonly quoted: boolean;
}

/** Items from `from` on, counted from the end when negative; `length` of them, or all. */
export interface Range {
  readonly from: number;
  readonly length?: number;
}

export const functionDocs: Readonly<Record<string, string>> = {
  len: 'Length in bytes (of text: in UTF-8).',
  count: 'How many values the field has in the message.',
  lower: 'Text in lower case.',
  upper: 'Text in upper case.',
  string: 'A number or an address as text, for contains and matches.',
  max: 'The largest of all values of its fields.',
  min: 'The smallest of all values of its fields.',
  abs: 'The number without its sign.',
};
