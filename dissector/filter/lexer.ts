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

const symbols = ['&&', '||', '==', '!=', '>=', '<=', '..', '>', '<', '!', '(', ')', '{', '}', '[', ']', ',', '~'] as const;
/** Half of a symbol, as other languages have it alone. */
const halves: Readonly<Record<string, string>> = { '=': '==', '&': '&&', '|': '||' };
const space = /\s/;
/** Names, numbers, addresses with a prefix length, bytes with colons. A range's two dots end a word. */
const word = /(?:[\p{L}\p{N}_:/$@%-]|\.(?!\.))+/uy;
/** Inside brackets a colon and a hyphen separate the two ends of a slice. */
const sliceWord = /\d+|[:-]/y;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' };

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
    if (text[at] === '"') {
      const read = readString(text, at);
      if (typeof read === 'number')
        return { tokens: out, problem: { text: 'the string has no closing quote', start, end: read } };
      out.push({ kind: 'string', text: read.value, start, end: read.end });
      at = read.end;
      continue;
    }
    const symbol = symbols.find((one) => text.startsWith(one, at));
    const pattern = brackets > 0 ? sliceWord : word;
    pattern.lastIndex = at;
    const matched = symbol === undefined ? pattern.exec(text)?.[0] : undefined;
    if (symbol === undefined && matched === undefined) {
      const meant = halves[text[at]!];
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      return { tokens: out, problem: { text: `"${text[at]}" has no meaning here${hint}`, start, end: at + 1 } };
    }
    at += (symbol ?? matched!).length;
    if (symbol === '[') brackets++;
    if (symbol === ']') brackets--;
    out.push({ kind: symbol === undefined ? 'word' : 'symbol', text: symbol ?? matched!, start, end: at });
  }
  out.push({ kind: 'end', text: '', start: text.length, end: text.length });
  return { tokens: out };
}

/** The value up to the closing quote, or where the text ends without one. */
function readString(text: string, open: number): { value: string; end: number } | number {
  let value = '';
  for (let at = open + 1; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') return { value, end: at + 1 };
    if (character !== '\\') value += character;
    else if (text[at + 1] === 'x' && /^[0-9a-fA-F]{2}$/.test(text.slice(at + 2, at + 4))) {
      value += String.fromCharCode(Number.parseInt(text.slice(at + 2, at + 4), 16));
      at += 3;
    } else if (at + 1 < text.length) {
      at++;
      value += escapes[text[at]!] ?? text[at]!;
    }
  }
  return text.length;
}
