import type { CaptureReader } from './capturereader.ts';

/** Time of a frame (0-based) in seconds since 1970 with nine decimals: as text, so that no nanosecond is lost. */
export function timeText({ frames }: CaptureReader, index: number): string {
  const seconds = frames.seconds(index);
  const nanos = frames.nanos(index);
  // Before 1970 the seconds are rounded down and the nanoseconds count up from there.
  if (seconds < 0 && nanos > 0) return `-${-(seconds + 1)}.${decimals(1e9 - nanos)}`;
  return `${seconds}.${decimals(nanos)}`;
}

/**
 * Seconds from frame `from` to frame `to` (0-based) as the lists show them: down to the whole microsecond, never rounded up.
 * Undefined where one of them has no time.
 */
export function elapsedText(reader: CaptureReader, from: number, to: number): string | undefined {
  const micros = elapsedMicros(reader, from, to);
  if (micros === undefined) return undefined;
  const rest = Math.abs(micros) % 1_000_000;
  return `${micros < 0 ? '-' : ''}${Math.floor(Math.abs(micros) / 1_000_000)}.${String(rest).padStart(6, '0')}`;
}

/** The same as a number: whole microseconds. */
export function elapsedMicros({ frames }: CaptureReader, from: number, to: number): number | undefined {
  if (!frames.hasTime(from) || !frames.hasTime(to)) return undefined;
  const nanos = frames.nanos(to) - frames.nanos(from);
  return (frames.seconds(to) - frames.seconds(from)) * 1_000_000 + Math.floor(nanos / 1000);
}

function decimals(nanos: number): string {
  return String(nanos).padStart(9, '0');
}
