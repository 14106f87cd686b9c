/** One job over one file in a process of its own, so that the peak of memory is the job's: `job.ts NAME FILE`. */
import { closeSync, openSync, readSync } from 'node:fs';
import { type CaptureReader, openCapture, timeText } from '../../dissector/capture/index.ts';
import { protocols } from '../../dissector/protocols/index.ts';
import { Analysis, KeyRing } from '../../dissector/session/index.ts';
import { DiskFile } from '../../extension/capture/disk.ts';
import { rowView } from '../../extension/dissect/rows.ts';

export interface Figures {
  readonly seconds: number;
  readonly packets: number;
  /** Most memory that was resident, in bytes. */
  readonly peak: number;
  /** The same before the job began: what Node and the modules take. */
  readonly before: number;
  /** Seconds until 100 rows could be shown. */
  readonly firstRows?: number;
  /** What the index holds in typed arrays, in bytes. */
  readonly index?: number;
}

type Result = Pick<Figures, 'packets' | 'firstRows' | 'index'>;

const CHUNK = 1 << 20;
const STEP_FRAMES = 4096;
const FIRST_ROWS = 100;

/** The size of a read is the reader's own. */
function read(path: string): Result {
  const file = openSync(path, 'r');
  const chunk = Buffer.allocUnsafe(CHUNK);
  while (readSync(file, chunk, 0, CHUNK, null) > 0);
  closeSync(file);
  return { packets: 0 };
}

function open(path: string): CaptureReader {
  const opened = openCapture(new DiskFile(path));
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened.reader;
}

function index(path: string): Result {
  const before = process.memoryUsage().arrayBuffers;
  const reader = open(path);
  while (reader.step());
  return { packets: reader.frames.length, index: process.memoryUsage().arrayBuffers - before };
}

/** Every column of every row as text, as the command line and the packet list make it. */
function list(path: string): Result {
  const started = performance.now();
  const reader = open(path);
  const analysis = new Analysis(reader, protocols, new KeyRing(protocols.flatMap((protocol) => protocol.keys)));
  let firstRows: number | undefined;
  let characters = 0;
  const line = (row: number): void => {
    const { frame, source, destination, protocol, message, info } = rowView(analysis, 'all', row);
    const time = reader.frames.hasTime(frame - 1) ? timeText(reader, frame - 1) : '';
    characters += `${frame}\t${time}\t${source}\t${destination}\t${protocol}\t${message}\t${info}\n`.length;
  };
  while (analysis.step(STEP_FRAMES)) {
    if (firstRows !== undefined) continue;
    const count = Math.min(FIRST_ROWS, analysis.rowCount('all'));
    for (let row = 0; row < count; row++) line(row);
    firstRows = (performance.now() - started) / 1000;
  }
  analysis.finish();
  const rows = analysis.rowCount('all');
  for (let row = 0; row < rows; row++) line(row);
  if (characters < rows) throw new Error('the rows have no text');
  return { packets: rows, ...(firstRows === undefined ? {} : { firstRows }) };
}

const jobs: Record<string, (path: string) => Result> = { read, index, list };
const [, , name = '', path = ''] = process.argv;
const job = jobs[name];
if (job === undefined) throw new Error(`no such job: ${name}`);
const before = process.resourceUsage().maxRSS * 1024;
const started = performance.now();
const result = job(path);
const seconds = (performance.now() - started) / 1000;
const figures: Figures = { ...result, seconds, before, peak: process.resourceUsage().maxRSS * 1024 };
console.log(JSON.stringify(figures));
