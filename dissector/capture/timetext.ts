import type { CaptureReader } from './reader.ts';

/** Time of a frame (0-based) in seconds since 1970 with nine decimals: as text, so that no nanosecond is lost. */
export function timeText({ frames }: CaptureReader, index: number): string {
  const seconds = frames.seconds(index);
  const nanos = frames.nanos(index);
  // Before 1970 the seconds are rounded down and the nanoseconds count up from there.
  if (seconds < 0 && nanos > 0) return `-${-(seconds + 1)}.${decimals(1e9 - nanos)}`;
  return `${seconds}.${decimals(nanos)}`;
}

function decimals(nanos: number): string {
  return String(nanos).padStart(9, '0');
}
