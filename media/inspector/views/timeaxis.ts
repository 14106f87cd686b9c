/** The axis of the graph over time: where its marks stand and how times are written. */
import type { TimeBucketsView } from '../../../extension/worker/timebuckets.ts';
import type { Instant } from '../../base/texts.ts';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** Units, the largest first: the first one of which a step is made counts, or that is needed to write the times briefly. */
const units = [
  { seconds: DAY, name: 'd', until: Number.POSITIVE_INFINITY },
  { seconds: HOUR, name: 'h', until: Number.POSITIVE_INFINITY },
  { seconds: MINUTE, name: 'min', until: Number.POSITIVE_INFINITY },
  { seconds: 1, name: 's', until: 1 },
  { seconds: 1e-3, name: 'ms', until: 1e-3 },
  { seconds: 1e-6, name: 'µs', until: 0 },
] as const;

/** Distances that divide a minute, an hour and a day, ascending. */
const clock = [1, MINUTE].flatMap((unit) => [1, 2, 5, 10, 20, 30].map((step) => step * unit));
const hours = [1, 2, 3, 6, 12].map((step) => step * HOUR);

export interface Mark {
  /** Seconds since the first frame. */
  readonly at: number;
  readonly text: string;
}

/** Marks at round times from `from` to `to`, `most` at most; a round time before `from` has none. */
export function marks(from: number, to: number, most: number): Mark[] {
  if (!(to > from) || most < 1) return [];
  const step = distance((to - from) / most);
  const farthest = Math.max(Math.abs(from), Math.abs(to));
  const unit = units.find(({ seconds, until }) => step >= seconds * 0.999 || farthest > until) ?? units.at(-1)!;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  const text = (at: number): string => (at === 0 ? '0' : `${Number((at / unit.seconds).toPrecision(12))} ${unit.name}`);
  return Array.from({ length: last - first + 1 }, (_, i) => ({ at: (first + i) * step, text: text((first + i) * step) }));
}

/** The smallest round distance that is no less than `least` seconds. */
function distance(least: number): number {
  if (least <= 0.5) return decimal(least);
  return [...clock, ...hours].find((step) => step >= least) ?? decimal(least / DAY) * DAY;
}

/** 1, 2 or 5 times a power of ten. */
function decimal(least: number): number {
  const power = Number(`1e${Math.floor(Math.log10(least))}`);
  return power * ([1, 2, 5, 10].find((step) => step * power >= least * 0.999999) ?? 10);
}

/** Where bucket `index` begins, in seconds as decimals: exactly the edge that was counted with. */
export function edgeText({ first, per, exponent }: TimeBucketsView, index: number): string {
  const number = (first + index) * per;
  const power = Number(`1e${Math.abs(exponent)}`);
  if (exponent >= 0) return String(number * power);
  return (number / power).toFixed(-exponent).replace(/\.?0+$/, '');
}

/** How long a bucket is: "20 ms". */
export function widthText({ per, exponent }: TimeBucketsView): string {
  const [power, unit] = exponent >= 0 ? [exponent, 's'] : exponent >= -3 ? [exponent + 3, 'ms'] : [exponent + 6, 'µs'];
  return `${per * Number(`1e${power}`)} ${unit}`;
}

/** The time of day so many seconds after the first frame, in UTC; empty where no calendar reaches. */
export function timeOfDay(start: Instant, after: number): string {
  const date = new Date((start.seconds + start.nanos / 1e9 + after) * 1000);
  return Number.isNaN(date.getTime()) ? '' : `${date.toISOString().slice(11, 23)} UTC`;
}

/** Bytes, roughly. */
export function sizeText(bytes: number): string {
  const [power, name] = bytes < 1e3 ? [1, 'B'] : bytes < 1e6 ? [1e3, 'kB'] : bytes < 1e9 ? [1e6, 'MB'] : [1e9, 'GB'];
  return `${Number((bytes / power).toPrecision(3))} ${name}`;
}
