import { fromBase64, fromHex } from '../bytes/index.ts';
import { type Token, tokens } from './lexer.ts';
import {
  type CraftProblem,
  craftLimits,
  type FieldNode,
  type PacketNode,
  type Script,
  type ValueNode,
  type Word,
} from './syntax.ts';

/**
 * Reads a script:
 *
 *     p2pke InitHello {
 *       counter: 0
 *       payload: { cipher_suites: ["25519_ChaChaPoly_BLAKE2b"], timestamp_tai64n: 40 00 00 00 6b 01 5e 97 1a cb 0e 4c }
 *     }
 *
 * Numbers are decimal, `0x…` or `0b…`; text stands in quotes; two or more pairs of hex digits are bytes, as are `hex(ff)`,
 * `base64("…")` and `text("…")`; `#` begins a comment. Never throws.
 */
export function parseScript(text: string): Script {
  if (text.length <= craftLimits.scriptLength) return new Parser(text).script();
  const why = `a script has at most ${craftLimits.scriptLength} characters (limit scriptLength)`;
  return { packets: [], problems: [{ text: why, start: 0, end: text.length }] };
}

class Parser {
  readonly #tokens: Token[];
  readonly #problems: CraftProblem[] = [];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = [...tokens(text)];
  }

  script(): Script {
    const packets: PacketNode[] = [];
    this.#parts(
      () => false,
      () => {
        const packet = this.#packet();
        if (packet !== undefined) packets.push(packet);
      },
    );
    return { packets, problems: this.#problems };
  }

  get #next(): Token {
    return this.#tokens[this.#at]!;
  }

  #take(): Token {
    const token = this.#next;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  #is(mark: string): boolean {
    return this.#next.kind === 'mark' && this.#next.text === mark;
  }

  #lines(): void {
    while (this.#next.kind === 'line') this.#at++;
  }

  /** Says what was expected where, and goes on at the end of the line or of the record or list around it. */
  #wrong(expected: string): undefined {
    const { kind, text, start, end } = this.#next;
    const found = kind === 'end' ? 'the end' : kind === 'line' ? 'the end of the line' : `"${text}"`;
    if (this.#problems.length < craftLimits.problems)
      this.#problems.push({ text: `expected ${expected}, not ${found}`, start, end });
    for (let inner = 0; this.#next.kind !== 'line' && this.#next.kind !== 'end'; this.#at++) {
      if (this.#next.kind !== 'mark') continue;
      if ('{[('.includes(this.#next.text)) inner++;
      if ('}])'.includes(this.#next.text) && --inner < 0) break;
    }
    return undefined;
  }

  /** Reads parts until `ended`; a mark that closes nothing is passed over. */
  #parts(ended: () => boolean, read: () => void): void {
    for (this.#separators(); !ended() && this.#next.kind !== 'end'; this.#separators()) {
      const before = this.#at;
      read();
      if (this.#at === before) this.#at++;
    }
  }

  #packet(): PacketNode | undefined {
    if (this.#next.kind !== 'word') return this.#wrong('a protocol and the name of a message');
    const protocol = this.#take();
    if (this.#next.kind !== 'word') return this.#wrong(`the name of a message of ${protocol.text}`);
    const message = this.#take();
    const fields = this.#is('{') ? this.#record() : [];
    const end = this.#tokens[this.#at - 1]!.end;
    return { protocol, message, fields, start: protocol.start, end };
  }

  /** `{ name: value, … }`; commas and ends of lines separate. */
  #record(): FieldNode[] {
    this.#take();
    const fields: FieldNode[] = [];
    this.#parts(
      () => this.#is('}'),
      () => {
        const field = this.#field();
        if (field !== undefined) fields.push(field);
      },
    );
    if (this.#is('}')) this.#take();
    else this.#wrong('"}"');
    return fields;
  }

  #separators(): void {
    while (this.#next.kind === 'line' || this.#is(',')) this.#at++;
  }

  #field(): FieldNode | undefined {
    const { kind } = this.#next;
    if (kind !== 'word' && kind !== 'string') return this.#wrong('the name of a field');
    const name: Word = this.#take();
    if (!this.#is(':')) return this.#wrong(`":" and the value of ${name.text}`);
    this.#take();
    const value = this.#value();
    return { name, value, start: name.start, end: this.#tokens[this.#at - 1]!.end };
  }

  #value(): ValueNode | undefined {
    const { kind, text, start, end } = this.#next;
    if (kind === 'string') {
      this.#take();
      return { kind: 'text', value: text, start, end };
    }
    if (kind === 'word') return this.#word();
    if (!this.#is('{') && !this.#is('[')) return this.#wrong('a value');
    if (this.#depth >= craftLimits.depth)
      return this.#wrong(`at most ${craftLimits.depth} records and lists inside each other (limit depth)`);
    this.#depth++;
    const value: ValueNode = this.#is('{')
      ? { kind: 'record', fields: this.#record(), start, end: this.#tokens[this.#at - 1]!.end }
      : { kind: 'list', values: this.#list(), start, end: this.#tokens[this.#at - 1]!.end };
    this.#depth--;
    return value;
  }

  #list(): ValueNode[] {
    this.#take();
    const values: ValueNode[] = [];
    this.#parts(
      () => this.#is(']'),
      () => {
        const value = this.#value();
        if (value !== undefined) values.push(value);
      },
    );
    if (this.#is(']')) this.#take();
    else this.#wrong('"]"');
    return values;
  }

  /** A number, bytes, a constant, or a call. */
  #word(): ValueNode | undefined {
    const first = this.#take();
    const { text, start, end } = first;
    if (this.#is('(')) return this.#call(first);
    const pairs = isPair(text) ? [text, ...this.#pairs()] : [];
    if (pairs.length > 1) return { kind: 'bytes', value: fromHex(pairs.join(''))!, start, end: this.#tokens[this.#at - 1]!.end };
    if (text === 'true' || text === 'false' || text === 'null')
      return { kind: 'constant', value: text === 'null' ? null : text === 'true', start, end };
    const value = numberOf(text);
    if (value !== undefined) return { kind: 'number', value, start, end };
    this.#at--;
    return this.#wrong('a number, bytes, text in quotes, a list or a record');
  }

  /** Further pairs of hex digits on the same line. */
  #pairs(): string[] {
    const pairs: string[] = [];
    while (this.#next.kind === 'word' && isPair(this.#next.text)) pairs.push(this.#take().text);
    return pairs;
  }

  /** `hex(01 ff)`, `base64("…")`, `text("…")`. */
  #call({ text: name, start }: Token): ValueNode | undefined {
    this.#take();
    let given = '';
    for (this.#lines(); this.#next.kind === 'word' || this.#next.kind === 'string'; this.#lines()) given += this.#take().text;
    if (!this.#is(')')) return this.#wrong('")"');
    const { end } = this.#take();
    const value = makers[name]?.(given);
    if (value !== undefined) return { kind: 'bytes', value, start, end };
    const known = Object.keys(makers).join(', ');
    const text = name in makers ? `${name}() cannot read "${given}"` : `there is no function "${name}": ${known}`;
    if (this.#problems.length < craftLimits.problems) this.#problems.push({ text, start, end });
    return undefined;
  }
}

const makers: Readonly<Record<string, (given: string) => Uint8Array | undefined>> = {
  __proto__: null as never,
  hex: (given) => fromHex(given),
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
