import { type Token, tokens } from '../syntax/lexer.ts';

/** A record, list or call that is open at the caret. */
export interface OpenBracket {
  readonly mark: '{' | '[' | '(';
  /** The field or function that it belongs to; undefined for a record of a list, and for that of a message. */
  readonly name: string | undefined;
  /** Values that stand before the caret inside it. */
  readonly index: number;
  /** Inside a record: the field whose value is being written. */
  readonly field: string | undefined;
  /** Fields that stand in it, before and after the caret. */
  readonly given: readonly string[];
}

/** Where the caret stands in a part of a script. */
export interface CursorContext {
  /** The word that is being written; its place, or the caret itself. */
  readonly start: number;
  readonly end: number;
  readonly typed: string;
  /** It is text in quotes. */
  readonly isQuoted: boolean;
  /** A record follows. */
  readonly hasRecord: boolean;
  /** The words of the statement before the brackets and before what is being written. */
  readonly head: readonly string[];
  /** Outermost first. */
  readonly open: readonly OpenBracket[];
  /** A value or name stands right before it, so that nothing but a separator can follow. */
  readonly isAfter: boolean;
}

interface Frame {
  mark: '{' | '[' | '(';
  name: string | undefined;
  index: number;
  field: string | undefined;
  given: string[];
  isAfter: boolean;
}

/** Undefined within a comment or the title of a section, where nothing is completed. */
export function cursorContextAt(text: string, at: number): CursorContext | undefined {
  const all = [...tokens(text)];
  const typed = all.find((token) => isWriting(token, at));
  const before = all.filter(({ kind, end }) => kind !== 'end' && end <= (typed?.start ?? at));
  if (all.some(({ kind, start, end }) => kind === 'section' && start < at && at <= end)) return undefined;
  const last = before.at(-1);
  if (typed === undefined && text.slice(last?.end ?? 0, at).includes('#')) return undefined;
  const { head, frames } = framesOf(before);
  const top = frames.at(-1);
  if (top?.mark === '{') top.given.push(...namesAfter(all.filter(({ start }) => start >= (typed?.end ?? at))));
  const { start, end } = typed ?? { start: at, end: at };
  const next = all.find((token) => token.start >= end);
  const hasRecord = next?.kind === 'mark' && next.text === '{';
  const isQuoted = typed !== undefined && text[typed.start] === '"';
  return {
    start,
    end,
    typed: text.slice(start, Math.max(start, at)),
    isQuoted,
    hasRecord,
    head,
    open: frames,
    isAfter: top?.isAfter ?? false,
  };
}

function isWriting({ kind, start, end }: Token, at: number): boolean {
  if (kind === 'word') return start < at && at <= end;
  // Text in quotes is written until its second quote.
  return kind === 'stray' ? start < at && at <= end && end - start > 0 : kind === 'string' && start < at && at < end;
}

/** The words of the last statement, and what is open in it. */
function framesOf(before: readonly Token[]): { readonly head: string[]; readonly frames: Frame[] } {
  let head: string[] = [];
  let frames: Frame[] = [];
  let previous: Token | undefined;
  for (const token of before) {
    const top = frames.at(-1);
    if (token.kind === 'section') [head, frames] = [[], []];
    else if (top === undefined && isOfBlock(token, head)) head = [];
    else if (token.kind === 'mark') mark(token, previous, head, frames);
    else if (token.kind === 'line') {
      if (top === undefined) head = [];
      else separate(top);
    } else if (top === undefined) head.push(token.text);
    else top.isAfter = true;
    previous = token;
  }
  return { head, frames };
}

/** A bracket after which statements follow. */
function isOfBlock({ kind, text }: Token, [first]: readonly string[]): boolean {
  return kind === 'mark' && (text === '}' || (text === '{' && (first === 'repeat' || first === 'for')));
}

function mark(token: Token, previous: Token | undefined, head: string[], frames: Frame[]): void {
  const top = frames.at(-1);
  switch (token.text) {
    case '{':
    case '[':
    case '(': {
      const name = token.text === '(' ? previous?.text : (top?.field ?? undefined);
      if (top === undefined && token.text === '[') head.push(token.text);
      else frames.push({ mark: token.text, name, index: 0, field: undefined, given: [], isAfter: false });
      return;
    }
    case '}':
    case ']':
    case ')':
      if (top === undefined) head.push(token.text);
      else frames.pop();
      if (frames.length > 0) frames.at(-1)!.isAfter = true;
      return;
    case ':':
      if (top?.mark !== '{') break;
      top.field = previous?.text;
      if (previous !== undefined) top.given.push(previous.text);
      top.isAfter = false;
      return;
    case ',':
      if (top === undefined) break;
      separate(top);
      return;
  }
  if (top === undefined) head.push(token.text);
}

/** After a comma or the end of a line comes the next field or value. */
function separate(top: Frame): void {
  if (top.isAfter) top.index++;
  top.isAfter = false;
  top.field = undefined;
}

/** Names of the fields that follow in the record around the caret. */
function namesAfter(after: readonly Token[]): string[] {
  const names: string[] = [];
  let depth = 0;
  for (const [index, { kind, text }] of after.entries()) {
    if (kind === 'section') break;
    if (kind === 'mark' && '{[('.includes(text)) depth++;
    if (kind === 'mark' && '}])'.includes(text) && --depth < 0) break;
    const next = after[index + 1];
    if (depth === 0 && (kind === 'word' || kind === 'string') && next?.kind === 'mark' && next.text === ':') names.push(text);
  }
  return names;
}
