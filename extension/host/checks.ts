/**
 * The shapes of what arrives from a webview or a worker. TypeScript checked the other end when it was built; these check what
 * it sends. A request that fails here is answered with the error.
 */
import {
  type ConversationColumn,
  type EndpointColumn,
  type FindKind,
  type KeyReport,
  type Overview,
  type Question,
  type SettingsReport,
  scriptKinds,
  type WebviewCalls,
} from '../wire/inspector.ts';

/** More rows than a screen ever shows; whoever wants more asks again. */
const MAX_ROWS_PER_CALL = 10_000;
const LONGEST_FILTER = 10_000;
const MOST_COLUMNS = 20;

export function rowsParams(value: unknown): WebviewCalls['rows']['params'] {
  const params = object(value, 'rows');
  return {
    start: integer(params.start, 'rows.start', 0),
    count: integer(params.count, 'rows.count', 0, MAX_ROWS_PER_CALL),
    show: show(params.show, 'rows.show'),
    ...filter(params.filter, 'rows.filter'),
    ...columns(params.columns, 'rows.columns'),
  };
}

export function treeParams(value: unknown): WebviewCalls['tree']['params'] {
  const params = object(value, 'tree');
  return {
    row: integer(params.row, 'tree.row', 0),
    show: show(params.show, 'tree.show'),
    ...filter(params.filter, 'tree.filter'),
  };
}

function locateParams(value: unknown): WebviewCalls['locate']['params'] {
  const params = object(value, 'locate');
  return {
    frame: integer(params.frame, 'locate.frame', 1),
    ...(params.n === undefined ? {} : { n: integer(params.n, 'locate.n', 0) }),
    show: show(params.show, 'locate.show'),
    ...filter(params.filter, 'locate.filter'),
  };
}

function stepsParams(value: unknown): WebviewCalls['steps']['params'] {
  const params = object(value, 'steps');
  return { n: integer(params.n, 'steps.n', 0), ...part(params, 'steps') };
}

function computeParams(value: unknown): WebviewCalls['compute']['params'] {
  const { n, reveal } = object(value, 'compute');
  return { n: integer(n, 'compute.n', 0), reveal: reveal === true };
}

const findKinds: readonly FindKind[] = ['list', 'fields', 'bytes', 'filter', 'conversation'];

function findParams(value: unknown): WebviewCalls['find']['params'] {
  const params = object(value, 'find');
  const kind = findKinds.find((one) => one === params.kind);
  if (kind === undefined) throw mismatch('find.kind', findKinds.join(', '), params.kind);
  return {
    show: show(params.show, 'find.show'),
    ...filter(params.filter, 'find.filter'),
    from: integer(params.from, 'find.from', -1),
    forward: params.forward === true,
    kind,
    text: filterText(params.text, 'find.text'),
  };
}

function filterOf(name: 'endpoints' | 'timeline'): (value: unknown) => WebviewCalls[typeof name]['params'] {
  return (value) => filter(object(value, name).filter, `${name}.filter`);
}

export function drawingParams(value: unknown): WebviewCalls['saveDrawing']['params'] {
  const { name, svg } = object(value, 'saveDrawing');
  text(name, 'saveDrawing.name');
  text(svg, 'saveDrawing.svg');
  return { name: name as string, svg: svg as string };
}

export function copyParams(value: unknown): WebviewCalls['copy']['params'] {
  const { text: copied } = object(value, 'copy');
  text(copied, 'copy.text');
  return { text: copied as string };
}

export function askTextParams(value: unknown): WebviewCalls['askText']['params'] {
  const { title, value: before } = object(value, 'askText');
  text(title, 'askText.title');
  text(before, 'askText.value');
  return { title: title as string, value: before as string };
}

export function exportParams(value: unknown): WebviewCalls['export']['params'] {
  const params = object(value, 'export');
  const scope = object(params.scope, 'export.scope');
  const comments = Array.isArray(scope.comments) ? scope.comments : [];
  return {
    scope: {
      show: show(scope.show, 'export.show'),
      ...filter(scope.filter, 'export.filter'),
      columns: columns(scope.columns, 'export.columns').columns ?? [],
      ...(scope.row === undefined ? {} : { row: integer(scope.row, 'export.row', 0) }),
      comments: comments.map((each: unknown) => {
        const [frame, words] = Array.isArray(each) ? each : [];
        text(words, 'export.comment');
        return [integer(frame, 'export.frame', 1), words as string];
      }),
    },
    ...(params.n === undefined ? {} : { n: integer(params.n, 'export.n', 0) }),
  };
}

const conversationColumns: readonly ConversationColumn[] = [
  ...([
    'id',
    'a',
    'b',
    'protocol',
    'state',
    'packets',
    'bytes',
    'start',
    'seconds',
    'messages',
    'encrypted',
    'findings',
  ] as const),
];
const endpointColumns: readonly EndpointColumn[] = [
  ...(['endpoint', 'protocol', 'conversations', 'packets', 'bytes', 'messages', 'findings'] as const),
];

/** A part of a table, sorted by one of its columns. */
function sorted<C extends string>(name: string, columns: readonly C[]) {
  return (value: unknown) => {
    const params = object(value, name);
    const sort = columns.find((column) => column === params.sort);
    if (sort === undefined) throw mismatch(`${name}.sort`, columns.join(', '), params.sort);
    return { ...part(params, name), sort, descending: params.descending === true };
  };
}

function findingsParams(value: unknown): WebviewCalls['findings']['params'] {
  const params = object(value, 'findings');
  texts(params.closed, 'findings.closed');
  return { ...part(params, 'findings'), closed: params.closed as string[], ...filter(params.filter, 'findings.filter') };
}

function part({ start, count }: Record<string, unknown>, name: string): { start: number; count: number } {
  return { start: integer(start, `${name}.start`, 0), count: integer(count, `${name}.count`, 0, MAX_ROWS_PER_CALL) };
}

function checkFilterParams(value: unknown): WebviewCalls['checkFilter']['params'] {
  const { text } = object(value, 'checkFilter');
  return { text: filterText(text, 'checkFilter.text') };
}

function completeFilterParams(value: unknown): WebviewCalls['completeFilter']['params'] {
  const params = object(value, 'completeFilter');
  const text = filterText(params.text, 'completeFilter.text');
  return { text, caret: integer(params.caret, 'completeFilter.caret', 0, text.length) };
}

/** Absent, or a text. */
function filter(value: unknown, name: string): { filter?: string } {
  return value === undefined ? {} : { filter: filterText(value, name) };
}

/** Absent, or names of fields. */
function columns(value: unknown, name: string): { columns?: readonly string[] } {
  if (value === undefined) return {};
  texts(value, name);
  if ((value as string[]).length > MOST_COLUMNS) throw mismatch(name, `at most ${MOST_COLUMNS} fields`, value);
  return { columns: value as string[] };
}

function filterText(value: unknown, name: string): string {
  if (typeof value !== 'string' || value.length > LONGEST_FILTER)
    throw mismatch(name, `a text of at most ${LONGEST_FILTER} characters`, value);
  return value;
}

export function overview(value: unknown): Overview {
  const given = object(value, 'overview');
  for (const name of ['name', 'format'] as const) text(given[name], `overview.${name}`);
  for (const name of ['frames', 'bytes', 'rows', 'messages', 'encrypted', 'findings', 'keys', 'read', 'generation'] as const)
    integer(given[name], `overview.${name}`, 0);
  texts(given.notices, 'overview.notices');
  texts(given.protocols, 'overview.protocols');
  if (given.failure !== undefined) text(given.failure, 'overview.failure');
  return value as Overview;
}

/** What a page asks and the worker answers: a question with other parameters than these is answered with an error. */
export const questions: { readonly [M in Question]: (value: unknown) => WebviewCalls[M]['params'] } = {
  rows: rowsParams,
  tree: treeParams,
  explain: treeParams,
  find: findParams,
  sessions: () => ({}),
  keyring: () => ({}),
  steps: stepsParams,
  compute: computeParams,
  locate: locateParams,
  endpoints: filterOf('endpoints'),
  timeline: filterOf('timeline'),
  conversations: sorted('conversations', conversationColumns),
  ends: sorted('ends', endpointColumns),
  findings: findingsParams,
  script: (value: unknown) => {
    const { n, what } = object(value, 'script');
    return { n: integer(n, 'script.n', 0), what: scriptKinds.find((kind) => kind === what) ?? 'message' };
  },
  checkFilter: checkFilterParams,
  completeFilter: completeFilterParams,
};

const isAnswer: { readonly [M in Question]?: (value: unknown) => void } = { rows: rowsResult, tree: treeResult };

/** The worker's answer, checked; `generations` come on top of the worker's own. */
export function answer<M extends Question>(method: M, value: unknown, generations: number): WebviewCalls[M]['result'] {
  isAnswer[method]?.(value);
  const { generation } = object(value, method);
  return (typeof generation === 'number' ? { ...(value as object), generation: generation + generations } : value) as never;
}

function rowsResult(value: unknown): void {
  const result = object(value, 'rows');
  if (!Array.isArray(result.rows)) throw mismatch('rows.rows', 'a list', result.rows);
  integer(result.total, 'rows.total', 0);
  integer(result.generation, 'rows.generation', 0);
}

function treeResult(value: unknown): void {
  const tree = object(value, 'tree');
  for (const name of ['sources', 'layers', 'findings', 'missing'] as const)
    if (!Array.isArray(tree[name])) throw mismatch(`tree.${name}`, 'a list', tree[name]);
}

export function keyReport(value: unknown): KeyReport {
  const report = object(value, 'keys');
  integer(report.added, 'keys.added', 0);
  texts(report.problems, 'keys.problems');
  return value as KeyReport;
}

export function settingsReport(value: unknown): SettingsReport {
  texts(object(value, 'settings').problems, 'settings.problems');
  return value as SettingsReport;
}

export function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw mismatch(name, 'an object', value);
}

export function integer(value: unknown, name: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  throw mismatch(name, `an integer from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}`, value);
}

function show(value: unknown, name: string): 'all' | 'messages' {
  if (value === 'all' || value === 'messages') return value;
  throw mismatch(name, '"all" or "messages"', value);
}

function text(value: unknown, name: string): void {
  if (typeof value !== 'string') throw mismatch(name, 'a string', value);
}

function texts(value: unknown, name: string): void {
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'string')) throw mismatch(name, 'a list of strings', value);
}

export function mismatch(name: string, expected: string, got: unknown): TypeError {
  return new TypeError(`"${name}" expected ${expected}, got ${typeof got === 'number' ? got : typeof got}`);
}
