/** The lines of a comparison as its page goes through them. */
import { describe, expect, it } from 'vitest';
import type { ComparedLine } from '../../../extension/wire/comparing.ts';
import { unlike } from '../../../media/base/unlike.ts';
import {
  differenceFrom,
  foldText,
  messageOf,
  pairsOf,
  placeAmongDifferences,
  spoken,
  valueText,
} from '../../../media/comparison/lines.ts';

const message = (frame: number) => ({ frame, name: 'data', direction: 0 as const });
const lines: readonly ComparedLine[] = [
  { kind: 'conversation', protocol: 'p2pke', a: 'x ↔ y', b: 'x ↔ y' },
  { kind: 'message', a: message(1), b: message(2) },
  { kind: 'field', text: 'n differs.', field: 'p.n', a: { name: 'n', text: '1', isSecret: false } },
  { kind: 'fold', start: 1, count: 12, conversations: 1, of: 'equal' },
  { kind: 'message', a: message(9), text: 'B has no data.' },
];

describe('the differences among the lines', () => {
  it.each([
    [0, true, 2],
    [2, true, 4],
    [4, true, 2],
    [4, false, 2],
    [2, false, 4],
    [-1, true, 2],
  ])('from line %i, forward %s: line %i', (at, forward, to) => expect(differenceFrom(lines, at, forward)).toBe(to));

  it('are none where nothing differs', () => {
    expect(differenceFrom(lines.slice(0, 2), 0, true)).toBe(-1);
    expect(differenceFrom([], 0, true)).toBe(-1);
  });

  it('are counted by the line that is selected', () => {
    expect(lines.map((_, at) => placeAmongDifferences(lines, at))).toEqual([-1, -1, 0, -1, 1]);
  });

  it('lead to the message that they are of', () => {
    expect(messageOf(lines, 2, 'b')).toEqual(message(2));
    expect(messageOf(lines, 4, 'b')).toBeUndefined();
    expect(messageOf(lines, 3, 'a')).toBeUndefined();
  });
});

describe('what a line says', () => {
  it.each([
    [1, 1, 'equal', '… 1 equal message'],
    [1200, 3, 'equal', '… 1,200 equal messages in 3 conversations'],
    [2, 1, 'b', '… 2 more messages that only B has'],
    [7, 1, 'unlisted', '… 7 more messages, in which differences are not listed'],
  ] as const)('%i messages, %i conversations, %s', (count, conversations, of, text) => {
    expect(foldText({ kind: 'fold', start: 0, count, conversations, of })).toBe(text);
  });

  it('is heard with its frames, and with what is missing', () => {
    expect(spoken(lines[1]!)).toBe('data, frame 1 in A, frame 2 in B');
    expect(spoken(lines[4]!)).toBe('data, frame 9 in A, not in B: B has no data.');
  });

  it('of a secret is not its value', () => {
    expect(valueText({ name: 'k', isSecret: true, text: 'x' })).toBe('(secret)');
    expect(valueText({ name: 'k', isSecret: false, text: '' })).toBe('(empty)');
    expect(valueText({ name: 'k', isSecret: false, text: '7', bytes: '07', length: 1 })).toBe('7');
    expect(valueText({ name: 'k', isSecret: false, bytes: '0708', length: 2 })).toBeUndefined();
  });
});

describe('bytes that only one side has', () => {
  it.each([
    ['040506', '04ff06', [1, 2]],
    ['0405', '0405', [2, 2]],
    ['040405', '0405', [1, 2]],
    ['0405', '040405', [1, 1]],
    ['', '01', [0, 0]],
    ['01', '', [0, 1]],
  ])('of %s beside %s', (own, other, range) => expect(unlike(pairsOf(own), pairsOf(other))).toEqual(range));
});
