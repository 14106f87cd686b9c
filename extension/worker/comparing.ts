/** Two captures that one thread opens, decodes and compares; both stay open for what is unfolded later. */
import type { Analysis } from '../../dissector/analysis/index.ts';
import type { Limits } from '../../dissector/bytes/index.ts';
import { memoryFile } from '../../dissector/capture/index.ts';
import { captureSide, compareCaptures, diffSummary, readBaseline } from '../../dissector/diff/index.ts';
import { compileFilter, FieldCatalog, FilterRow } from '../../dissector/filter/index.ts';
import type { Protocol } from '../../dissector/protocol/index.ts';
import { CaptureKeys } from '../capture/keys.ts';
import { type OpenFile, openFile, Pass } from '../capture/open.ts';
import { reasonOf } from '../capture/reason.ts';
import type { ComparedBaseline, ComparedCapture, ComparedLine, ComparisonView, Unfolding } from '../wire/comparing.ts';
import { printable } from '../wire/printable.ts';
import { type ComparedEnd, ComparedLines } from './comparedlines.ts';
import { noticesOf } from './notices.ts';
import { openPath } from './place.ts';
import { Running } from './running.ts';
import { readSettings } from './settings.ts';
import { openTogether } from './together.ts';

export class Comparing {
  #lines: ComparedLines | undefined;

  /** Throws an Error with a sentence that names the side that cannot be read. */
  async compare(a: ComparedCapture | ComparedBaseline, b: ComparedCapture): Promise<ComparisonView> {
    const right = await decoded(b);
    const left = 'isBaseline' in a ? baselineOf(a, right) : await decoded(a);
    const of = 'filter' in left && left.filter !== undefined ? filtered(right, left.filter, a.name) : right;
    const comparison = compareCaptures(left.side, of.side, { limits: right.limits });
    this.#lines = new ComparedLines(left, of, comparison);
    const { differences, unlisted, messages } = comparison;
    return {
      ...{ summary: printable(diffSummary(comparison)), differences: differences.length, unlisted, messages },
      names: [a.name, b.name],
      notices: [...new Set([...left.notices(), ...right.notices()])],
      lines: this.#lines.folded(),
    };
  }

  unfold(unfolding: Unfolding): { readonly lines: readonly ComparedLine[] } {
    return { lines: this.#lines?.unfolded(unfolding) ?? [] };
  }
}

interface Decoded extends ComparedEnd {
  readonly analysis: Analysis;
  readonly protocols: readonly Protocol[];
  readonly limits: Limits;
  readonly notices: () => readonly string[];
}

interface ReadBaseline extends ComparedEnd {
  readonly filter: string | undefined;
  readonly notices: () => readonly string[];
}

/** Compared with a capture, whose limits hold. */
function baselineOf({ name, ...place }: ComparedBaseline, { protocols, limits }: Decoded): ReadBaseline {
  const side = readBaseline(wholeOf(place, limits.baselineSize), limits);
  if ('problem' in side) throw new Error(`${name}: ${side.problem}`);
  const ids = new Set(protocols.map(({ id }) => id));
  const unknown = side.protocolIds.filter((id) => !ids.has(id));
  const notices = (): readonly string[] =>
    unknown.length === 0 ? [] : [`${name}: no protocol here decodes its conversations of ${unknown.join(', ')}.`];
  return { side, filter: side.filter, notices };
}

/** One byte more than the limit at most: what is longer is refused. */
function wholeOf(place: Pick<ComparedBaseline, 'path' | 'bytes'>, most: number): Uint8Array {
  if (place.path === undefined) return place.bytes ?? new Uint8Array(0);
  const file = openPath(place.path);
  try {
    const bytes = new Uint8Array(Math.min(file.size(), most + 1));
    return bytes.subarray(0, file.read(0, bytes));
  } finally {
    file.close();
  }
}

/** The messages that the filter of a baseline chose there. */
function filtered(capture: Decoded, filter: string, baseline: string): Decoded {
  const { analysis, protocols } = capture;
  const compiled = compileFilter(filter, new FieldCatalog(protocols));
  if ('problem' in compiled) throw new Error(`${baseline}: the filter in line 1 cannot be used: ${compiled.problem.text}.`);
  const row = new FilterRow(analysis);
  const wanted = (n: number): boolean => compiled.filter.matches(row.at(analysis.message(n).frame, n));
  return { ...capture, side: captureSide(analysis, wanted) };
}

async function decoded(capture: ComparedCapture): Promise<Decoded> {
  const { name, settings, logs } = capture;
  const mistakes: string[] = [];
  const { protocols, options, problems } = await readSettings(settings, (mistake) => mistakes.push(mistake));
  const keys = new CaptureKeys(protocols, options.limits);
  const { problems: ofKeys } = keys.replace(logs);
  try {
    const { file, clocks } = await opened(capture, options.limits);
    const running = await read(new Pass(file, keys, protocols, options));
    const notices = (): readonly string[] => [
      ...problems,
      ...ofKeys,
      ...noticesOf(running, { fate: undefined, successor: undefined, mistakes, clocks }).map((text) => `${name}: ${text}`),
    ];
    const { analysis } = running.pass;
    return { side: captureSide(analysis), analysis, protocols, limits: options.limits, notices };
  } catch (error) {
    throw new Error(`${name}: ${reasonOf(error)}`, { cause: error });
  }
}

async function opened(
  { path, bytes, parts, align = false }: ComparedCapture,
  limits: Limits,
): Promise<{ readonly file: OpenFile; readonly clocks: readonly string[] }> {
  if (parts !== undefined) return openTogether(parts, align, limits);
  const file = path === undefined ? memoryFile(bytes ?? new Uint8Array(0)) : openPath(path);
  return { file: await openFile(file, limits), clocks: [] };
}

/** To its end, in slices: an order to stop is heard meanwhile. */
function read(pass: Pass): Promise<Running> {
  return new Promise((resolve) => {
    const running: Running = new Running(pass, () => {
      if (running.caughtUp) resolve(running);
    });
    running.read();
  });
}
