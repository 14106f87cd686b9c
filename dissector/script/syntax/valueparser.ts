import { fromBase64, fromHex } from '../../bytes/index.ts';
import { type Token, tokens } from './lexer.ts';
import { type FieldNode, type ScriptProblem, scriptLimits, type ValueNode, type Word } from './tree.ts';

/** Tokens with a place among them, and the values that they make. */
export class ValueParser {
  protected readonly tokens: Token[];
  protected readonly problems: ScriptProblem[] = [];
  protected at = 0;
  #depth = 0;
  #isUnclosed = false;

  /** `start`: where the text begins in its script. */
  constructor(text: string, start: number) {
    this.tokens = [...tokens(text, start)];
  }

  protected get next(): Token {
    return this.tokens[this.at]!;
  }

  protected take(): Token {
    const token = this.next;
    if (token.kind !== 'end') this.at++;
    return token;
  }

  protected is(mark: string): boolean {
    return this.next.kind === 'mark' && this.next.text === mark;
  }

  protected lines(): void {
    while (this.next.kind === 'line') this.at++;
  }

  protected tell(text: string, start: number, end: number): void {
    if (this.problems.length < scriptLimits.problems) this.problems.push({ text, start, end });
  }

  /** Says what was expected where, and goes on at the end of the line or of the record or list around it. */
  protected wrong(expected: string): undefined {
    const { kind, text, start, end } = this.next;
    // What is not closed takes all that follows it: that one sentence says it.
    if (kind === 'end' && this.#isUnclosed) return undefined;
    const found = kind === 'end' ? 'the end' : kind === 'line' ? 'the end of the line' : `"${text}"`;
    this.tell(`expected ${expected}, not ${found}`, start, end);
    for (let inner = 0; this.next.kind !== 'line' && this.next.kind !== 'end'; this.at++) {
      if (this.next.kind !== 'mark') continue;
      if ('{[('.includes(this.next.text)) inner++;
      if ('}])'.includes(this.next.text) && --inner < 0) break;
    }
    return undefined;
  }

  /** The mark that closes what `open` began, which may be missing. */
  #close(open: Token, mark: string): void {
    if (this.is(mark)) this.take();
    else if (this.next.kind !== 'end') this.wrong(`"${mark}"`);
    else {
      if (!this.#isUnclosed) this.tell(`"${open.text}" is not closed: "${mark}" is missing`, open.start, open.end);
      this.#isUnclosed = true;
    }
  }

  /** Reads parts until `ended`; a mark that closes nothing is passed over. */
  protected parts(ended: () => boolean, read: () => void): void {
    for (this.#separators(); !ended() && this.next.kind !== 'end'; this.#separators()) {
      const before = this.at;
      read();
      if (this.at === before) this.at++;
    }
  }

  /** `{ name: value, … }`; commas and ends of lines separate. */
  protected record(): FieldNode[] {
    const open = this.take();
    const fields: FieldNode[] = [];
    this.parts(
      () => this.is('}'),
      () => {
        const field = this.#field();
        if (field !== undefined) fields.push(field);
      },
    );
    this.#close(open, '}');
    return fields;
  }

  #separators(): void {
    while (this.next.kind === 'line' || this.is(',')) this.at++;
  }

  #field(): FieldNode | undefined {
    const { kind } = this.next;
    if (kind !== 'word' && kind !== 'string') return this.wrong('the name of a field');
    const name: Word = this.take();
    if (!this.is(':')) return this.wrong(`":" and the value of ${name.text}`);
    this.take();
    const value = name.text === 'raw' && isPair(this.next.text) ? this.#bytes() : this.value();
    return { name, value, start: name.start, end: this.tokens[this.at - 1]!.end };
  }

  protected value(): ValueNode | undefined {
    const { kind, text, start, end } = this.next;
    if (kind === 'string') {
      this.take();
      return { kind: 'text', value: text, start, end };
    }
    if (kind === 'word') return this.#word();
    if (!this.is('{') && !this.is('[')) return this.wrong('a value');
    if (this.#depth >= scriptLimits.depth)
      return this.wrong(`at most ${scriptLimits.depth} records and lists inside each other (limit depth)`);
    this.#depth++;
    const value: ValueNode = this.is('{')
      ? { kind: 'record', fields: this.record(), start, end: this.tokens[this.at - 1]!.end }
      : { kind: 'list', values: this.#list(), start, end: this.tokens[this.at - 1]!.end };
    this.#depth--;
    return value;
  }

  #list(): ValueNode[] {
    const open = this.take();
    const values: ValueNode[] = [];
    this.parts(
      () => this.is(']'),
      () => {
        const value = this.value();
        if (value !== undefined) values.push(value);
      },
    );
    this.#close(open, ']');
    return values;
  }

  /** A number, bytes, a constant, or a call. */
  #word(): ValueNode | undefined {
    const first = this.take();
    const { text, start, end } = first;
    if (this.is('(')) return this.#call(first);
    const pairs = isPair(text) ? [text, ...this.#pairs()] : [];
    if (pairs.length > 1) return { kind: 'bytes', value: fromHex(pairs.join(''))!, start, end: this.tokens[this.at - 1]!.end };
    if (text === 'true' || text === 'false' || text === 'null')
      return { kind: 'constant', value: text === 'null' ? null : text === 'true', start, end };
    const value = numberOf(text);
    if (value !== undefined) return { kind: 'number', value, start, end };
    if (text === 'any' || text === 'valid' || text === 'none') return { kind: text, start, end };
    if (/^[A-Za-z_][\w-]*(?:\.[\w-]+)*$/.test(text)) return { kind: 'reference', path: text.split('.'), start, end };
    this.at--;
    return this.wrong('a number, bytes, text in quotes, a list, a record, or the name of a value');
  }

  /** Pairs of hex digits where bytes alone can stand: one of them is a byte too. */
  #bytes(): ValueNode {
    const { start } = this.next;
    const value = fromHex(this.#pairs().join(''))!;
    return { kind: 'bytes', value, start, end: this.tokens[this.at - 1]!.end };
  }

  /** Further pairs of hex digits on the same line. */
  #pairs(): string[] {
    const pairs: string[] = [];
    while (this.next.kind === 'word' && isPair(this.next.text)) pairs.push(this.take().text);
    return pairs;
  }

  /** `hex(01 ff)`, `base64("…")`, `text("…")` of what stands there; other calls of values. */
  #call(name: Token): ValueNode | undefined {
    this.take();
    if (Object.hasOwn(makers, name.text) && this.#isWritten(name.text)) return this.#literal(name);
    if (this.#depth >= scriptLimits.depth)
      return this.wrong(`at most ${scriptLimits.depth} calls inside each other (limit depth)`);
    this.#depth++;
    const values: ValueNode[] = [];
    this.parts(
      () => this.is(')') || this.is('}') || this.is(']'),
      () => {
        const value = this.value();
        if (value !== undefined) values.push(value);
      },
    );
    this.#depth--;
    if (!this.is(')')) this.wrong('")"');
    else this.take();
    return { kind: 'call', name, values, start: name.start, end: this.tokens[this.at - 1]!.end };
  }

  /** The digits or the text themselves follow, and not the name of a value or another call. */
  #isWritten(maker: string): boolean {
    const { kind, text } = this.next;
    if (kind === 'mark') return text === ')';
    const following = this.tokens[this.at + 1];
    const isCall = following?.kind === 'mark' && following.text === '(';
    return kind !== 'word' || (maker === 'hex' && !isCall && /^[0-9a-fA-F]+$/.test(text));
  }

  #literal({ text: name, start }: Token): ValueNode | undefined {
    let given = '';
    for (this.lines(); this.next.kind === 'word' || this.next.kind === 'string'; this.lines()) given += this.take().text;
    if (!this.is(')')) return this.wrong('")"');
    const { end } = this.take();
    const value = makers[name]?.(given);
    if (value !== undefined) return { kind: 'bytes', value, start, end };
    this.tell(`${name}() cannot read "${given}"`, start, end);
    return undefined;
  }
}

/** How literal bytes are written. */
const makers: Readonly<Record<string, (given: string) => Uint8Array | undefined>> = {
  __proto__: null as never,
  hex: (given) => fromHex(given.replace(/\s/g, '')),
  base64: (given) => fromBase64(given),
  text: (given) => new TextEncoder().encode(given),
};

function isPair(text: string): boolean {
  return /^[0-9a-fA-F]{2}$/.test(text);
}

/** Whole numbers beyond 2^53 keep their digits. */
function numberOf(text: string): number | bigint | undefined {
  if (/^-?(?:\d+|0x[0-9a-fA-F]+|0b[01]+)$/.test(text)) {
    const magnitude = BigInt(text.replace(/^-/, ''));
    const whole = text.startsWith('-') ? -magnitude : magnitude;
    const isSafe = whole >= BigInt(Number.MIN_SAFE_INTEGER) && whole <= BigInt(Number.MAX_SAFE_INTEGER);
    return isSafe ? Number(whole) : whole;
  }
  return /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}
