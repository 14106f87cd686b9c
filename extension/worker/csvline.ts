/**
 * A line of CSV (RFC 4180) that a spreadsheet takes for text: what a capture says is a stranger's, and a spreadsheet runs formulas.
 * What begins one (OWASP, "CSV Injection") gets an apostrophe before it: at the start of a cell, and wherever a spreadsheet with other
 * separators or quotes than the comma may see a cell begin.
 */

/** Full-width and small forms (U+FF0B and so on, U+FE62 and so on) and the minus sign of its own (U+2212) are taken for them. */
const OPENERS = '=+\\-@\\u2212\\uff1d\\uff0b\\uff0d\\uff20\\ufe62\\ufe63\\ufe66\\ufe6b';
const CONTROLS = '\\t\\r\\n';
/** What a spreadsheet takes off before it looks for a formula: blanks and what is not seen. */
const UNSEEN = '[\\p{Z}\\p{Cc}\\p{Cf}\'"\\uff02\\uff07]*';

const atStart = new RegExp(`^(?=${UNSEEN}[${OPENERS}]|[${CONTROLS}])`, 'u');
/** Behind a separator of any locale, or a quote: text that is split there begins a cell with what follows. */
const inside = new RegExp(`([,;|"'\\t\\r\\n\\uff0c\\uff1b\\uff02\\uff07]${UNSEEN})(?=[${OPENERS}])`, 'gu');
const number = /^-?\d+(\.\d+)?$/;

export function csvLine(values: readonly string[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

function cell(value: string): string {
  const safe = number.test(value) ? value : value.replace(inside, "$1'").replace(atStart, "'");
  // Quoted as a whole, unless nothing in it can be taken for the end of a cell.
  return /^[^",;|\t\r\n]*$/.test(safe) ? safe : `"${safe.replace(/"/g, '""')}"`;
}
