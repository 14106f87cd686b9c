/** What every tool works with. */
import type { Analysis, MessageInfo } from '../../dissector/analysis/index.ts';
import { compileFilter, type FieldCatalog, type Filter, FilterRow } from '../../dissector/filter/index.ts';
import type { NodeLimits } from '../../dissector/testnode/index.ts';
import { Refusal } from './answer.ts';
import type { Captures, Decoding, OpenedCapture, Wanted } from './captures.ts';
import { type Input, numberOf, textOf, textsOf } from './input.ts';
import { agentLimits } from './limits.ts';
import { quoted } from './quoting.ts';
import type { Roots } from './roots.ts';

export interface Tooling {
  readonly roots: Roots;
  readonly captures: Captures;
  readonly decoding: Decoding;
  readonly catalog: FieldCatalog;
  /** Names of fields that are secret by their declaration. */
  readonly secretFields: ReadonlySet<string>;
  /** Pins of open choices, and limits, for scripts that run. */
  readonly pins: Readonly<Record<string, unknown>>;
  readonly nodeLimits: NodeLimits;
}

/** The capture that an input names, ready to be asked. */
export function openedFor(input: Input, { captures }: Tooling, signal: AbortSignal | undefined): Promise<OpenedCapture> {
  return captures.open(wantedIn(input, 'capture', 'keys'), signal);
}

export function wantedIn(input: Input, capture: string, keys: string): Wanted {
  const [logs, rules] = [textsOf(input, keys), textsOf(input, 'decode_as')];
  return {
    capture: textOf(input, capture)!,
    ...(logs === undefined ? {} : { keys: logs }),
    ...(rules === undefined ? {} : { decode_as: rules }),
  };
}

/** Throws a Refusal with the place of what is wrong. */
export function filterIn(input: Input, { catalog }: Tooling): Filter | undefined {
  const text = textOf(input, 'filter')?.trim() ?? '';
  if (text === '') return undefined;
  const compiled = compileFilter(text, catalog);
  if ('filter' in compiled) return compiled.filter;
  const { text: told, start, end } = compiled.problem;
  throw new Refusal(
    `The filter cannot be used: ${quoted(told)}, at characters ${start} to ${end}: ${quoted(text.slice(start, end))}.`,
  );
}

/** Numbers of the messages from one on that a filter matches, and where it stopped looking. */
export class Matching {
  readonly #analysis: Analysis;
  readonly #filter: Filter | undefined;
  /** The first message that was not looked at. */
  next: number;
  readonly #end: number;

  constructor(analysis: Analysis, filter: Filter | undefined, from: number) {
    this.#analysis = analysis;
    this.#filter = filter;
    this.next = Math.min(from, analysis.messageCount);
    this.#end = Math.min(analysis.messageCount, from + agentLimits.scannedMessages);
  }

  /** It looked at as many as one call may, and there are more. */
  get isCut(): boolean {
    return this.next >= this.#end && this.#end < this.#analysis.messageCount;
  }

  *[Symbol.iterator](): Generator<number> {
    const row = new FilterRow(this.#analysis);
    while (this.next < this.#end) {
      const n = this.next++;
      if (this.#filter === undefined || this.#filter.matches(row.at(this.#analysis.message(n).frame, n))) yield n;
    }
  }
}

/** The messages that `n` or `frame` of an input names: those that a frame completes, or is a part of. Throws a Refusal. */
export function messagesIn(input: Input, analysis: Analysis): number[] {
  const [n, frame] = [numberOf(input, 'n'), numberOf(input, 'frame')];
  if ((n === undefined) === (frame === undefined)) throw new Refusal('Give n, the number of a message, or frame.');
  const { messageCount, reader } = analysis;
  if (n !== undefined) {
    if (n < messageCount) return [n];
    throw new Refusal(`There is no message ${n}: the capture has ${messageCount}, numbered from 0.`);
  }
  if (frame! > reader.frames.length) throw new Refusal(`There is no frame ${frame}: the capture has ${reader.frames.length}.`);
  const found: number[] = [];
  for (let row = analysis.rowOfFrame('all', frame!); row < analysis.rowCount('all'); row++) {
    const at = analysis.rowAt('all', row);
    if (at.frame !== frame) break;
    if (at.n >= 0) found.push(at.n);
  }
  const carried = found.length > 0 ? undefined : analysis.carriedBy(frame!);
  return carried === undefined ? found : [carried.n];
}

/** From whom to whom. */
export function endsOf({ conversation: { endpoints }, direction }: MessageInfo): { readonly src: string; readonly dst: string } {
  return { src: endpoints[direction], dst: endpoints[direction === 0 ? 1 : 0] };
}
