/** The dissection worker: a thread that owns one capture and answers for it, or compares two. */
import { useEngine } from '../../dissector/crypto/index.ts';
import { platformEngine } from '../capture/engine.ts';
import { onHook } from '../capture/hookwatch.ts';
import type { ComparingCalls } from '../wire/comparing.ts';
import type { WorkerCalls, WorkerEvents } from '../wire/inspector.ts';
import { Connection } from '../wire/rpc.ts';
import { Asking } from './asking.ts';
import { baselineOf } from './baseline.ts';
import { Capture } from './capture.ts';
import { Comparing } from './comparing.ts';
import { Exports } from './exports.ts';
import { follow, payload } from './following.ts';
import { Lists } from './lists.ts';
import { port } from './port.ts';
import { script } from './scripting.ts';

useEngine(platformEngine());

type None = Record<never, never>;
type Params<M extends keyof WorkerCalls> = WorkerCalls[M]['params'];

const connection = new Connection<None, WorkerEvents, WorkerCalls & ComparingCalls, None>(
  (message) => port.post(message),
  {
    // The host is of the same build and checks what webviews send; here the parameters are what the types say.
    open: (params: unknown) => capture.open(params as Params<'open'>),
    preview: (params: unknown) => capture.preview(params as Params<'preview'>),
    keys: (params: unknown) => capture.keys((params as Params<'keys'>).logs),
    settings: (params: unknown) => capture.settings(params as Params<'settings'>),
    hosts: (params: unknown) => capture.setHosts((params as Params<'hosts'>).text),
    rows: (params: unknown) => lists.rows(params as Params<'rows'>),
    tree: (params: unknown) => lists.tree(params as Params<'tree'>),
    explain: (params: unknown) => lists.explain(params as Params<'explain'>),
    find: (params: unknown) => lists.find(params as Params<'find'>),
    locate: (params: unknown) => lists.locate(params as Params<'locate'>),
    view: (params: unknown) => asking.ask(params as Params<'view'>),
    script: (params: unknown) => script(capture.analysis, params as Params<'script'>, capture.setup.options.choices),
    copyRows: (params: unknown) => lists.copyRows(params as Params<'copyRows'>),
    fieldJson: (params: unknown) => lists.fieldJson(params as Params<'fieldJson'>),
    checkFilter: (params: unknown) => lists.check(params as Params<'checkFilter'>),
    completeFilter: (params: unknown) => lists.complete(params as Params<'completeFilter'>),
    overview: () => capture.overview(),
    export: (params: unknown) => exports.begin(params as Params<'export'>),
    exported: (params: unknown) => exports.next((params as Params<'exported'>).id),
    stopExport: (params: unknown) => exports.stop((params as Params<'stopExport'>).id),
    follow: (params: unknown) => follow(capture.analysis, params as Params<'follow'>),
    wiresharkFrame: (params: unknown) => {
      const { frame } = params as Params<'wiresharkFrame'>;
      return { number: capture.analysis.reader.wiresharkNumber(frame - 1) };
    },
    compare: (params: unknown) => {
      const { a, b } = params as ComparingCalls['compare']['params'];
      return comparing.compare(a, b);
    },
    unfold: (params: unknown) => comparing.unfold(params as ComparingCalls['unfold']['params']),
    baseline: (params: unknown) => baselineOf(capture, params as Params<'baseline'>),
    payload: (params: unknown) => payload(capture.analysis, params as Params<'payload'>),
  },
  {},
);
const capture = new Capture((overview) => connection.tell('overview', overview));
onHook((watch) => connection.tell('hooks', watch));
const lists = new Lists(capture);
const asking = new Asking({ capture, lists });
const comparing = new Comparing();
const exports = new Exports(capture, lists);
port.listen((message) => connection.receive(message));
