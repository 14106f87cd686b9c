import { defaultLimits, type Limits, malformed, overLimit, type Problem } from '../bytes/index.ts';

/**
 * A JSON value with its range in bytes. Unlike `JSON.parse` this keeps where everything stood, the digits of integers
 * beyond 2^53, duplicate keys, and a value followed by more bytes (objects back to back on a stream).
 */
export interface JsonNode {
  readonly type: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';
  readonly start: number;
  readonly end: number;
  /** Text of a string; number, or its digits as text when it is an integer beyond 2^53; boolean; null. */
  readonly value?: string | number | boolean | null;
  readonly members?: readonly JsonMember[];
  readonly items?: readonly JsonNode[];
  /** The string held bytes that are not UTF-8; they are shown as U+FFFD. */
  readonly badUtf8?: true;
}

export interface JsonMember {
  readonly key: string;
  /** Range of the key with its quotes. */
  readonly start: number;
  readonly value: JsonNode;
}

export type JsonResult =
  | { readonly node: JsonNode; readonly end: number }
  | { readonly problem: Problem; readonly partial?: JsonNode };

interface Open {
  readonly type: 'object' | 'array';
  readonly start: number;
  readonly members: JsonMember[];
  readonly items: JsonNode[];
  key: string | undefined;
  keyStart: number;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const QUOTE = 0x22;
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Parses one JSON value (RFC 8259) from `bytes[start, end)`, white space before it allowed. Stops after it: what follows
 * is the caller's. The problem is `incomplete` when the bytes end inside the value, so a stream can wait for more.
 * Iterative, with the limits `depth` and `fields`: no input overflows the stack.
 */
export function parseJson(bytes: Uint8Array, start = 0, end: number = bytes.length, limits: Limits = defaultLimits): JsonResult {
  return new Parser(bytes, start, end, limits).parse();
}

class Parser {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #limits: Limits;
  #at: number;
  #problem: Problem | undefined;
  readonly #stack: Open[] = [];
  #values = 0;

  constructor(bytes: Uint8Array, start: number, end: number, limits: Limits) {
    this.#limits = limits;
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  parse(): JsonResult {
    for (;;) {
      const value = this.#value();
      if (value === 'opened') continue;
      let done = value;
      while (done !== undefined) {
        const open = this.#stack.at(-1);
        if (open === undefined) return { node: done, end: this.#at };
        this.#add(open, done);
        done = this.#closeOrNext(open);
        if (done === undefined && this.#problem === undefined) break;
      }
      if (this.#problem !== undefined) return this.#failed();
    }
  }

  /** What was read of the outermost object or array stays: each open level is closed where reading stopped. */
  #failed(): JsonResult {
    let inner: JsonNode | undefined;
    for (let open = this.#stack.pop(); open !== undefined; open = this.#stack.pop()) {
      if (inner !== undefined) this.#add(open, inner);
      inner = close(open, this.#at);
    }
    const problem = this.#problem!;
    return inner === undefined ? { problem } : { problem, partial: inner };
  }

  #add(open: Open, node: JsonNode): void {
    if (open.type === 'array') open.items.push(node);
    else if (open.key !== undefined) open.members.push({ key: open.key, start: open.keyStart, value: node });
    open.key = undefined;
  }

  /** After a value inside `open`: a comma (and the next key), or the end of it. */
  #closeOrNext(open: Open): JsonNode | undefined {
    const byte = this.#next(`"," or "${open.type === 'object' ? '}' : ']'}"`);
    if (byte === undefined) return undefined;
    if (byte === 0x2c) {
      this.#at++;
      if (open.type === 'object') this.#key(open);
      return undefined;
    }
    if (byte === (open.type === 'object' ? 0x7d : 0x5d)) {
      this.#at++;
      this.#stack.pop();
      return close(open, this.#at);
    }
    this.#fail(`expected "," or "${open.type === 'object' ? '}' : ']'}"`);
    return undefined;
  }

  #value(): JsonNode | 'opened' | undefined {
    const byte = this.#next('a value');
    if (byte === undefined) return undefined;
    if (++this.#values > this.#limits.fields) {
      this.#problem = overLimit('fields', this.#limits.fields, this.#values, 'values in one JSON text', this.#at);
      return undefined;
    }
    const start = this.#at;
    switch (byte) {
      case 0x7b:
      case 0x5b:
        return this.#open(byte === 0x7b ? 'object' : 'array');
      case QUOTE: {
        const text = this.#string();
        if (text === undefined) return undefined;
        const node: JsonNode = { type: 'string', start, end: this.#at, value: text.value };
        return text.badUtf8 ? { ...node, badUtf8: true } : node;
      }
      case 0x74:
        return this.#word('true', { type: 'boolean', value: true });
      case 0x66:
        return this.#word('false', { type: 'boolean', value: false });
      case 0x6e:
        return this.#word('null', { type: 'null', value: null });
      default:
        return this.#number();
    }
  }

  #open(type: Open['type']): JsonNode | 'opened' | undefined {
    if (this.#stack.length >= this.#limits.depth) {
      this.#problem = overLimit('depth', this.#limits.depth, this.#stack.length + 1, 'nesting of JSON', this.#at);
      return undefined;
    }
    const open: Open = { type, start: this.#at++, members: [], items: [], key: undefined, keyStart: this.#at };
    this.#stack.push(open);
    const byte = this.#next(type === 'object' ? 'a key or "}"' : 'a value or "]"');
    if (byte === undefined) return undefined;
    if (byte === (type === 'object' ? 0x7d : 0x5d)) {
      this.#at++;
      this.#stack.pop();
      return close(open, this.#at);
    }
    if (type === 'object' && !this.#key(open)) return undefined;
    return 'opened';
  }

  #key(open: Open): boolean {
    const byte = this.#next('a key');
    if (byte === undefined) return false;
    if (byte !== QUOTE) return this.#fail('expected a key in quotes');
    open.keyStart = this.#at;
    const text = this.#string();
    if (text === undefined) return false;
    const colon = this.#next('":"');
    if (colon === undefined) return false;
    if (colon !== 0x3a) return this.#fail('expected ":" after a key');
    this.#at++;
    open.key = text.value;
    return true;
  }

  #string(): { value: string; badUtf8: boolean } | undefined {
    const start = this.#at++;
    let escaped = false;
    for (; this.#at < this.#end; this.#at++) {
      const byte = this.#bytes[this.#at]!;
      if (byte === QUOTE) {
        const raw = this.#bytes.subarray(start + 1, this.#at++);
        return this.#text(raw, start, escaped);
      }
      if (byte < 0x20) {
        this.#fail('a control character stands in a string unescaped');
        return undefined;
      }
      if (byte === 0x5c) {
        escaped = true;
        this.#at++;
      }
    }
    this.#at = this.#end;
    this.#incomplete('the closing quote of a string');
    return undefined;
  }

  #text(raw: Uint8Array, start: number, escaped: boolean): { value: string; badUtf8: boolean } | undefined {
    let value: string;
    let badUtf8 = false;
    try {
      value = strict.decode(raw);
    } catch {
      value = lenient.decode(raw);
      badUtf8 = true;
    }
    if (!escaped) return { value, badUtf8 };
    try {
      return { value: JSON.parse(`"${value}"`) as string, badUtf8 };
    } catch {
      this.#at = start;
      this.#fail('an escape in a string is not one of JSON');
      return undefined;
    }
  }

  #number(): JsonNode | undefined {
    const start = this.#at;
    let at = start;
    while (at < this.#end && isNumberByte(this.#bytes[at]!)) at++;
    const text = strict.decode(this.#bytes.subarray(start, at));
    if (!number.test(text)) {
      if (at === this.#end && at > start) return this.#incomplete('the rest of a number');
      this.#fail('expected a value');
      return undefined;
    }
    this.#at = at;
    const value = Number(text);
    const exact = Number.isSafeInteger(value) || !/^-?\d+$/.test(text);
    return { type: 'number', start, end: at, value: exact && Number.isFinite(value) ? value : text };
  }

  #word(word: string, node: Pick<JsonNode, 'type' | 'value'>): JsonNode | undefined {
    const start = this.#at;
    for (let i = 0; i < word.length; i++) {
      if (start + i >= this.#end) return this.#incomplete(`the rest of "${word}"`);
      if (this.#bytes[start + i] !== word.charCodeAt(i)) {
        this.#fail('expected a value');
        return undefined;
      }
    }
    this.#at = start + word.length;
    return { ...node, start, end: this.#at };
  }

  /** The next byte that is not white space; sets the problem when there is none. */
  #next(expected: string): number | undefined {
    while (this.#at < this.#end) {
      const byte = this.#bytes[this.#at]!;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.#at++;
    }
    return this.#incomplete(expected);
  }

  #incomplete(expected: string): undefined {
    this.#problem = { kind: 'incomplete', text: `the JSON text ends where ${expected} is expected`, at: this.#end, path: '' };
    return undefined;
  }

  #fail(text: string): false {
    this.#problem = malformed(`${text}, at byte ${this.#at}`, this.#at);
    return false;
  }
}

function close(open: Open, end: number): JsonNode {
  const { type, start } = open;
  return type === 'object' ? { type, start, end, members: open.members } : { type, start, end, items: open.items };
}

function isNumberByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2b || byte === 0x2e || byte === 0x65 || byte === 0x45;
}
