/** One input through all that opening a capture does. Throws when anything throws or a field's range is wrong. */

import { Analysis, type Show } from '../../dissector/analysis/index.ts';
import { type CaptureReader, memoryFile, openCapture, timeText } from '../../dissector/capture/index.ts';
import { FieldCatalog } from '../../dissector/filter/index.ts';
import { type Derivation, KeyRing, type Protocol } from '../../dissector/protocol/index.ts';
import { protocols } from '../../dissector/protocols/index.ts';
import { checkTree } from '../../extension/author/treeranges.ts';
import { treeView } from '../../extension/trees/treeview.ts';
import { rowView } from '../../extension/worker/rows.ts';

export interface Seen {
  readonly frames: number;
  readonly messages: number;
}

const SOME_ROWS = 12;
const catalogs = new WeakMap<readonly Protocol[], FieldCatalog>();
const shows: readonly Show[] = ['messages', 'withoutBareSegments', 'all'];

export function check(bytes: Uint8Array, keyLog: string, known: readonly Protocol[] = protocols): Seen {
  const opened = openCapture(memoryFile(bytes));
  if ('problem' in opened) {
    if (opened.problem.text === '') throw new Error('a capture that cannot be opened gives no reason');
    return { frames: 0, messages: 0 };
  }
  const { reader } = opened;
  const ring = new KeyRing(known.flatMap((protocol) => protocol.keys));
  // Half the keys come late, as when a person adds a key log.
  const half = keyLog.length >>> 1;
  const added = ring.add('keys', keyLog.slice(0, half));
  const analysis = new Analysis(reader, known, ring);
  while (analysis.step(64));
  analysis.finish();
  const before = analysis.messageCount;
  const rest = ring.add('keys', keyLog);
  for (const problem of [...added.problems, ...rest.problems])
    if (!/^keys:\d+: ./.test(problem)) throw new Error(`a key log's problem is told as: ${problem}`);
  analysis.rekey();
  if (analysis.messageCount < before && before > 0 && analysis.messageCount === 0) throw new Error('rekey lost every message');
  for (let n = 0; n < analysis.messageCount; n++) message(analysis, n);
  sessions(analysis);
  for (let index = 0; index < reader.frames.length; index++) {
    at(`frame ${index + 1}`, () => checkTree(analysis.frameTree(index)));
    timeText(reader, index);
    reader.comments(index);
  }
  for (const show of shows) rows(analysis, show, catalogOf(known));
  grown(bytes, reader);
  early(bytes, ring, analysis, known);
  return { frames: reader.frames.length, messages: analysis.messageCount };
}

/** A file that comes in two parts and is read in small steps has the same frames as the whole one. */
function grown(bytes: Uint8Array, whole: CaptureReader): void {
  const half = bytes.length >>> 1;
  const file = memoryFile(bytes.slice(0, half));
  const opened = openCapture(file);
  // Too short to say what it is.
  if ('problem' in opened) return;
  const { reader } = opened;
  while (reader.step(100));
  file.append(bytes.slice(half));
  while (reader.step(1000));
  const differ = reader.frames.length !== whole.frames.length || reader.problems.length !== whole.problems.length;
  if (differ || reader.position !== whole.position || reader.truncated !== whole.truncated || reader.stopped !== whole.stopped)
    throw new Error(
      `grown, it has ${reader.frames.length} frames to ${reader.position}; whole, ${whole.frames.length} to ${whole.position}`,
    );
}

/** Keys that were there from the start give what keys that came late do. */
function early(bytes: Uint8Array, ring: KeyRing, late: Analysis, known: readonly Protocol[]): void {
  const opened = openCapture(memoryFile(bytes));
  if ('problem' in opened) throw new Error(opened.problem.text);
  const analysis = new Analysis(opened.reader, known, ring);
  while (analysis.step(1000));
  analysis.finish();
  const told = (from: Analysis, n: number): string => {
    const { frames, protocol, name, state, findings } = from.message(n);
    return `${frames} ${protocol.id} ${name} ${state} ${findings.map(({ rule, text }) => rule + text)}`;
  };
  const count = analysis.messageCount;
  if (count !== late.messageCount)
    throw new Error(`${count} messages with keys from the start, ${late.messageCount} with late ones`);
  for (let n = 0; n < count; n++)
    if (told(analysis, n) !== told(late, n))
      throw new Error(`with keys from the start: ${told(analysis, n)}; late: ${told(late, n)}`);
}

function message(analysis: Analysis, n: number): void {
  at(`message ${n}`, () => {
    const info = analysis.message(n);
    const { tree, dissection } = analysis.dissect(n);
    checkTree(tree);
    if (typeof dissection.info !== 'string') throw new Error('it has no info');
    if (info.frames.some((frame) => frame < 1 || frame > analysis.reader.frames.length))
      throw new Error('a frame that is not there');
    if (info.conversation === undefined || info.name === undefined) throw new Error('it has no conversation or no name');
    if (info.state === 'malformed' && info.findings.length === 0) throw new Error(`a malformed ${info.name} says nothing of why`);
    JSON.stringify(dissection.fields);
    for (const one of analysis.compute(n)) computation(one);
  });
}

/** It cites its clause, and each of its values is known or says what would tell it. */
function computation({ formula, clause, inputs, results, check: verdict }: Derivation): void {
  if (formula === '' || clause === '') throw new Error(`a computation has no formula or no clause: ${formula}, ${clause}`);
  for (const { name, value, unknown } of [...inputs, ...results])
    if (name === '' || (value === undefined) === ((unknown ?? '') === '')) throw new Error(`${formula}: ${name} is not told`);
  if (verdict?.why === '') throw new Error(`${formula} has a verdict without a reason`);
}

/** Every message is one step of its session; a session is asked for once. */
function sessions(analysis: Analysis): void {
  const seen = new Set<number>();
  for (let n = 0; n < analysis.messageCount; n++) {
    if (seen.has(n)) continue;
    const steps = analysis.steps(n)?.steps ?? [];
    if (steps.length > 0 && !steps.some((step) => step.n === n)) throw new Error(`message ${n} is no step of its session`);
    for (const step of steps) {
      if (seen.has(step.n)) throw new Error(`message ${step.n} is a step of two sessions`);
      seen.add(step.n);
    }
  }
}

function catalogOf(known: readonly Protocol[]): FieldCatalog {
  const made = catalogs.get(known) ?? new FieldCatalog(known);
  catalogs.set(known, made);
  return made;
}

function rows(analysis: Analysis, show: Show, catalog: FieldCatalog): void {
  const count = analysis.rowCount(show);
  const step = Math.max(1, Math.floor(count / SOME_ROWS));
  for (let row = 0; row < count; row += step) {
    at(`row ${row} of ${show}`, () => {
      const { frame, n } = analysis.rowAt(show, row);
      if (frame < 1 || frame > analysis.reader.frames.length || n >= analysis.messageCount)
        throw new Error(`frame ${frame}, message ${n}`);
      if (analysis.rowOfFrame(show, frame) > row) throw new Error(`its frame ${frame} is said to start after it`);
      rowView(analysis, show, row);
      treeView(analysis, show, row, catalog);
    });
  }
}

/** Says where it was, and keeps the trace. */
function at(where: string, run: () => void): void {
  try {
    run();
  } catch (cause) {
    throw new Error(`${where}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
