import { type Token, tokens } from './lexer.ts';
import type { Edit } from './tree.ts';

const INDENT = '  ';

/**
 * What makes a text as it is written best: two blanks a bracket, one between words, none before a comma or colon, one empty line at
 * most. Comments and ends of lines stay. Edits are of single lines, in their order.
 */
export function formatEdits(text: string): Edit[] {
  const edits: Edit[] = [];
  const all = [...tokens(text)];
  let depth = 0;
  // Of the brackets that are open those of blocks, whose lines are statements.
  let blocks = 0;
  let at = 0;
  let index = 0;
  let wasEmpty = true;
  for (const whole of text.split('\n')) {
    // What ends a line stays what it is.
    const line = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    const end = at + line.length;
    const own: Token[] = [];
    while (all[index]!.start < end && all[index]!.kind !== 'end') own.push(all[index++]!);
    if (all[index]!.kind === 'line') index++;
    const body = own.filter(({ kind }) => kind !== 'line');
    // A section begins anew, whatever is open before it.
    if (body[0]?.kind === 'section') depth = blocks = 0;
    const closing = leadingClosers(body);
    const isInside = depth > blocks;
    const written = lineText(text, line, at, body, Math.max(0, depth - closing), isInside);
    const before = depth;
    if (isInside || !isOfWords(body)) depth = Math.max(0, depth + turn(body));
    if (!isInside && isBlock(body) && depth > before) blocks++;
    blocks = Math.min(blocks, depth);
    if (written === '' && wasEmpty && at > 0 && end < text.length)
      edits.push({ start: at, end: at + whole.length + 1, text: '' });
    else if (written !== line) edits.push({ start: at, end, text: written });
    wasEmpty = written === '';
    at += whole.length + 1;
  }
  return edits;
}

/** A statement without records, whose brackets belong to an address. */
function isOfWords([first]: readonly Token[]): boolean {
  return first?.text === 'node' || first?.text === 'fault';
}

function isBlock([first]: readonly Token[]): boolean {
  return first?.text === 'repeat' || first?.text === 'for';
}

function leadingClosers(line: readonly Token[]): number {
  const first = line.findIndex((token) => !isMark(token, '}])'));
  return first < 0 ? line.length : first;
}

/** How many brackets a line opens beyond those that it closes. */
function turn(line: readonly Token[]): number {
  return line.reduce((sum, token) => sum + (isMark(token, '{[(') ? 1 : isMark(token, '}])') ? -1 : 0), 0);
}

function lineText(text: string, line: string, at: number, body: readonly Token[], depth: number, isInside: boolean): string {
  const last = body.at(-1);
  const tail = text.slice(last?.end ?? at, at + line.length);
  const comment = tail.trim();
  const indent = INDENT.repeat(depth);
  // At the start of its line it would be a section.
  const margin = comment.startsWith('###') && indent === '' ? ' ' : indent;
  if (last === undefined) return comment === '' ? '' : margin + comment;
  let out = indent;
  let inner = isInside ? 1 : 0;
  // An address is one word to whoever reads it: what stands together stays so.
  const isWords = !isInside && isOfWords(body);
  // `node a = …`: the third word, and not what an address may hold.
  const isEquals = (index: number): boolean => index === 2 && body[0]!.text === 'node' && isMark(body[2]!, '=');
  for (const [index, token] of body.entries()) {
    const previous = body[index - 1];
    const isApart = previous !== undefined && previous.end < token.start;
    if (
      previous !== undefined &&
      (isWords ? isApart || isEquals(index) || isEquals(index - 1) : gap(previous, token, inner > 0, isApart))
    )
      out += ' ';
    inner += isMark(token, '{[(') ? 1 : isMark(token, '}])') ? -1 : 0;
    // A title goes to the end of its line, and what ends that is not its own.
    out += text.slice(token.start, Math.min(token.end, at + line.length));
  }
  // Comments beside each other may stand in a column.
  const between = /^\s*/.exec(tail)![0].replace(/\t/g, INDENT) || ' ';
  return comment === '' ? out : out + between + comment;
}

/** Whether a blank stands between two words of a line. */
function gap(previous: Token, token: Token, isInside: boolean, isApart: boolean): boolean {
  if (isMark(previous, '@')) return false;
  if (!isInside && !isMark(previous, '{}=') && !isMark(token, '{}=')) return isApart;
  if (isMark(token, ',:') || isMark(token, ')]') || isMark(previous, '([')) return false;
  if (isMark(token, '(')) return false;
  if (isMark(token, '}') && isMark(previous, '{')) return false;
  if (isMark(token, '{[') || isMark(previous, '},:') || isMark(token, '}=') || isMark(previous, '{=')) return true;
  return isApart;
}

function isMark({ kind, text }: Token, marks: string): boolean {
  return kind === 'mark' && marks.includes(text);
}
