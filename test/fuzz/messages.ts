/**
 * What a page that somebody else has taken over may send: every message, with every wrong shape. Each check of the host throws a TypeError
 * that tells what was expected, or gives parameters that it takes again.
 */
import { Random } from '../../extension/author/random.ts';
import * as checks from '../../extension/host/capture/checks.ts';
import * as comparisonChecks from '../../extension/host/comparing/checks.ts';
import * as nodeChecks from '../../extension/host/nodes/checks.ts';
import type { ComparisonPageCalls } from '../../extension/wire/comparing.ts';
import type { WebviewCalls } from '../../extension/wire/inspector.ts';
import type { NodePageCalls } from '../../extension/wire/node.ts';
import type { MethodOf } from '../../extension/wire/rpc.ts';

const { node, nodeCommands, wish } = nodeChecks;

type Check = (value: unknown) => unknown;

const rows = {
  show: 'all',
  filter: 'p2pke',
  start: 0,
  count: 50,
  columns: ['p2pke.counter'],
  sort: { by: 'time', descending: true },
};
const scope = { show: 'all', columns: ['a.b'], row: 1, sort: { by: 'info', descending: false }, comments: [[1, 'words']] };
const link = { node: 1, link: 1, message: 'HELLO', text: '{}' };
const held = { node: 1, held: 1, action: { kind: 'send', times: 2, milliseconds: 5 } };
const form = { protocol: 'p2pke', transport: 'udp', direction: 'listen', address: '127.0.0.1:0', role: '', mode: 'step' };

/** By method: its check, and what a page sends. */
type PageMessages<M extends string> = { readonly [method in M]: readonly [Check, object] };
/** Of some messages all is said by their name. */
const ready: readonly [Check, object] = [() => ({}), {}];

const { questions } = checks;
const ofInspector: PageMessages<MethodOf<WebviewCalls>> = {
  ready,
  rows: [questions.rows, rows],
  tree: [questions.tree, { row: 1, show: 'all', filter: '' }],
  explain: [questions.explain, { row: 1, show: 'messages' }],
  find: [questions.find, { show: 'all', filter: '', from: -1, forward: true, kind: 'list', text: 'x' }],
  locate: [questions.locate, { frame: 1, n: 0, show: 'all', filter: '' }],
  view: [questions.view, { view: 'ladder', question: 'endpoints', params: { filter: '' } }],
  script: [questions.script, { n: 0, what: 'message' }],
  copyRows: [questions.copyRows, { show: 'all', filter: '', ranges: [[0, 2]], as: 'json' }],
  fieldJson: [questions.fieldJson, { row: 1, show: 'all', filter: '', path: [1, 0] }],
  follow: [checks.followParams, { n: 0 }],
  unpin: [checks.unpinParams, { choice: 'p2p.cipher' }],
  focus: [checks.focusParams, { focused: true }],
  checkFilter: [questions.checkFilter, { text: 'p2pke' }],
  completeFilter: [questions.completeFilter, { text: 'p2', caret: 2 }],
  export: [checks.exportParams, { scope, n: 0 }],
  saveDrawing: [checks.drawingParams, { name: 'ladder', svg: '<svg/>' }],
  debug: [checks.debugParams, { conversation: 3 }],
  saveBaseline: [checks.saveBaselineParams, { conversation: 3 }],
  copy: [checks.copyParams, { text: 'x' }],
  askText: [checks.askTextParams, { title: 'x', value: 'y' }],
  remember: [checks.rememberParams, { view: { filter: 'p2pke', columns: ['a.b'] } }],
  addKeys: [checks.addKeysParams, { from: 'file' }],
};

const command = (check: Check): readonly [Check, object] => [
  check,
  { ...link, ...held, mode: 'step', paused: true, spec: 'drop' },
];
const ofNodes: PageMessages<MethodOf<NodePageCalls>> = {
  ready,
  start: [
    wish,
    {
      ...form,
      direction: 'relay',
      forward: '127.0.0.1:1',
      keyLogs: ['a.keys'],
      terminates: true,
      faults: [],
      identity: '',
      identityKind: '',
    },
  ],
  show: [node, { node: 1 }],
  save: [node, { node: 1 }],
  stop: command(nodeCommands.stop),
  forget: command(nodeCommands.forget),
  mode: command(nodeCommands.mode),
  pause: command(nodeCommands.pause),
  continueAnyway: ready,
  showLadder: ready,
  pending: [nodeChecks.pending, { node: 1, of: { link: 1, message: 'data' } }],
  showFrame: [nodeChecks.frame, { node: 1, frame: 2 }],
  suggestFault: [nodeChecks.faultText, { protocol: 'p2p', transport: 'tcp', isRelay: true, text: 'drop' }],
  faultWords: [nodeChecks.faultText, { protocol: 'p2p', transport: 'tcp', isRelay: true, text: 'drop' }],
  again: [node, { node: 1 }],
  comparePrevious: [node, { node: 1 }],
  removeFault: [nodeCommands.removeFault, { node: 1, fault: 1 }],
  editHeld: command(nodeChecks.held),
  write: command(nodeChecks.message),
  actOnHeld: command(nodeChecks.heldAction),
  sendNew: command(nodeChecks.message),
  drop: command(nodeCommands.drop),
  disconnect: command(nodeCommands.disconnect),
  fault: command(nodeCommands.fault),
};

const ofComparison: PageMessages<MethodOf<ComparisonPageCalls>> = {
  ready: [comparisonChecks.ready, { again: true }],
  unfold: [comparisonChecks.unfold, { start: 0, count: 3, of: 'equal' }],
  showPlace: [comparisonChecks.showPlace, { side: 'b', at: 2 }],
};

/** Each message of the pages: one that is declared and not here is a mistake of types. */
export const pageMessages: Readonly<Record<string, readonly [Check, object]>> = {
  ...ofInspector,
  ...Object.fromEntries(Object.entries(ofComparison).map(([method, message]) => [`comparison ${method}`, message])),
  ...Object.fromEntries(Object.entries(ofNodes).map(([method, message]) => [`node ${method}`, message])),
};

const views = ['ladder', 'conversations', 'findings', 'keys', 'steps', 'properties', '__proto__', 'constructor', ''];
const texts = [
  ...[
    '',
    '\u0000',
    '__proto__',
    'constructor',
    '../../etc/passwd',
    '"(a+)+$"',
    '(',
    '\ud800',
    'all',
    'messages',
    '1',
    'a'.repeat(20_000),
  ],
  ...[
    'p2pke.counter == 1',
    'frame.number matches "(x+x+)+y"',
    '!'.repeat(9000),
    '<img src=x onerror=alert(1)>',
    'file:///etc/passwd',
  ],
  ...['endpoints', 'conversations', 'findings', 'keys', 'steps', 'tables', 'toString', 'hasOwnProperty'],
];
const numbers = [-1, -0, 0, 1, 2, 0.5, 1e9, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, Number.NaN, Number.POSITIVE_INFINITY];

/** Anything that a page can post. */
function anything(random: Random, depth = 0): unknown {
  const kinds = depth > 3 ? 5 : 9;
  switch (random.below(kinds)) {
    case 0:
      return random.pick(texts);
    case 1:
      return random.pick(numbers);
    case 2:
      return random.pick([null, undefined, true, false]);
    case 3:
      return random.pick<unknown>([10n ** 30n, new Date(0), new Map([['a', 1]]), new Uint8Array(4), /x/]);
    case 4:
      return random.pick(views);
    case 5:
      return Array.from({ length: random.below(6) }, () => anything(random, depth + 1));
    case 6:
      return new Array(random.pick([0, 1, 21, 5000])).fill(random.pick<unknown>(['x', 1, null]));
    case 7:
      return JSON.parse(`{"__proto__": ${random.below(9)}, "length": ${random.below(9)}, "toString": 1}`);
    default: {
      const names = ['row', 'show', 'filter', 'n', 'start', 'count', 'text', 'id', '__proto__', 'constructor'];
      return Object.fromEntries(Array.from({ length: random.below(6) }, () => [random.pick(names), anything(random, depth + 1)]));
    }
  }
}

/** A message as it is sent, with something in it that is not. */
function broken(given: unknown, random: Random, depth = 0): unknown {
  if (random.below(6) === 0 || typeof given !== 'object' || given === null) return anything(random, depth);
  if (Array.isArray(given)) return given.map((each) => (random.below(3) === 0 ? broken(each, random, depth + 1) : each));
  const entries = Object.entries(given);
  const spoiled = random.below(Math.max(1, entries.length));
  return Object.fromEntries(
    entries.flatMap(([name, value], at): [string, unknown][] => {
      if (at === spoiled && random.below(4) === 0) return [];
      return [[name, at === spoiled || random.below(8) === 0 ? broken(value, random, depth + 1) : value]];
    }),
  );
}

/** The message of a seed, and its parameters where the host lets it pass; what it throws names the seed. */
export function passed(seed: number): { readonly method: string; readonly params: unknown } | undefined {
  const random = new Random(seed);
  const method = random.pick(Object.keys(pageMessages));
  const [check, whole] = pageMessages[method]!;
  const given = random.below(20) === 0 ? whole : broken(whole, random);
  let params: unknown;
  try {
    params = check(given);
  } catch (error) {
    if (error instanceof TypeError && /^".{1,40}" expected .{1,100}, got .{1,40}$/.test(error.message)) return undefined;
    throw new Error(`seed ${seed}: ${method} fails with ${(error as Error).message.slice(0, 200)}`);
  }
  try {
    check(params);
  } catch (error) {
    throw new Error(`seed ${seed}: ${method} does not take what it has let pass: ${(error as Error).message}`);
  }
  return { method, params };
}
