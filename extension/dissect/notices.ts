/** What is to be said about a capture as a whole, a sentence each. */
import { isCutShort, notices } from '../capture/open.ts';
import type { Running } from './running.ts';

export interface Around {
  /** What became of the file since it was opened. */
  readonly fate: string | undefined;
  /** Takes the place of what is shown, because keys came. Growth alone is no news: it is there in a moment. */
  readonly successor: Running | undefined;
}

/** The last record of a capture that is still being read, or written, is no news. */
export function noticesOf({ pass: { analysis, file, keys, done }, stopped }: Running, { fate, successor }: Around): string[] {
  const own = done || stopped !== undefined || !isCutShort(file) ? notices(file) : [];
  return [
    ...(fate === undefined ? [] : [fate]),
    ...(successor === undefined ? [] : [rekeying(successor)]),
    ...own,
    ...analysis.passedLimits,
    ...keys.problems,
    ...(stopped === undefined ? [] : [`Reading stopped: ${stopped}`]),
  ];
}

function rekeying({ pass: { analysis, file } }: Running): string {
  const percent = Math.floor((analysis.observed / Math.max(1, file.reader.frames.length)) * 100);
  return `Messages are decoded again with the keys that are there now: ${percent} %.`;
}
