/**
 * A dissection worker that knows no packet: it answers in the right shapes and does on request what a bad one does. The
 * capture's name says which: `crash…` throws while opening, `unreadable…` cannot be read.
 */
import { parentPort } from 'node:worker_threads';
import type { CaptureSettings, Overview, Row, WorkerCalls, WorkerEvents } from '../../../extension/wire/inspector.ts';
import { Connection, type Handlers } from '../../../extension/wire/rpc.ts';

/** The row whose tree brings the worker down, and the one whose tree never comes. */
export const FATAL_ROW = 13;
export const SILENT_ROW = 14;

let name = '';
let bytes = 0;
let openedWith = '';
let generation = 0;
let keys = new Set<string>();
let settings: CaptureSettings = { modules: [], decodeAs: [], colours: [], tree: {} };
let settingsRead = 0;

const overview = (): Overview => ({
  ...{
    name,
    format: 'fake',
    frames: 100,
    bytes,
    rows: 100,
    bareSegments: 0,
    messages: 100,
    encrypted: 100 - keys.size,
    findings: 0,
  },
  ...{ keys: keys.size, read: bytes, done: true, generation, protocols: [], notices: [openedWith, ...settingNotices()] },
  ...(name.startsWith('unreadable') ? { failure: 'This is no capture.' } : {}),
});

/** What it was given, where that is not the default. */
const settingNotices = (): string[] => {
  const { modules, decodeAs, tree } = settings;
  const { cipher } = (tree.p2p ?? {}) as { cipher?: string };
  if (modules.length === 0 && decodeAs.length === 0 && (cipher ?? 'auto') === 'auto') return [];
  return [JSON.stringify({ modules, decodeAs, cipher, read: settingsRead })];
};

const row = (index: number): Row => ({
  ...{ row: index, frame: index + 1, n: index, seconds: 0, nanos: 0, source: 'a', destination: 'b', protocol: 'fake' },
  ...{ message: 'M', info: '', state: 'decoded', encrypted: false },
});

if (parentPort !== null) {
  const port = parentPort;
  const connection = new Connection<Record<never, never>, WorkerEvents, WorkerCalls, Record<never, never>>(
    (message) => port.postMessage(message),
    {
      open: (params: unknown) => {
        const given = params as WorkerCalls['open']['params'];
        name = given.name;
        openedWith = `opened with ${keys.size} keys`;
        bytes = given.bytes?.length ?? 1;
        if (name.startsWith('crash'))
          setImmediate(() => {
            throw new Error('crashed while opening');
          });
        return name.startsWith('crash') ? new Promise<Overview>(() => {}) : overview();
      },
      keys: (params: unknown) => {
        const before = keys;
        keys = new Set();
        const problems: string[] = [];
        for (const log of (params as WorkerCalls['keys']['params']).logs)
          for (const [index, line] of log.text.split('\n').entries())
            if (line.startsWith('KEY ')) keys.add(line);
            else if (line !== '') problems.push(`${log.name}:${index + 1}: not a key`);
        const added = [...keys].filter((key) => !before.has(key)).length;
        if (added > 0 || keys.size !== before.size) {
          generation++;
          connection.tell('overview', overview());
        }
        return { added, problems };
      },
      settings: (params: unknown) => {
        settings = params as CaptureSettings;
        settingsRead++;
        if (name !== '') connection.tell('overview', overview());
        const problems = settings.decodeAs.includes('nonsense') ? ['Settings: "nonsense" is no rule.'] : [];
        return { problems, faults: [], files: settings.modules, choices: [] };
      },
      rows: (params: unknown) => {
        const { start, count } = params as WorkerCalls['rows']['params'];
        return { rows: Array.from({ length: count }, (_, index) => row(start + index)), total: 100, generation };
      },
      tree: (params: unknown) => {
        const { row } = params as WorkerCalls['tree']['params'];
        if (row === FATAL_ROW)
          setImmediate(() => {
            throw new Error('crashed on a tree');
          });
        if (row === FATAL_ROW || row === SILENT_ROW) return new Promise<never>(() => {});
        return { row, sources: [], layers: [], findings: [], missing: [] };
      },
      locate: (params: unknown) => ({ row: (params as WorkerCalls['locate']['params']).frame - 1 }),
      overview,
      // Nothing else is asked of it; what were would be answered with an error.
    } as unknown as Handlers<WorkerCalls>,
    {},
  );
  port.on('message', (message) => connection.receive(message));
}
