import type { Span } from './tree.ts';

export interface Token extends Span {
  /** `section`: a line that begins with `###`; `mark`: one of `{ } [ ] ( ) : , = @`; `word`: names, numbers, bytes; `line`: the end of a line. */
  readonly kind: 'section' | 'word' | 'string' | 'mark' | 'line' | 'stray' | 'end';
  /** As it stands; of a string, what it says. */
  readonly text: string;
}

const pattern =
  /(?<section>(?<=^|\n)###[^\n]*)|(?<blank>[^\S\n]+|#[^\n]*)|(?<line>\n)|(?<mark>[{}[\](),:=@])|(?<word>[\w.+-]+)|(?<string>"(?:[^"\\\n]|\\.)*"?)|(?<stray>.)/gsu;

/** The tokens of a text that begins at an offset; comments (from `#` to the end of the line) and blanks are left out. Never throws. */
export function* tokens(text: string, offset = 0): Generator<Token> {
  for (const match of text.matchAll(pattern)) {
    const { section, blank, line, mark, word, string } = match.groups!;
    if (blank !== undefined) continue;
    const start = offset + match.index;
    const span = { start, end: start + match[0].length };
    if (section !== undefined) yield { kind: 'section', text: section.slice(3).trim(), ...span };
    else if (line !== undefined) yield { kind: 'line', text: line, ...span };
    else if (mark !== undefined) yield { kind: 'mark', text: mark, ...span };
    else if (word !== undefined) yield { kind: 'word', text: word, ...span };
    else if (string !== undefined) yield readString(string, span);
    else yield { kind: 'stray', text: match[0], ...span };
  }
  yield { kind: 'end', text: '', start: offset + text.length, end: offset + text.length };
}

/** A string has the escapes of JSON; one that does not end, or has others, is stray. */
function readString(raw: string, span: Span): Token {
  try {
    return { kind: 'string', text: String(JSON.parse(raw)), ...span };
  } catch {
    return { kind: 'stray', text: raw, ...span };
  }
}
