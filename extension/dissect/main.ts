/** The dissection worker: a thread that owns one capture and answers for it. */
import { parentPort } from 'node:worker_threads';
import type { Row, WorkerCalls, WorkerEvents } from '../wire/inspector.ts';
import { Connection } from '../wire/rpc.ts';
import { Capture } from './capture.ts';
import { rowView } from './rows.ts';
import { treeView } from './view.ts';

type None = Record<never, never>;
type Params<M extends keyof WorkerCalls> = WorkerCalls[M]['params'];

if (parentPort === null) throw new Error('This is a worker: it runs in a thread of its own.');
const port = parentPort;
const connection = new Connection<None, WorkerEvents, WorkerCalls, None>(
  (message) => port.postMessage(message),
  {
    // The host is of the same build and checks what webviews send; here the parameters are what the types say.
    open: (params: unknown) => capture.open(params as Params<'open'>),
    keys: (params: unknown) => capture.keys((params as Params<'keys'>).logs),
    settings: (params: unknown) => capture.settings(params as Params<'settings'>),
    rows: (params: unknown) => rows(params as Params<'rows'>),
    tree: (params: unknown) => {
      const { row, show } = params as Params<'tree'>;
      return treeView(capture.analysis, show, row);
    },
    locate: (params: unknown) => {
      const { frame, show } = params as Params<'locate'>;
      return { row: capture.analysis.rowOfFrame(show, frame) };
    },
    overview: () => capture.overview(),
  },
  {},
);
const capture = new Capture((overview) => connection.tell('overview', overview));
port.on('message', (message) => connection.receive(message));

function rows({ start, count, show }: Params<'rows'>): WorkerCalls['rows']['result'] {
  const { analysis } = capture;
  const total = analysis.rowCount(show);
  const rows: Row[] = [];
  for (let row = start; row < Math.min(start + count, total); row++) rows.push(rowView(analysis, show, row));
  return { rows, total, generation: capture.generation };
}
