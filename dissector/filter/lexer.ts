/** Tokens of a display filter, with their place in the text (UTF-16 units, half-open). */
export interface Token {
  readonly kind: 'word' | 'string' | 'symbol' | 'end';
  /** A string's value without quotes and escapes; else the text as it stands. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What cannot be understood, and where. */
export interface FilterProblem {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const symbols = [
  '&&',
  '||',
  '===',
  '!==',
  '==',
  '!=',
  '>=',
  '<=',
  '..',
  '>',
  '<',
  '!',
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  ',',
  '~',
  '&',
  '+',
  '*',
  '#',
] as const;
/** Half of a symbol, as other languages have it alone. */
const halves: Readonly<Record<string, string>> = { '=': '==', '|': '||' };
const space = /\s/;
/** Names, numbers, addresses with a prefix length, bytes with colons. A range's two dots end a word. */
const word = /(?:[\p{L}\p{N}_:/$@%-]|\.(?!\.))+/uy;
/** Signs of arithmetic that are part of words, too: of a network (10.0.0.0/8), a zone (fe80::1%1), a date, a negative number. */
const divisions = /[/%]/;
/** What can be divided: a field, a whole number. */
const divisible = /^-?(?:[\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)+|0x[0-9a-f]+|\d+)$/iu;
const negated = /^-(?!\p{N})/u;
/** Inside brackets a colon and a hyphen separate the two ends of a slice. */
const sliceWord = /\d+|[:-]/y;
/** Those of Wireshark. */
const escapes: Readonly<Record<string, string>> = {
  ...{ n: '\n', r: '\r', t: '\t', '0': '\0', a: '\x07', b: '\b', f: '\f', v: '\v' },
  ...{ '"': '"', "'": "'", '\\': '\\' },
};

export function tokens(text: string): { readonly tokens: Token[]; readonly problem?: FilterProblem } {
  const out: Token[] = [];
  let at = 0;
  let brackets = 0;
  while (at < text.length) {
    if (space.test(text[at]!)) {
      at++;
      continue;
    }
    const start = at;
    const raw = /^[rR]"/.test(text.slice(at, at + 2));
    if (text[at] === '"' || raw) {
      const read = raw ? readRaw(text, at + 1) : readString(text, at);
      if ('problem' in read) return { tokens: out, problem: { start, ...read.problem } };
      out.push({ kind: 'string', text: read.value, start, end: read.end });
      at = read.end;
      continue;
    }
    const symbol = symbols.find((one) => text.startsWith(one, at));
    const pattern = brackets > 0 ? sliceWord : word;
    pattern.lastIndex = at;
    const found = symbol === undefined ? pattern.exec(text)?.[0] : undefined;
    if (symbol === undefined && found === undefined) {
      const meant = halves[text[at]!];
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      return { tokens: out, problem: { text: `"${text[at]}" has no meaning here${hint}`, start, end: at + 1 } };
    }
    const token = symbol ?? (brackets > 0 ? found! : wordOf(found!));
    const isSign = symbol !== undefined || (brackets === 0 && isArithmetic(token));
    at += token.length;
    if (symbol === '[') brackets++;
    if (symbol === ']') brackets--;
    out.push({ kind: isSign ? 'symbol' : 'word', text: token, start, end: at });
  }
  out.push({ kind: 'end', text: '', start: text.length, end: text.length });
  return { tokens: out };
}

function isArithmetic(word: string): boolean {
  return word === '-' || word === '/' || word === '%';
}

/** The first word of some characters: all of them, or as far as a sign of arithmetic that is none of a value. */
function wordOf(all: string): string {
  if (isArithmetic(all[0]!) && (all[0] !== '-' || negated.test(all))) return all[0]!;
  const at = all.search(divisions);
  return at > 0 && divisible.test(all.slice(0, at)) ? all.slice(0, at) : all;
}

type Read =
  | { readonly value: string; readonly end: number }
  | { readonly problem: Omit<FilterProblem, 'start'> & { start?: number } };

const open = (text: string): Read => ({ problem: { text: 'the string has no closing quote', end: text.length } });

/** The value up to the closing quote. */
function readString(text: string, quote: number): Read {
  let value = '';
  for (let at = quote + 1; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') return { value, end: at + 1 };
    if (character !== '\\') value += character;
    else if (text[at + 1] === 'x' && /^[0-9a-fA-F]{2}$/.test(text.slice(at + 2, at + 4))) {
      value += String.fromCharCode(Number.parseInt(text.slice(at + 2, at + 4), 16));
      at += 3;
    } else if (at + 1 < text.length) {
      const meant = escapes[text[at + 1]!];
      // To drop the backslash would make another expression of a regular one, in silence.
      if (meant === undefined) return noEscape(text, at);
      value += meant;
      at++;
    }
  }
  return open(text);
}

function noEscape(text: string, at: number): Read {
  const sign = text.slice(at, at + 2);
  return {
    problem: { text: `"${sign}" is no escape in a string; in r"…" a backslash stands for itself`, start: at, end: at + 2 },
  };
}

/** `r"…"`: every character stands for itself. */
function readRaw(text: string, quote: number): Read {
  const end = text.indexOf('"', quote + 1);
  return end < 0 ? open(text) : { value: text.slice(quote + 1, end), end: end + 1 };
}
