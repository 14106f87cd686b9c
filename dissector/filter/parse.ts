import { type FilterProblem, tokens } from './lexer.ts';
import { isArithmetic, parseOperand } from './parseoperand.ts';
import { type Expression, type Member, type Operand, type Operator, operators } from './syntax.ts';
import { TokenStream } from './tokenstream.ts';

export type Parsed = { readonly expression: Expression } | { readonly problem: FilterProblem };

/**
 * Parses a display filter. Precedence, weakest first: `||`, `&&`, `!`, comparison, arithmetic. What is on the left of a comparison
 * has a field in it; a name on its right is a value where no field has it (the checker decides).
 */
export function parseFilter(text: string): Parsed {
  const lexed = tokens(text);
  if (lexed.problem !== undefined) return { problem: lexed.problem };
  const parser = new Parser(new TokenStream(lexed.tokens));
  const expression = parser.parse();
  return parser.problem === undefined && expression !== undefined ? { expression } : { problem: parser.problem! };
}

class Parser {
  readonly #stream: TokenStream;

  constructor(stream: TokenStream) {
    this.#stream = stream;
  }

  get problem(): FilterProblem | undefined {
    return this.#stream.problem;
  }

  parse(): Expression | undefined {
    const expression = this.#or();
    const { token, sign } = this.#stream;
    if (expression === undefined || token.kind === 'end') return expression;
    return this.#stream.fail(
      isArithmetic(sign)
        ? `parentheses group conditions; for "${token.text}" group with { and }`
        : `expected && or || before "${token.text}"`,
    );
  }

  #or(): Expression | undefined {
    return this.#joined('or', '||', () => this.#joined('and', '&&', () => this.#unary()));
  }

  #joined(kind: 'and' | 'or', sign: string, part: () => Expression | undefined): Expression | undefined {
    let left = part();
    while (left !== undefined && this.#stream.sign === sign) {
      if (!this.#stream.operator()) return undefined;
      const right = part();
      left = right === undefined ? undefined : { kind, left, right, start: left.start, end: right.end };
    }
    return left;
  }

  #unary(): Expression | undefined {
    const stream = this.#stream;
    if (stream.sign !== '!' && stream.sign !== '(') return this.#relation();
    return stream.inside(() => {
      const isNot = stream.sign === '!';
      const { start } = stream.take();
      const inner = isNot ? this.#unary() : this.#or();
      if (inner === undefined) return undefined;
      if (isNot) return { kind: 'not', inner, start, end: inner.end };
      const close = stream.expect(')', 'a closing parenthesis');
      return close === undefined ? undefined : { ...inner, start, end: close.end };
    });
  }

  #relation(): Expression | undefined {
    const stream = this.#stream;
    const { start, text } = stream.token;
    const isBeforeOperand = stream.next?.kind === 'word' || ['-', '+', '{'].includes(stream.nextSign);
    const quantifier = (text === 'any' || text === 'all') && isBeforeOperand ? text : undefined;
    if (quantifier !== undefined) stream.take();
    const left = parseOperand(stream);
    if (left === undefined) return undefined;
    // No value is in the set, whatever the quantifier: so it is in Wireshark.
    const isNotIn = stream.sign === '!' && stream.nextSign.toLowerCase() === 'in';
    if (isNotIn) stream.take();
    if (stream.sign === 'in' || isNotIn) {
      const inner = this.#membership(left, quantifier === 'all' && !isNotIn, start);
      return isNotIn && inner !== undefined ? { kind: 'not', inner, start, end: inner.end } : inner;
    }
    if (operatorOf(stream.sign) !== undefined) return this.#comparisons(left, quantifier, start);
    if (left.kind === 'literal') return stream.fail('a value alone is no condition', { ...left, kind: 'word' });
    return { kind: 'presence', operand: left, start, end: left.end };
  }

  /** `a < b`, and `a < b < c` for both of `a < b` and `b < c`. */
  #comparisons(first: Operand, quantifier: 'any' | 'all' | undefined, start: number): Expression | undefined {
    const stream = this.#stream;
    let all: Expression | undefined;
    let left = first;
    for (let next = operatorOf(stream.sign); next !== undefined; next = operatorOf(stream.sign)) {
      const { operator, isStrict } = next;
      if (!stream.operator()) return undefined;
      const right = parseOperand(stream);
      if (right === undefined) return undefined;
      // "Not equal" means that no value is: one that differs is nearly always there.
      // The operators of three signs ask the other way round.
      const every = quantifier === undefined ? (operator === '!=') !== isStrict : quantifier === 'all';
      const one: Expression = { kind: 'comparison', operator, every, left, right, start, end: right.end };
      all = all === undefined ? one : { kind: 'and', left: all, right: one, start, end: right.end };
      left = right;
    }
    return all;
  }

  #membership(left: Operand, every: boolean, start: number): Expression | undefined {
    const stream = this.#stream;
    stream.take();
    if (stream.expect('{', '{ and the values of a set') === undefined) return undefined;
    const set: Member[] = [];
    while (stream.sign !== '}') {
      const from = parseOperand(stream);
      if (from === undefined) return undefined;
      if (stream.sign === '..') {
        stream.take();
        const to = parseOperand(stream);
        if (to === undefined) return undefined;
        set.push({ from, to });
      } else set.push({ from });
      if (stream.sign === ',') stream.take();
      else if (stream.sign !== '}') return stream.fail('expected a comma or }');
    }
    const { end } = stream.take();
    return { kind: 'membership', left, every, set, start, end };
  }
}

function operatorOf(sign: string): { readonly operator: Operator; readonly isStrict: boolean } | undefined {
  const isStrict = sign === '===' || sign === '!==';
  const operator = isStrict ? sign.slice(0, 2) : sign;
  return (operators as readonly string[]).includes(operator) ? { operator: operator as Operator, isStrict } : undefined;
}
