/** The formats of `diff`. */
import { type Comparison, type Difference, diffSummary } from '../../dissector/diff/index.ts';
import { sarifText, uriOf } from './sarif.ts';
import { printable } from './text.ts';

export const diffFormats = ['text', 'json', 'markdown', 'sarif'] as const;
export type DiffFormat = (typeof diffFormats)[number];

/** Paths of the two sides, of which A may be a baseline, and this program's version. */
export interface DiffFiles {
  readonly a: string;
  readonly b: string;
  readonly version: string;
  /** A is a baseline. */
  readonly isBaseline: boolean;
  /** The captures were read to their ends. */
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

/** `a.pcapng:7 b.pcapng:9 value p2pke.counter: B's data has counter 7, not 5`: a frame of a capture, a line of a baseline. */
function line({ kind, field, a, b, text, protocol }: Difference, files: DiffFiles): string {
  const places = [
    ...(a === undefined ? [] : [`${files.a}:${placeOf(a)}`]),
    ...(b === undefined ? [] : [`${files.b}:${placeOf(b)}`]),
  ];
  return `${[...places, kind, field ?? protocol].join(' ')}: ${text}`;
}

function table(differences: readonly Difference[], { a, b, isBaseline }: DiffFiles): string[] {
  const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  const rows = differences.map((one) => row([placeOf(one.a), placeOf(one.b), one.message, one.field ?? one.kind, one.text]));
  return [
    '',
    row([`${isBaseline ? 'line' : 'frame'} in ${a}`, `frame in ${b}`, 'message', 'field', 'difference']),
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ];
}

function placeOf(message: Difference['a']): string {
  return String(message?.frame ?? message?.line ?? '');
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
    const { frame, line: startLine = 1 } = difference.b ?? difference.a!;
    return {
      ...{ ruleId: idOf(kind), ruleIndex: kinds.indexOf(kind), level: 'error', message: { text: `${text}.` } },
      locations: [
        {
          // A capture has no lines; code scanning shows nothing that has no region.
          physicalLocation: { artifactLocation: { uri }, region: { startLine } },
          logicalLocations: [
            {
              name: difference.field ?? difference.message,
              fullyQualifiedName: frame === undefined ? `line ${startLine}` : `frame ${frame}`,
            },
          ],
        },
      ],
      properties: difference,
    };
  });
  return sarifText(version, rules, results, { executionSuccessful: isWhole });
}
