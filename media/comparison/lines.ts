/** What the lines of a comparison say, and where the differences are among them. */
import type { ComparedField, ComparedLine, ComparedMessage, Side } from '../../extension/wire/comparing.ts';
import { count } from '../base/texts.ts';

/** The two captures, in words. */
export const letters: Readonly<Record<Side, string>> = { a: 'A', b: 'B' };

export function isDifference(line: ComparedLine | undefined): line is ComparedLine & { readonly text: string } {
  return line !== undefined && 'text' in line && line.text !== undefined;
}

/** The next difference behind a line, or the one before; behind the last one comes the first again. -1 where there is none. */
export function differenceFrom(lines: readonly ComparedLine[], at: number, forward: boolean): number {
  for (let step = 1; step <= lines.length; step++) {
    const index = (at + (forward ? step : -step) + lines.length * 2) % lines.length;
    if (isDifference(lines[index])) return index;
  }
  return -1;
}

/** Which difference a line is, from 0; -1 for one that is none. */
export function placeAmongDifferences(lines: readonly ComparedLine[], at: number): number {
  return isDifference(lines[at]) ? lines.slice(0, at).filter(isDifference).length : -1;
}

/** The message that a line is of: its own, or that above a field. */
export function messageOf(lines: readonly ComparedLine[], at: number, side: Side): ComparedMessage | undefined {
  for (let index = at; index >= 0; index--) {
    const line = lines[index]!;
    if (line.kind === 'message') return line[side];
    if (line.kind !== 'field') return undefined;
  }
  return undefined;
}

export function foldText({ count: messages, conversations, of }: Extract<ComparedLine, { kind: 'fold' }>): string {
  const among = conversations === 1 ? '' : ` in ${count(conversations, 'conversation')}`;
  if (of === 'equal') return `… ${count(messages, 'equal message')}${among}`;
  if (of === 'unlisted') return `… ${count(messages, 'more message')}${among}, in which differences are not listed`;
  return `… ${count(messages, 'more message')} that only ${letters[of]} has`;
}

/** How a field reads in one of the captures; undefined where its bytes say it all. */
export function valueText({ isSecret, text, bytes }: ComparedField): string | undefined {
  if (isSecret) return '(secret)';
  if (text === '' || (text === undefined && !bytes)) return '(empty)';
  return text;
}

/** Hexadecimal digits in pairs. */
export function pairsOf(digits: string): readonly string[] {
  return digits.match(/../g) ?? [];
}

/** A line in a sentence. */
export function spoken(line: ComparedLine): string {
  switch (line.kind) {
    case 'conversation':
      return `Conversation of ${line.protocol}`;
    case 'fold':
      return foldText(line);
    case 'field':
      return line.text;
    default: {
      const places = (['a', 'b'] as const).map((side) => {
        const message = line[side];
        if (message === undefined) return `not in ${letters[side]}`;
        return `${message.frame === undefined ? `line ${message.line}` : `frame ${message.frame}`} in ${letters[side]}`;
      });
      return `${(line.a ?? line.b)?.name}, ${places.join(', ')}${line.text === undefined ? '' : `: ${line.text}`}`;
    }
  }
}
