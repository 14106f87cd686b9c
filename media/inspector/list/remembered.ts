/** What the page remembers while it is hidden or the window is reloaded. */
import type { Show, SortOrder } from '../../../extension/wire/inspector.ts';
import { shows } from '../../../extension/wire/views.ts';
import { NARROWEST, type Reference, type TimeFormat, timeFormats } from './columns.ts';
import type { OwnComments } from './comments.ts';

export interface Remembered {
  /** When it was so, in milliseconds since 1970: of two memories the younger one counts. */
  readonly at: number;
  /** Id of the view that stands above the fields; of none that there is for the first. */
  readonly view: string;
  readonly show: Show;
  readonly filter: string;
  /** Filters that were applied, the newest first. */
  readonly history: readonly string[];
  readonly row?: number;
  readonly frame?: number;
  /** Undefined for the order of the capture. */
  readonly sort?: SortOrder;
  /** Fields that stand as columns in the list. */
  readonly columns: readonly string[];
  /** Ids of columns in the order of the user's own; empty for the usual one. */
  readonly order: readonly string[];
  /** Widths of columns in pixels, by id, where the user gave one. */
  readonly widths: Readonly<Record<string, number>>;
  readonly time: TimeFormat;
  readonly reference?: Reference;
  /** Frames that are marked, ascending. */
  readonly marks: readonly number[];
  /** Comments of the user's own, by frame. */
  readonly comments: OwnComments;
  /** The graph over time is not folded away. */
  readonly graph: boolean;
  /** Endpoints stand below it, not conversations. */
  readonly endpoints: boolean;
  /** What bytes may mean is shown below them. */
  readonly inspecting: boolean;
  /** Ids of the views that have the whole height: fields and bytes are folded away below them. */
  readonly folded: readonly string[];
  /** Heights and widths of the first panes in percent. */
  readonly listHeight: number;
  readonly treeWidth: number;
  /** Where there is little room the fields stand above the bytes. */
  readonly treeHeight: number;
}

/** Reads what was stored, maybe by another version: whatever does not fit is as if it had not been stored. */
export function remembered(stored: unknown): Remembered {
  const values: Record<string, unknown> = typeof stored === 'object' && stored !== null ? { ...stored } : {};
  const whole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const percent = (value: unknown, otherwise: number): number =>
    typeof value === 'number' && value >= 5 && value <= 95 ? value : otherwise;
  return {
    at: whole(values.at) ? values.at : 0,
    view: typeof values.view === 'string' ? values.view : '',
    show: shows.find((show) => show === values.show) ?? 'withoutBareSegments',
    filter: typeof values.filter === 'string' ? values.filter : '',
    history: texts(values.history),
    ...(whole(values.row) && whole(values.frame) ? { row: values.row, frame: values.frame } : {}),
    ...(isOrder(values.sort) ? { sort: { by: values.sort.by, descending: values.sort.descending } } : {}),
    columns: texts(values.columns),
    order: texts(values.order),
    widths: widths(values.widths),
    time: timeFormats.find((format) => format === values.time) ?? 'start',
    ...(isReference(values.reference) ? { reference: values.reference } : {}),
    marks: Array.isArray(values.marks) ? values.marks.filter(whole) : [],
    comments: Array.isArray(values.comments) ? values.comments.filter(isComment) : [],
    graph: values.graph !== false,
    endpoints: values.endpoints === true,
    inspecting: values.inspecting === true,
    folded: Array.isArray(values.folded) ? texts(values.folded) : ['ladder', 'steps'],
    listHeight: percent(values.listHeight, 50),
    treeWidth: percent(values.treeWidth, 42),
    treeHeight: percent(values.treeHeight, 55),
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

function widths(value: unknown): Record<string, number> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter(([, width]) => typeof width === 'number' && width >= NARROWEST));
}

function isReference(value: unknown): value is Reference {
  if (typeof value !== 'object' || value === null) return false;
  const { frame, seconds, nanos } = value as Record<string, unknown>;
  return [frame, seconds, nanos].every(Number.isSafeInteger);
}

function isOrder(value: unknown): value is SortOrder {
  if (typeof value !== 'object' || value === null) return false;
  const { by, descending } = value as Record<string, unknown>;
  return typeof by === 'string' && typeof descending === 'boolean';
}

function isComment(value: unknown): value is readonly [number, string] {
  return Array.isArray(value) && value.length === 2 && Number.isSafeInteger(value[0]) && typeof value[1] === 'string';
}
