import type { FilterProblem, Token } from './lexer.ts';

/** Words that stand for operators, as Wireshark has them. */
const words: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
  ['eq', '=='],
  ['any_eq', '=='],
  ['all_eq', '==='],
  ['ne', '!='],
  ['all_ne', '!='],
  ['any_ne', '!=='],
  ['gt', '>'],
  ['ge', '>='],
  ['lt', '<'],
  ['le', '<='],
  ['bitwise_and', '&'],
  ['~', 'matches'],
]);
/** Parentheses, braces, functions and negations inside each other. */
const deepest = 100;
/** Operators of a filter. A tree leans to the left, and walking it goes as deep as they are many. */
const mostOperators = 1000;

/** The tokens of a filter, taken one after the other, and the first problem with them. */
export class TokenStream {
  problem: FilterProblem | undefined;
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;
  #operators = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = [...tokens];
  }

  get token(): Token {
    return this.#tokens[this.#at]!;
  }

  get next(): Token | undefined {
    return this.#tokens[this.#at + 1];
  }

  /** The token as an operator: words stand for symbols. */
  get sign(): string {
    return signOf(this.token);
  }

  get nextSign(): string {
    return this.next === undefined ? '' : signOf(this.next);
  }

  take(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  /** Takes a token that must stand here. */
  expect(sign: string, what: string): Token | undefined {
    return this.sign === sign ? this.take() : this.fail(`expected ${what}`);
  }

  /** Takes an operator; false where there are too many of them. */
  operator(): boolean {
    if (++this.#operators > mostOperators) {
      this.fail(`the filter has more than ${mostOperators} operators`);
      return false;
    }
    this.take();
    return true;
  }

  /** A minus that stands right before a number is not a part of it where an operator is due. */
  splitMinus(): void {
    const { kind, text, start, end } = this.token;
    if (kind !== 'word' || !text.startsWith('-')) return;
    const [minus, rest] = [text.slice(0, 1), text.slice(1)];
    this.#tokens.splice(
      this.#at,
      1,
      { kind: 'symbol', text: minus, start, end: start + 1 },
      { kind: 'word', text: rest, start: start + 1, end },
    );
  }

  /** Reads what stands one level deeper. */
  inside<T>(read: () => T | undefined): T | undefined {
    if (++this.#depth > deepest) return this.fail('the filter is nested too deeply');
    const inner = read();
    this.#depth--;
    return inner;
  }

  fail(text: string, token: Pick<Token, 'start' | 'end' | 'kind'> = this.token): undefined {
    this.problem ??= { text, start: token.start, end: Math.max(token.end, token.start + (token.kind === 'end' ? 0 : 1)) };
    return undefined;
  }
}

function signOf({ kind, text }: Token): string {
  return kind === 'string' ? '' : (words.get(text.toLowerCase()) ?? text);
}
