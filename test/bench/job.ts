/** One job over one file in a process of its own, so that the peak of memory is the job's: `job.ts NAME FILE [FILTER]…`. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { readDecodeOptions } from '../../dissector/analysis/decodeoptions.ts';
import { Analysis } from '../../dissector/analysis/index.ts';
import { type CaptureReader, openCapture, timeText } from '../../dissector/capture/index.ts';
import { useEngine } from '../../dissector/crypto/index.ts';
import { compileFilter, FieldCatalog, type Filter, FilterRow } from '../../dissector/filter/index.ts';
import { KeyRing } from '../../dissector/protocol/index.ts';
import { protocols } from '../../dissector/protocols/index.ts';
import { CaptureStepper, stackAt } from '../../dissector/stepping/index.ts';
import { DiskFile } from '../../extension/capture/disk.ts';
import { platformEngine } from '../../extension/capture/engine.ts';
import { rowView } from '../../extension/worker/rows.ts';
import { DECODE_AS } from './capture.ts';

export interface Figures {
  readonly seconds: number;
  /** Seconds of processor time, of all threads together. */
  readonly processor?: number;
  /** Rows that there are, or that a filter leaves. */
  readonly packets: number;
  /** Most memory that was resident, in bytes. */
  readonly peak: number;
  /** The same before the job began: what Node and the modules take. */
  readonly before: number;
  /** Seconds until 100 rows could be shown. */
  readonly firstRows?: number;
  /** What the index holds in typed arrays, in bytes. */
  readonly index?: number;
  /** Seconds of each further filter, the capture open. */
  readonly again?: readonly number[];
}

type Result = Omit<Figures, 'seconds' | 'processor' | 'peak' | 'before'>;

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

function reader(path: string): CaptureReader {
  const opened = openCapture(new DiskFile(path));
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened.reader;
}

function index(path: string): Result {
  const before = process.memoryUsage().arrayBuffers;
  const capture = reader(path);
  while (capture.step());
  return { packets: capture.frames.length, index: process.memoryUsage().arrayBuffers - before };
}

function analysis(path: string, keyLog = ''): Analysis {
  const ring = new KeyRing(protocols.flatMap((protocol) => protocol.keys));
  if (keyLog !== '') ring.add(keyLog, readFileSync(keyLog, 'utf8'));
  return new Analysis(reader(path), protocols, ring, readDecodeOptions({ decodeAs: DECODE_AS }, protocols));
}

/** A list that can be scrolled: every message is known, and its text is made when it is asked for. */
function open(path: string): Result {
  const started = performance.now();
  const capture = analysis(path);
  let firstRows: number | undefined;
  while (capture.step(STEP_FRAMES)) {
    if (firstRows !== undefined) continue;
    const count = Math.min(FIRST_ROWS, capture.rowCount('all'));
    for (let row = 0; row < count; row++) lineOf(capture, row);
    firstRows = (performance.now() - started) / 1000;
  }
  capture.finish();
  return { packets: capture.rowCount('all'), ...(firstRows === undefined ? {} : { firstRows }) };
}

/** The same with the key log that lies beside. */
function decrypt(path: string): Result {
  useEngine(platformEngine());
  const capture = analysis(path, `${path}.keys`);
  while (capture.step(STEP_FRAMES));
  capture.finish();
  const { encrypted } = capture.counts;
  // A golden capture may hold a message for somebody whose key nobody has.
  if (encrypted * 100 > capture.messageCount) throw new Error(`${encrypted} of ${capture.messageCount} messages stay encrypted`);
  return { packets: capture.messageCount };
}

function lineOf(capture: Analysis, row: number): string {
  const { frame, source, destination, protocol, message, info } = rowView(capture, 'all', row);
  const time = capture.reader.frames.hasTime(frame - 1) ? timeText(capture.reader, frame - 1) : '';
  return `${frame}\t${time}\t${source}\t${destination}\t${protocol}\t${message}\t${info}\n`;
}

/** The first filter with all that comes before it; the others on the open capture. */
function filter(path: string, first: string, ...others: readonly string[]): Result {
  const capture = analysis(path);
  while (capture.step(STEP_FRAMES));
  capture.finish();
  const catalog = new FieldCatalog(protocols);
  const packets = count(capture, compiled(first, catalog));
  const again = others.map((text) => {
    const started = performance.now();
    count(capture, compiled(text, catalog));
    return (performance.now() - started) / 1000;
  });
  return { packets, again };
}

function compiled(text: string, catalog: FieldCatalog): Filter {
  const made = compileFilter(text, catalog);
  if ('problem' in made) throw new Error(made.problem.text);
  return made.filter;
}

function count(capture: Analysis, wanted: Filter): number {
  const row = new FilterRow(capture);
  const rows = capture.rowCount('all');
  let found = 0;
  for (let at = 0; at < rows; at++) {
    const { frame, n } = capture.rowAt('all', at);
    if (wanted.matches(row.at(frame, n))) found++;
  }
  return found;
}

/**
 * A debug session: opened, run to a function breakpoint that nothing meets, then a step near the end with all that a client asks for at
 * it, one after the other in `again`.
 */
function debug(path: string, text: string): Result {
  const capture = analysis(path);
  while (capture.step(STEP_FRAMES));
  capture.finish();
  const stepper = finished(CaptureStepper.open(capture));
  if ('problem' in stepper) throw new Error(stepper.problem);
  stepper.breakpoints.setFunctions([{ filter: text }]);
  const timed = (act: () => unknown): number => {
    const started = performance.now();
    act();
    return (performance.now() - started) / 1000;
  };
  const { all } = stepper.timeline;
  const run = timed(() => finished(stepper.run()));
  stepper.goTo(all[all.length - 500]!);
  const step = timed(() => {
    const { n } = finished(stepper.stepOver(stepper.conversation)).position;
    for (const level of stackAt(stepper, stepper.position, false)) for (const scope of level.scopes()) scope.variables();
    stepper.transcripts.place(n);
  });
  return { packets: capture.messageCount, again: [run, step] };
}

function finished<T>(movement: Generator<void, T>): T {
  for (;;) {
    const { done, value } = movement.next();
    if (done) return value;
  }
}

const jobs: Record<string, (path: string, ...filters: string[]) => Result> = { read, index, open, decrypt, filter, debug };
const [, , name = '', path = '', ...filters] = process.argv;
const job = jobs[name];
if (job === undefined) throw new Error(`no such job: ${name}`);
const before = process.resourceUsage().maxRSS * 1024;
const started = performance.now();
const result = job(path, ...filters);
const seconds = (performance.now() - started) / 1000;
const figures: Figures = { ...result, seconds, before, peak: process.resourceUsage().maxRSS * 1024 };
console.log(JSON.stringify(figures));
