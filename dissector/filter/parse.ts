import { type FilterProblem, type Token, tokens } from './lexer.ts';
import {
  type Expression,
  functionDocs,
  type Literal,
  type Member,
  type Operand,
  type Operator,
  operators,
  type Slice,
} from './syntax.ts';

export type Parsed = { readonly expression: Expression } | { readonly problem: FilterProblem };

/** Words that stand for operators, as Wireshark has them. */
const words: Readonly<Record<string, string>> = {
  and: '&&',
  or: '||',
  not: '!',
  eq: '==',
  ne: '!=',
  gt: '>',
  ge: '>=',
  lt: '<',
  le: '<=',
  '~': 'matches',
};
/** Parentheses and negations inside each other. */
const deepest = 100;

/**
 * Parses a display filter. Precedence, weakest first: `||`, `&&`, `!`, comparison. An operand on the left of a comparison is a
 * field; the right one is a value, or a field where a known field has that name (the checker decides).
 */
export function parseFilter(text: string): Parsed {
  const lexed = tokens(text);
  if (lexed.problem !== undefined) return { problem: lexed.problem };
  const parser = new Parser(lexed.tokens);
  const expression = parser.parse();
  return parser.problem === undefined && expression !== undefined ? { expression } : { problem: parser.problem! };
}

class Parser {
  problem: FilterProblem | undefined;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(all: readonly Token[]) {
    this.#tokens = all;
  }

  parse(): Expression | undefined {
    const expression = this.#or();
    if (expression !== undefined && this.#token.kind !== 'end')
      return this.#fail(`expected && or || before "${this.#token.text}"`);
    return expression;
  }

  get #token(): Token {
    return this.#tokens[this.#at]!;
  }

  /** The token as an operator: words stand for symbols. */
  #sign(): string {
    const { kind, text } = this.#token;
    return kind === 'string' ? '' : (words[text.toLowerCase()] ?? text);
  }

  #fail(text: string, token: Token = this.#token): undefined {
    this.problem ??= { text, start: token.start, end: Math.max(token.end, token.start + (token.kind === 'end' ? 0 : 1)) };
    return undefined;
  }

  #or(): Expression | undefined {
    let left = this.#and();
    while (left !== undefined && this.#sign() === '||') {
      this.#at++;
      const right = this.#and();
      left = right === undefined ? undefined : { kind: 'or', left, right, start: left.start, end: right.end };
    }
    return left;
  }

  #and(): Expression | undefined {
    let left = this.#unary();
    while (left !== undefined && this.#sign() === '&&') {
      this.#at++;
      const right = this.#unary();
      left = right === undefined ? undefined : { kind: 'and', left, right, start: left.start, end: right.end };
    }
    return left;
  }

  #unary(): Expression | undefined {
    const { start } = this.#token;
    if (this.#sign() !== '!' && this.#sign() !== '(') return this.#relation();
    if (++this.#depth > deepest) return this.#fail('the filter is nested too deeply');
    const isNot = this.#sign() === '!';
    this.#at++;
    const inner = isNot ? this.#unary() : this.#or();
    this.#depth--;
    if (inner === undefined) return undefined;
    if (isNot) return { kind: 'not', inner, start, end: inner.end };
    if (this.#sign() !== ')') return this.#fail('expected a closing parenthesis');
    const { end } = this.#token;
    this.#at++;
    return { ...inner, start, end };
  }

  #relation(): Expression | undefined {
    const { start, text } = this.#token;
    const quantifier = (text === 'any' || text === 'all') && this.#tokens[this.#at + 1]?.kind === 'word' ? text : undefined;
    if (quantifier !== undefined) this.#at++;
    const left = this.#operand();
    if (left === undefined) return undefined;
    const sign = this.#sign();
    if (sign === 'in') return this.#membership(left, start);
    if (!(operators as readonly string[]).includes(sign)) {
      if (left.kind === 'literal')
        return this.#fail('a value alone is no condition', { kind: 'word', text: '', start: left.start, end: left.end });
      return { kind: 'presence', operand: left, start, end: left.end };
    }
    const operator = sign as Operator;
    this.#at++;
    const right = this.#operand();
    if (right === undefined) return undefined;
    // "Not equal" means that no value is: one that differs is nearly always there.
    const every = quantifier === undefined ? operator === '!=' : quantifier === 'all';
    return { kind: 'comparison', operator, every, left, right, start, end: right.end };
  }

  #membership(left: Operand, start: number): Expression | undefined {
    this.#at++;
    if (this.#sign() !== '{') return this.#fail('expected { and the values of a set');
    this.#at++;
    const set: Member[] = [];
    while (this.#sign() !== '}') {
      const from = this.#literal();
      if (from === undefined) return undefined;
      if (this.#sign() === '..') {
        this.#at++;
        const to = this.#literal();
        if (to === undefined) return undefined;
        set.push({ from, to });
      } else set.push({ from });
      if (this.#sign() === ',') this.#at++;
      else if (this.#sign() !== '}') return this.#fail('expected a comma or }');
    }
    const { end } = this.#token;
    this.#at++;
    return { kind: 'membership', left, set, start, end };
  }

  #literal(): Literal | undefined {
    const { kind, text, start, end } = this.#token;
    if (kind !== 'word' && kind !== 'string')
      return this.#fail(kind === 'end' ? 'the filter ends where a value is expected' : `expected a value, not "${text}"`);
    this.#at++;
    return { kind: 'literal', text, quoted: kind === 'string', start, end };
  }

  #operand(): Operand | undefined {
    const { kind, text, start, end } = this.#token;
    if (kind === 'string') return this.#literal();
    if (kind !== 'word')
      return this.#fail(
        kind === 'end' ? 'the filter ends where a field or value is expected' : `expected a field, not "${text}"`,
      );
    this.#at++;
    if (this.#sign() === '(' && functionDocs[text] !== undefined) return this.#call(text, start);
    if (this.#sign() === '[') return this.#slice({ kind: 'field', name: text, functions: [], start, end });
    // A field has a letter in front; numbers, addresses and bytes are values, and the checker knows the fields.
    return { kind: 'field', name: text, functions: [], start, end };
  }

  #call(name: string, start: number): Operand | undefined {
    if (++this.#depth > deepest) return this.#fail('the filter is nested too deeply');
    this.#at++;
    const inner = this.#operand();
    this.#depth--;
    if (inner === undefined) return undefined;
    if (inner.kind !== 'field') return this.#fail(`${name} needs a field`);
    if (this.#sign() !== ')') return this.#fail('expected a closing parenthesis');
    const { end } = this.#token;
    this.#at++;
    return { ...inner, functions: [...inner.functions, name], start, end };
  }

  /** `[2]`, `[0:4]` (offset and length), `[0-3]` (both included), `[4:]`, `[-2:]`. */
  #slice(field: Extract<Operand, { kind: 'field' }>): Operand | undefined {
    this.#at++;
    let text = '';
    while (this.#token.kind === 'word') {
      text += this.#token.text;
      this.#at++;
    }
    const slice = readSlice(text);
    if (slice === undefined) return this.#fail('expected a slice: [2], [0:4] (offset and length), [0-3] or [4:]');
    if (this.#sign() !== ']') return this.#fail('expected a closing bracket');
    const { end } = this.#token;
    this.#at++;
    return { ...field, slice, end };
  }
}

function readSlice(text: string): Slice | undefined {
  const one = /^(-?\d+)$/.exec(text);
  if (one !== null) return { from: Number(one[1]), length: 1 };
  const counted = /^(-?\d+)?:(\d+)?$/.exec(text);
  if (counted !== null && text !== ':') {
    const [, from, length] = counted;
    return { from: Number(from ?? 0), ...(length === undefined ? {} : { length: Number(length) }) };
  }
  const between = /^(\d+)-(\d+)$/.exec(text);
  if (between === null || Number(between[2]) < Number(between[1])) return undefined;
  return { from: Number(between[1]), length: Number(between[2]) - Number(between[1]) + 1 };
}
