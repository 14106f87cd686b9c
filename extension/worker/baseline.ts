/** The baseline of one conversation of the capture. */
import { baselineBytes, captureSide } from '../../dissector/diff/index.ts';
import type { WorkerCalls } from '../wire/inspector.ts';
import type { Capture } from './capture.ts';

/** Throws an Error with a sentence where there is nothing to write, or too much. */
export function baselineOf(
  { analysis, limits }: Capture,
  { conversation }: WorkerCalls['baseline']['params'],
): WorkerCalls['baseline']['result'] {
  const side = captureSide(analysis, (n) => analysis.message(n).conversation.id === conversation);
  const made = baselineBytes(side, { isPart: true }, limits);
  if ('problem' in made) throw new Error(made.problem);
  return made;
}
