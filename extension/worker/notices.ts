/** What is to be said about a capture as a whole, a sentence each. */
import { type Analysis, coverageNotices } from '../../dissector/analysis/index.ts';
import { isCutShort, notices } from '../capture/open.ts';
import type { Running } from './running.ts';

export interface Around {
  /** What became of the file since it was opened. */
  readonly fate: string | undefined;
  /** Takes the place of what is shown, because keys came. Growth alone is no news: it is there in a moment. */
  readonly successor: Running | undefined;
  /** What protocols of the user's own turned out to do wrong. */
  readonly mistakes: readonly string[];
  /** Of merged captures: how their clocks differ. */
  readonly clocks: readonly string[];
}

/** The last record of a capture that is still being read, or written, is no news. */
export function noticesOf(
  { pass: { analysis, file, keys, done }, stopped }: Running,
  { fate, successor, mistakes, clocks }: Around,
): string[] {
  const own = done || stopped !== undefined || !isCutShort(file) ? notices(file) : [];
  return [
    ...(fate === undefined ? [] : [fate]),
    ...(successor === undefined ? [] : [rekeying(successor)]),
    ...own,
    ...clocks,
    ...(done ? uncovered(analysis) : []),
    ...analysis.passedLimits,
    ...keys.problems,
    ...mistakes,
    ...(stopped === undefined ? [] : [`Reading stopped: ${stopped}`]),
  ];
}

const told = new WeakMap<Analysis, { readonly generation: number; readonly sentences: readonly string[] }>();

/** What of a capture was not understood: worked out once, as it takes a look at every conversation. */
function uncovered(analysis: Analysis): readonly string[] {
  const known = told.get(analysis);
  if (known?.generation === analysis.generation) return known.sentences;
  // Beside messages that are decoded, other traffic is no news.
  const sentences = coverageNotices(analysis, analysis.messageCount === 0 ? 'try the command Decode As…' : undefined);
  told.set(analysis, { generation: analysis.generation, sentences });
  return sentences;
}

function rekeying({ pass: { analysis, file } }: Running): string {
  const percent = Math.floor((analysis.observed / Math.max(1, file.reader.frames.length)) * 100);
  return `Messages are decoded again with the keys that are there now: ${percent} %.`;
}
