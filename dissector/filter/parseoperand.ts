import { nearest } from '../codec/index.ts';
import { type ArithmeticOperator, arithmeticOperators, functionDocs, type Operand, type Range } from './syntax.ts';
import type { TokenStream } from './tokenstream.ts';

/** Operators of arithmetic by how strongly they bind, weakest first: a mask binds less than a sum, as Wireshark has it. */
const levels: readonly (readonly string[])[] = [['&'], ['+', '-'], ['*', '/', '%']];
const strongest = levels.length;

/** What is compared: a field, a value, or what is calculated of them. */
export function parseOperand(stream: TokenStream, level = 0): Operand | undefined {
  if (level === strongest) return signed(stream);
  let left = parseOperand(stream, level + 1);
  while (left !== undefined) {
    stream.splitMinus();
    if (!levels[level]!.includes(stream.sign)) return left;
    const operator = stream.sign as ArithmeticOperator;
    const { start, end } = stream.token;
    if (!stream.operator()) return undefined;
    const right = parseOperand(stream, level + 1);
    if (right === undefined) return undefined;
    left = { kind: 'arithmetic', operator, sign: { start, end }, left, right, start: left.start, end: right.end };
  }
  return undefined;
}

export function isArithmetic(sign: string): boolean {
  return (arithmeticOperators as readonly string[]).includes(sign);
}

function signed(stream: TokenStream): Operand | undefined {
  const { start } = stream.token;
  if (stream.sign !== '-' && stream.sign !== '+') return sliced(stream);
  const isNegative = stream.sign === '-';
  return stream.inside(() => {
    stream.take();
    const of = sliced(stream);
    return of === undefined ? undefined : isNegative ? { kind: 'negative', of, start, end: of.end } : { ...of, start };
  });
}

/** An operand with the slices of it that follow. */
function sliced(stream: TokenStream): Operand | undefined {
  let operand = primary(stream);
  while (operand !== undefined && stream.sign === '[') {
    if (!stream.operator()) return undefined;
    const ranges = rangeList(stream);
    if (ranges === undefined) return undefined;
    operand = { kind: 'slice', of: operand, ranges: ranges.list, start: operand.start, end: ranges.end };
  }
  return operand;
}

function primary(stream: TokenStream): Operand | undefined {
  const { kind, text, start, end } = stream.token;
  if (stream.sign === '{') return group(stream);
  if (kind === 'string') {
    stream.take();
    return { kind: 'literal', text, quoted: true, start, end };
  }
  if (kind !== 'word')
    return stream.fail(
      kind === 'end' ? 'the filter ends where a field or value is expected' : `expected a field or value, not "${text}"`,
    );
  stream.take();
  if (stream.sign === '(')
    return Object.hasOwn(functionDocs, text) ? call(stream, text, start) : noFunction(stream, text, start, end);
  if (stream.sign === '#') return layered(stream, text, start);
  // A field has a letter in front; numbers, addresses and bytes are values, and the checker knows the fields.
  return { kind: 'field', name: text, start, end };
}

function noFunction(stream: TokenStream, text: string, start: number, end: number): undefined {
  const meant = nearest(text, Object.keys(functionDocs));
  return stream.fail(`"${text}" is no function${meant === undefined ? '' : `; did you mean ${meant}()?`}`, {
    kind: 'word',
    start,
    end,
  });
}

/** Arithmetic in braces: parentheses are for conditions. */
function group(stream: TokenStream): Operand | undefined {
  return stream.inside(() => {
    const { start } = stream.take();
    const inner = parseOperand(stream);
    if (inner === undefined) return undefined;
    const close = stream.expect('}', 'a closing brace');
    return close === undefined ? undefined : { ...inner, start, end: close.end };
  });
}

function call(stream: TokenStream, name: string, start: number): Operand | undefined {
  return stream.inside(() => {
    const parts: Operand[] = [];
    do {
      stream.take();
      const part = parseOperand(stream);
      if (part === undefined) return undefined;
      parts.push(part);
    } while (stream.sign === ',');
    const close = stream.expect(')', 'a closing parenthesis');
    return close === undefined ? undefined : { kind: 'call', name, parts, start, end: close.end };
  });
}

/** `ip.src#1`, `ip.src#-1`, `ip.src#[1-2]`. */
function layered(stream: TokenStream, name: string, start: number): Operand | undefined {
  stream.take();
  if (stream.sign === '[') {
    stream.take();
    const ranges = rangeList(stream);
    return ranges === undefined ? undefined : { kind: 'field', name, layers: ranges.list, start, end: ranges.end };
  }
  const { text, end } = stream.token;
  if (!/^-?\d{1,9}$/.test(text)) return stream.fail('expected the number of a layer: #1, #-1 for the last, #[1-2]');
  stream.take();
  return { kind: 'field', name, layers: [{ from: Number(text), length: 1 }], start, end };
}

/** `2]`, `0:4]` (offset and length), `0-3]` (both included), `4:]`, `:4]`, `-2:]`, and several of them with commas between. */
function rangeList(stream: TokenStream): { readonly list: Range[]; readonly end: number } | undefined {
  const list: Range[] = [];
  for (;;) {
    let text = '';
    while (stream.token.kind === 'word') text += stream.take().text;
    const range = rangeOf(text);
    if (range === undefined)
      return stream.fail('expected a slice: [2], [0:4] (offset and length), [0-3], [4:] or several with commas between');
    list.push(range);
    if (stream.sign !== ',') break;
    if (!stream.operator()) return undefined;
  }
  const close = stream.expect(']', 'a closing bracket');
  return close === undefined ? undefined : { list, end: close.end };
}

function rangeOf(text: string): Range | undefined {
  const one = /^(-?\d+)$/.exec(text);
  if (one !== null) return { from: Number(one[1]), length: 1 };
  const counted = /^(-?\d+)?:(\d+)?$/.exec(text);
  if (counted !== null) {
    const [, from, length] = counted;
    if (length !== undefined && Number(length) === 0) return undefined;
    return { from: Number(from ?? 0), ...(length === undefined ? {} : { length: Number(length) }) };
  }
  const [, from = '', to = ''] = /^(-?\d+)-(-?\d+)$/.exec(text) ?? [];
  const isOneSided = from.startsWith('-') === to.startsWith('-');
  if (from === '' || !isOneSided || Number(to) < Number(from)) return undefined;
  return { from: Number(from), length: Number(to) - Number(from) + 1 };
}
