/** Broken filters and key logs: nothing throws, a problem lies inside its text, and no word of a key log is repeated in one. */

import type { Analysis } from '../../dissector/analysis/index.ts';
import { compileFilter, complete, FieldCatalog, FilterRow } from '../../dissector/filter/index.ts';
import { protocols } from '../../dissector/index.ts';
import { KeyRing } from '../../dissector/protocol/index.ts';
import { mutateText } from '../../extension/author/mutate.ts';
import { Random } from '../../extension/author/random.ts';
import { analyse } from '../golden/open.ts';
import { type Recording, recordings } from './corpus.ts';

const catalog = new FieldCatalog(protocols);
const fields = [...catalog.all].map(({ name }) => name);
const operators = [
  ...['==', '!=', '>=', '<', '===', '!==', 'contains', 'matches', 'in', ' not in ', ' eq ', ' and ', 'not'],
  ...[' & 1 ==', ' + 1 ==', ' - ', ' * 2 >', ' / 0 ==', ' % ', ' bitwise_and '],
];
const values = [
  ...[
    '1',
    '-1',
    '0x10',
    '1e999',
    '99999999999999999999',
    'ff:00',
    '10.0.0.0/8',
    '::1',
    '""',
    '"(a+)+$"',
    '"[[:alpha:]]"',
    '"\\u00ff"',
  ],
  ...['{1, 2}', '{0..5, 9}', '{"a".."b"}', 'frame.number', 'HELLO', 'true', '[0:2]'],
  ...['"2026-01-01"', '{10.0.0.1 .. 10.0.0.9}', '{1 + 2}', '1 + 2 * 3', '-frame.number', 'max(frame.len, 1)'],
];
const pieces = [
  ...operators,
  ...values,
  ...['&&', '||', '!', 'any', 'all', '(', ')', '{', '}', '[', ']', '[0:2]', '[-1]', '..', ',', ':', '"', '\\', "'", ' ', '\n'],
  ...['\u0000', '\u{1F600}', 'len(', 'lower(', 'count(', '__proto__', '('.repeat(300), '!'.repeat(300)],
  ...['+', '-', '*', '/', '%', '&', '#', '#1', '#[1-2]', '#-1', '[0:1,2:1]', 'max(', 'abs(', 'string(', '{'.repeat(300)],
  ...['-'.repeat(300), '1+'.repeat(2000)],
];
const MOST_PARTS = 14;
/** Rows of a capture that a filter is asked about. */
const MOST_ROWS = 40;

export interface Texts {
  readonly recorded: readonly Recording[];
  readonly opened: readonly Analysis[];
}

export function texts(): Texts {
  const recorded = recordings().filter(({ name, keyLog }) => keyLog !== '' && !name.includes(' as '));
  return { recorded, opened: recorded.map(({ bytes, keyLog }) => analyse(bytes, keyLog)) };
}

/** Runs the filter and the key log of a seed; what it throws names the seed. Returns their characters. */
export function runTexts(all: Texts, seed: number): number {
  const random = new Random(seed);
  const filter = filterOf(random);
  const { keyLog } = random.pick(all.recorded);
  const keys = mutateText(keyLog, random.pick(all.recorded).keyLog, random);
  try {
    askFilter(filter, random.pick(all.opened), random);
    askKeys(keys);
  } catch (cause) {
    throw new Error(`text seed ${seed}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  return filter.length + keys.length;
}

/** Half of them could be meant: a field, an operator, a value, and so on. */
function filterOf(random: Random): string {
  if (random.below(2) === 0) {
    const parts = Array.from({ length: 1 + random.below(MOST_PARTS) }, () =>
      random.pick(random.below(3) === 0 ? fields : pieces),
    );
    return parts.join(random.pick([' ', ' ', '']));
  }
  const conditions = Array.from({ length: 1 + random.below(3) }, () => {
    const field = random.pick(fields);
    const other = random.pick(fields);
    const left = random.pick([
      ...[field, field, `len(${field})`, `count(${field})`, `lower(${field})`, `${field}[0:2]`, `${field}[-4:,1-2]`],
      ...[`${field}#${random.below(3)}`, `-${field}`, `abs(${field})`, `max(${field}, ${other})`, `string(${field})`],
      ...[`${field} + ${other}`, `${field} & ${other}`, `${field}[0] & 0x0f`, `{${field} * 3} / ${other}`],
    ]);
    return random.below(4) === 0 ? left : `${left} ${random.pick(operators)} ${random.pick(values)}`;
  });
  return conditions.join(random.pick([' && ', ' || ', ' && !', ' or ']));
}

function askFilter(text: string, analysis: Analysis, random: Random): void {
  for (let left = 4; left > 0; left--) {
    const caret = random.below(text.length + 1);
    const { start, end } = complete(text, caret, catalog);
    if (!(start >= 0 && start <= caret && end >= caret && end <= text.length)) throw new Error(`completes ${start} to ${end}`);
  }
  const compiled = compileFilter(text, catalog);
  if ('problem' in compiled) {
    const { start, end, text: why } = compiled.problem;
    if (why === '' || !(start >= 0 && start <= end && end <= text.length))
      throw new Error(`a problem at ${start} to ${end}: ${why}`);
    return;
  }
  const opposite = compileFilter(`!(${text})`, catalog);
  const row = new FilterRow(analysis);
  const count = analysis.rowCount('all');
  for (let left = Math.min(count, MOST_ROWS); left > 0; left--) {
    const { frame, n } = analysis.rowAt('all', random.below(count));
    const isMatch = compiled.filter.matches(row.at(frame, n));
    // A filter as deep as may be is one too deep behind a "not".
    if ('filter' in opposite && opposite.filter.matches(row.at(frame, n)) === isMatch)
      throw new Error(`${text} and its opposite agree about frame ${frame}`);
  }
}

function askKeys(text: string): void {
  const ring = new KeyRing(protocols.flatMap(({ keys }) => keys));
  const { added, usable, problems } = ring.add('log', text);
  if (added > usable || ring.size !== added) throw new Error(`${added} keys added of ${usable} usable, ${ring.size} there`);
  const again = ring.add('log', text);
  if (again.added !== 0 || again.usable !== usable) throw new Error('the same key log adds keys again');
  const words = text.split(/[^0-9A-Za-z+/=-]+/).filter((word) => word.length >= 16 && !/^[A-Z0-9_]+$/.test(word));
  for (const problem of problems) {
    if (!/^log:\d+: ./s.test(problem)) throw new Error(`a problem is told as: ${problem}`);
    const shown = words.find((word) => problem.includes(word));
    if (shown !== undefined) throw new Error(`a problem repeats ${shown.length} characters of the key log`);
  }
}
