/**
 * The shapes of what arrives from a webview or a worker. TypeScript checked the other end when it was built; these check what
 * it sends. A request that fails here is answered with the error.
 */
import { filter, filterText, integer, mismatch, object, oneOf, part, sort, text, texts } from '../../wire/checks.ts';
import {
  type FindKind,
  type KeyReport,
  type Overview,
  type Question,
  type SettingsReport,
  type Show,
  scriptKinds,
  type WebviewCalls,
  type WorkerCalls,
} from '../../wire/inspector.ts';
import { shows } from '../../wire/views.ts';

const MOST_COLUMNS = 20;

export function rowsParams(value: unknown): WebviewCalls['rows']['params'] {
  const params = object(value, 'rows');
  return {
    ...part(params, 'rows.'),
    show: show(params.show, 'rows.show'),
    ...filter(params.filter, 'rows.filter'),
    ...sort(params.sort, 'rows.sort'),
    ...columns(params.columns, 'rows.columns'),
  };
}

export function treeParams(value: unknown): WebviewCalls['tree']['params'] {
  const params = object(value, 'tree');
  return {
    row: integer(params.row, 'tree.row', 0),
    show: show(params.show, 'tree.show'),
    ...filter(params.filter, 'tree.filter'),
    ...sort(params.sort, 'tree.sort'),
  };
}

function locateParams(value: unknown): WebviewCalls['locate']['params'] {
  const params = object(value, 'locate');
  return {
    frame: integer(params.frame, 'locate.frame', 1),
    ...(params.n === undefined ? {} : { n: integer(params.n, 'locate.n', 0) }),
    show: show(params.show, 'locate.show'),
    ...filter(params.filter, 'locate.filter'),
    ...sort(params.sort, 'locate.sort'),
  };
}

const findKinds: readonly FindKind[] = ['list', 'fields', 'bytes', 'filter', 'conversation'];

function findParams(value: unknown): WebviewCalls['find']['params'] {
  const params = object(value, 'find');
  return {
    show: show(params.show, 'find.show'),
    ...filter(params.filter, 'find.filter'),
    ...sort(params.sort, 'find.sort'),
    from: integer(params.from, 'find.from', -1),
    forward: params.forward === true,
    kind: oneOf(params.kind, findKinds, 'find.kind'),
    text: filterText(params.text, 'find.text'),
  };
}

/** Whose question it is; what it asks is checked where it is answered. */
function viewParams(value: unknown): WebviewCalls['view']['params'] {
  const { view, question, params } = object(value, 'view');
  text(view, 'view.view');
  text(question, 'view.question');
  return { view: view as string, question: question as string, params: object(params, 'view.params') };
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

function copyRowsParams(value: unknown): WebviewCalls['copyRows']['params'] {
  const params = object(value, 'copyRows');
  if (!Array.isArray(params.ranges)) throw mismatch('copyRows.ranges', 'a list', params.ranges);
  return {
    show: show(params.show, 'copyRows.show'),
    ...filter(params.filter, 'copyRows.filter'),
    ...sort(params.sort, 'copyRows.sort'),
    ranges: params.ranges.map((range: unknown) => {
      const [start, end] = Array.isArray(range) ? range : [];
      const from = integer(start, 'copyRows.start', 0);
      return [from, integer(end, 'copyRows.end', from)];
    }),
    as: oneOf(params.as, ['json', 'hexDump'], 'copyRows.as'),
  };
}

function fieldJsonParams(value: unknown): WebviewCalls['fieldJson']['params'] {
  const { path } = object(value, 'fieldJson');
  if (!Array.isArray(path)) throw mismatch('fieldJson.path', 'a list', path);
  return { ...treeParams(value), path: path.map((at: unknown) => integer(at, 'fieldJson.path', 0)) };
}

export function saveBaselineParams(value: unknown): WebviewCalls['saveBaseline']['params'] {
  return { conversation: integer(object(value, 'saveBaseline').conversation, 'saveBaseline.conversation', 0) };
}

export function debugParams(value: unknown): WebviewCalls['debug']['params'] {
  return { conversation: integer(object(value, 'debug').conversation, 'debug.conversation', 0) };
}

export function askTextParams(value: unknown): WebviewCalls['askText']['params'] {
  const { title, value: before } = object(value, 'askText');
  text(title, 'askText.title');
  text(before, 'askText.value');
  return { title: title as string, value: before as string };
}

/** Anything; how long it may be is seen where it is kept. */
export function rememberParams(value: unknown): WebviewCalls['remember']['params'] {
  return { view: object(value, 'remember').view ?? null };
}

export function followParams(value: unknown): WebviewCalls['follow']['params'] {
  return { n: integer(object(value, 'follow').n, 'follow.n', 0) };
}

export function unpinParams(value: unknown): WebviewCalls['unpin']['params'] {
  const { choice } = object(value, 'unpin');
  text(choice, 'unpin.choice');
  return { choice: choice as string };
}

export function focusParams(value: unknown): WebviewCalls['focus']['params'] {
  return { focused: object(value, 'focus').focused === true };
}

export function addKeysParams(value: unknown): WebviewCalls['addKeys']['params'] {
  return { from: oneOf(object(value, 'addKeys').from, ['file', 'clipboard'] as const, 'addKeys.from') };
}

export function exportParams(value: unknown): WebviewCalls['export']['params'] {
  const params = object(value, 'export');
  const scope = object(params.scope, 'export.scope');
  const comments = Array.isArray(scope.comments) ? scope.comments : [];
  return {
    scope: {
      show: show(scope.show, 'export.show'),
      ...filter(scope.filter, 'export.filter'),
      ...sort(scope.sort, 'export.sort'),
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

function checkFilterParams(value: unknown): WebviewCalls['checkFilter']['params'] {
  const { text } = object(value, 'checkFilter');
  return { text: filterText(text, 'checkFilter.text') };
}

function completeFilterParams(value: unknown): WebviewCalls['completeFilter']['params'] {
  const params = object(value, 'completeFilter');
  const text = filterText(params.text, 'completeFilter.text');
  return { text, caret: integer(params.caret, 'completeFilter.caret', 0, text.length) };
}

/** Absent, or names of fields. */
function columns(value: unknown, name: string): { columns?: readonly string[] } {
  if (value === undefined) return {};
  texts(value, name);
  if ((value as string[]).length > MOST_COLUMNS) throw mismatch(name, `at most ${MOST_COLUMNS} fields`, value);
  return { columns: value as string[] };
}

export function overview(value: unknown): Overview {
  const given = object(value, 'overview');
  for (const name of ['name', 'format'] as const) text(given[name], `overview.${name}`);
  for (const name of [
    'frames',
    'bytes',
    'rows',
    'bareSegments',
    'messages',
    'encrypted',
    'findings',
    'keys',
    'read',
    'generation',
  ] as const)
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
  locate: locateParams,
  view: viewParams,
  script: (value: unknown) => {
    const { n, what } = object(value, 'script');
    return { n: integer(n, 'script.n', 0), what: scriptKinds.find((kind) => kind === what) ?? 'message' };
  },
  copyRows: copyRowsParams,
  fieldJson: fieldJsonParams,
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

export function hostsReport(value: unknown): WorkerCalls['hosts']['result'] {
  const { names, wrongLines } = object(value, 'hosts');
  if (!Array.isArray(wrongLines)) throw mismatch('hosts.wrongLines', 'a list', wrongLines);
  return {
    names: integer(names, 'hosts.names', 0),
    wrongLines: wrongLines.map((line) => integer(line, 'hosts.wrongLines', 1)),
  };
}

export function keyReport(value: unknown): KeyReport {
  const report = object(value, 'keys');
  integer(report.added, 'keys.added', 0);
  texts(report.problems, 'keys.problems');
  return value as KeyReport;
}

export function settingsReport(value: unknown): SettingsReport {
  const report = object(value, 'settings');
  texts(report.problems, 'settings.problems');
  texts(report.files, 'settings.files');
  if (!Array.isArray(report.faults)) throw mismatch('settings.faults', 'a list', report.faults);
  for (const each of report.faults) {
    const fault = object(each, 'settings.faults');
    text(fault.path, 'settings.faults.path');
    text(fault.text, 'settings.faults.text');
    integer(fault.line, 'settings.faults.line', 1);
    integer(fault.column, 'settings.faults.column', 1);
  }
  if (!Array.isArray(report.choices)) throw mismatch('settings.choices', 'a list', report.choices);
  for (const each of report.choices) {
    const choice = object(each, 'settings.choices');
    text(choice.id, 'settings.choices.id');
    text(choice.doc, 'settings.choices.doc');
    if (!Array.isArray(choice.candidates)) throw mismatch('settings.choices.candidates', 'a list', choice.candidates);
    for (const one of choice.candidates) {
      const candidate = object(one, 'settings.choices.candidates');
      text(candidate.id, 'settings.choices.candidates.id');
      text(candidate.doc, 'settings.choices.candidates.doc');
    }
  }
  return value as SettingsReport;
}

function show(value: unknown, name: string): Show {
  return oneOf(value, shows, name);
}
