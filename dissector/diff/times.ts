import type { SequenceMessage } from './sequence.ts';
import type { DiffSide } from './side.ts';

/** Seconds that are noise on any machine. */
const NOISE = 0.001;

/** A side, a message of it and the one that it is told from. */
type Step = readonly [DiffSide, SequenceMessage, SequenceMessage];

/** That the time from one message to the next differs by more than a part of the longer one; undefined where it does not, or is not known. */
export function differentTime(a: Step, b: Step, part: number): string | undefined {
  const [left, right] = [elapsed(a), elapsed(b)];
  if (left === undefined || right === undefined) return undefined;
  if (Math.abs(left - right) <= Math.max(NOISE, part * Math.max(left, right))) return undefined;
  const [, before, message] = a;
  return `B's ${message.name} comes ${shown(right)} after ${before.name}, not ${shown(left)}`;
}

function elapsed([side, from, to]: Step): number | undefined {
  return side.elapsed(from, to);
}

function shown(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1000).toFixed(1)} ms` : `${seconds.toFixed(3)} s`;
}
