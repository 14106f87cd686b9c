/** The formats of `diff`. */
import { type Comparison, type Difference, diffSummary } from '../../dissector/diff/index.ts';
import { sarifText, uriOf } from './sarif.ts';
import { printable } from './text.ts';

export const diffFormats = ['text', 'json', 'markdown', 'sarif'] as const;
export type DiffFormat = (typeof diffFormats)[number];

/** Paths of the two captures, and this program's version. */
export interface DiffFiles {
  readonly a: string;
  readonly b: string;
  readonly version: string;
  /** Both captures were read to their ends. */
  readonly isWhole: boolean;
}

const reports: Readonly<Record<DiffFormat, (comparison: Comparison, files: DiffFiles) => string[]>> = {
  text: (comparison, files) => [
    printable(diffSummary(comparison)),
    ...comparison.differences.map((one) => printable(line(one, files))),
  ],
  json: (comparison) => [
    ...comparison.differences.map((difference) => JSON.stringify(difference)),
    JSON.stringify({
      summary: diffSummary(comparison),
      differences: comparison.differences.length + comparison.unlisted,
      messages: { a: comparison.messages[0], b: comparison.messages[1] },
    }),
  ],
  markdown: (comparison, files) => [
    cell(diffSummary(comparison)),
    ...(comparison.differences.length === 0 ? [] : table(comparison.differences, files)),
  ],
  sarif: (comparison, files) => [sarif(comparison, files)],
};

/** The lines of a report. */
export function diffReport(format: DiffFormat, comparison: Comparison, files: DiffFiles): string[] {
  return reports[format](comparison, files);
}

/** `a.pcapng:7 b.pcapng:9 value p2pke.counter: B's data has counter 7, not 5`. */
function line({ kind, field, a, b, text, protocol }: Difference, files: DiffFiles): string {
  const places = [...(a === undefined ? [] : [`${files.a}:${a.frame}`]), ...(b === undefined ? [] : [`${files.b}:${b.frame}`])];
  return `${[...places, kind, field ?? protocol].join(' ')}: ${text}`;
}

function table(differences: readonly Difference[], { a, b }: DiffFiles): string[] {
  const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  const rows = differences.map((one) => row([frameOf(one.a), frameOf(one.b), one.message, one.field ?? one.kind, one.text]));
  return [
    '',
    row([`frame in ${a}`, `frame in ${b}`, 'message', 'field', 'difference']),
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ];
}

function frameOf(message: Difference['a']): string {
  return message === undefined ? '' : String(message.frame);
}

/** What is markup in Markdown, HTML in it, or an address that becomes a link. An underscore within a word is none. */
const markup = /[\\`*~[\]<>|&@#]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|\/(?=\/)|(?<=www)\./giu;

/** Text in a table of Markdown, in which others choose some of the words. */
function cell(text: string): string {
  return printable(text).replace(markup, (sign) => `\\${sign}`);
}

function sarif({ differences }: Comparison, { a, b, version, isWhole }: DiffFiles): string {
  const kinds = [...new Set(differences.map(({ kind }) => kind))];
  const idOf = (kind: string): string => `diff-${kind.replaceAll(' ', '-')}`;
  const rules = kinds.map((kind) => ({ id: idOf(kind), shortDescription: { text: `Two captures differ: ${kind}` } }));
  const results = differences.map(({ kind, text, ...difference }) => {
    const uri = uriOf(difference.b === undefined ? a : b);
    const frame = (difference.b ?? difference.a)?.frame;
    return {
      ...{ ruleId: idOf(kind), ruleIndex: kinds.indexOf(kind), level: 'error', message: { text: `${text}.` } },
      locations: [
        {
          // A capture has no lines; code scanning shows nothing that has no region.
          physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } },
          logicalLocations: [{ name: difference.field ?? difference.message, fullyQualifiedName: `frame ${frame}` }],
        },
      ],
      properties: difference,
    };
  });
  return sarifText(version, rules, results, { executionSuccessful: isWhole });
}
