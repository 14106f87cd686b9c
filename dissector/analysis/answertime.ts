import type { Field } from '../bytes/index.ts';
import type { CaptureReader } from '../capture/index.ts';

/** Seconds between the message that this one answers and this one, in the 1-based `frame`; undefined where it answers none. */
export function answerTime({ frames }: CaptureReader, frame: number, layer: Field | undefined): number | undefined {
  const asked = layer?.children?.find(({ name, generated }) => generated === true && name === 'answers')?.value;
  const seconds = typeof asked === 'number' ? frames.elapsed(asked - 1, frame - 1) : Number.NaN;
  return Number.isNaN(seconds) ? undefined : seconds;
}
