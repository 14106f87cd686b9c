/** A cell as spreadsheets read it: whichever separator and quote one takes, no cell of an exported line begins a formula. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine } from '../../../extension/worker/csvline.ts';

/** What begins a formula, or is taken off before one. */
const opener = /^[\s\p{Cc}\p{Cf}]*[=+\-@\u2212\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b]/u;
const alphabet = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n', ',', ';', '|', '"', "'", ' ', '\u200b', 'a', '1'];

/** The cells of a line by the rules of RFC 4180, with a separator of some locale. */
function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = [];
  let [cell, isQuoted] = ['', false];
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (isQuoted && character === '"' && line[at + 1] === '"') {
      cell += '"';
      at++;
    } else if (character === '"' && (isQuoted || cell === '')) isQuoted = !isQuoted;
    else if (!isQuoted && (character === separator || character === '\r' || character === '\n')) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...cells, cell];
}

describe('an exported line', () => {
  it('has no cell that begins a formula, by whichever separator it is read', () => {
    const value = fc.array(fc.constantFrom(...alphabet), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), (values) => {
        for (const separator of [',', ';', '\t', '|'])
          for (const cell of cellsOf(csvLine(values), separator)) if (!/^-?\d+$/.test(cell)) expect(cell).not.toMatch(opener);
      }),
      { numRuns: 5000, seed: 7 },
    );
  });

  it('is the values again, but for the apostrophes', () => {
    expect(cellsOf(csvLine(['a, "b"', 'c\nd', '', '7']), ',').slice(0, 4)).toEqual(['a, "b"', 'c\nd', '', '7']);
  });
});
