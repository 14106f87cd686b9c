/** The columns of the packet list: seven of its own, and any field that the user asks for, between Message and Info. */
import type { Row } from '../../../extension/wire/inspector.ts';
import { absolute, type Instant, seconds, sinceStart } from '../../base/texts.ts';

export interface Column {
  /** A name of its own, or the field that it shows. */
  readonly id: string;
  readonly title: string;
  /** A CSS track size, until the user gives it a width. */
  readonly width: string;
  readonly isNumber?: true;
  /** Place among the fields that were asked for. */
  readonly own?: number;
}

export const timeFormats = ['start', 'previous', 'reference', 'absolute'] as const;
export type TimeFormat = (typeof timeFormats)[number];

/** A frame that times are counted from. */
export interface Reference extends Instant {
  readonly frame: number;
}

export const NARROWEST = 30;

const before: readonly Column[] = [
  { id: 'frame', title: 'Frame', width: 'calc(4ch + 18px)', isNumber: true },
  { id: 'time', title: 'Time', width: 'minmax(9ch, 13ch)', isNumber: true },
  { id: 'source', title: 'Source', width: '92px' },
  { id: 'destination', title: 'Destination', width: '92px' },
  { id: 'protocol', title: 'Protocol', width: '70px' },
  { id: 'message', title: 'Message', width: '80px' },
];
/** In the place of source and destination where there is little room. */
const ports: Column = { id: 'ports', title: 'Ports', width: '80px' };
/** What is left after the others is for it. */
const info: Column = { id: 'info', title: 'Info', width: 'minmax(120px, 1fr)' };

/** Narrower than this, a list has one column for both ends. */
export const NARROW = 760;

/** `order`: ids in the order of the user's own; columns that it does not name keep their places behind those before them. */
export function columnsOf(fields: readonly string[], isNarrow = false, order: readonly string[] = []): Column[] {
  const own = fields.map((id, index): Column => ({ id, title: id.split('.').at(-1)!, width: 'minmax(60px, 12ch)', own: index }));
  const first = isNarrow
    ? before.flatMap((column) => (column.id === 'source' ? [ports] : column.id === 'destination' ? [] : [column]))
    : before;
  return ordered([...first, ...own, info], order);
}

function ordered(columns: readonly Column[], order: readonly string[]): Column[] {
  // The column of both ends stands where that of the source would.
  const placeOf = ({ id }: Column): number => order.indexOf(id === 'ports' && !order.includes('ports') ? 'source' : id);
  let before = -1;
  const places = columns.map((column) => {
    const place = placeOf(column);
    if (place >= 0) before = place;
    return place >= 0 ? place : before + 0.5;
  });
  return columns
    .map((column, at) => ({ column, at }))
    .sort((a, b) => places[a.at]! - places[b.at]! || a.at - b.at)
    .map(({ column }) => column);
}

/** The tracks of the grid: widths that the user gave, and those that hold what is in view, are in pixels. */
export function tracks(
  columns: readonly Column[],
  time: TimeFormat,
  widths: Readonly<Record<string, number>>,
  fitted: Readonly<Record<string, number>> = {},
): string {
  const track = ({ id, width }: Column): string => {
    if (Object.hasOwn(widths, id)) return `${widths[id]}px`;
    if (Object.hasOwn(fitted, id)) return `max(${fitted[id]}px, ${width})`;
    return id === 'time' && time === 'absolute' ? '31ch' : width;
  };
  return columns.map(track).join(' ');
}

const titles: Readonly<Record<TimeFormat, string>> = {
  start: 'Time',
  previous: 'Δ previous',
  reference: 'Since reference',
  absolute: 'Time (UTC)',
};

export function titleOf({ id, title }: Column, time: TimeFormat): string {
  return id === 'time' ? titles[time] : title;
}

/** What stands in the column of times. */
export function timeText(row: Row, format: TimeFormat, start: Instant | undefined, reference: Reference | undefined): string {
  switch (format) {
    case 'absolute':
      return absolute(row);
    case 'previous':
      return row.gap === undefined ? '' : seconds(row.gap);
    case 'reference':
      if (reference !== undefined) return row.frame === reference.frame ? '*REF*' : sinceStart(row, reference);
  }
  return start === undefined ? '' : sinceStart(row, start);
}
