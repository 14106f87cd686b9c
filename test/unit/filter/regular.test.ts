import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { regularExpression } from '../../../dissector/filter/regular.ts';

function matches(pattern: string, text: string): boolean {
  const expression = regularExpression(pattern);
  if ('problem' in expression) throw new Error(expression.problem);
  return expression(text);
}

describe('a regular expression', () => {
  it('finds its match anywhere, capitals or not, across line breaks', () => {
    expect(matches('b.c', 'aB\nCd')).toBe(true);
    expect(matches('^b', 'ab')).toBe(false);
    expect(matches('\\xff{2}', 'a\u00ff\u00ff')).toBe(true);
  });

  it.each(['^(a+)+$', '(a|aa)*b', '(.*)*x', '(a?){40}a{40}b'])('%s takes no longer than the text is long', (pattern) => {
    // An engine that goes back would not come to its end in a lifetime.
    expect(matches(pattern, `${'a'.repeat(100_000)}!`)).toBe(false);
  });

  it('says of letters and digits what a search for them says', () => {
    const word = fc.stringMatching(/^[a-c0-1]{1,3}$/);
    fc.assert(
      fc.property(word, fc.stringMatching(/^[a-c0-1]{0,20}$/), (part, text) => matches(part, text) === text.includes(part)),
    );
  });

  it('never throws, whatever is typed', () => {
    const piece = fc.constantFrom(
      'a',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '3',
      ',',
      '\\',
      '^',
      '$',
      '.',
      '*',
      '+',
      '?',
      '|',
      '?P<',
      '😀',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 40 }), (parts, text) => {
        const expression = regularExpression(parts.join(''));
        expect('problem' in expression ? typeof expression.problem : typeof expression(text)).toMatch(/string|boolean/);
      }),
    );
  });
});
