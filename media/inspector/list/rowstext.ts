/**
 * Rows of the list as text: the columns as they are shown, a tab between two, a line a row. What is copied is pasted into terminals: words of
 * peers have no line feed and no escape sequence in it.
 */
import type { Row } from '../../../extension/wire/inspector.ts';
import { printable } from '../../../extension/wire/printable.ts';
import type { Call } from '../page/host.ts';
import { type Column, columnsOf, timeText, titleOf } from './columns.ts';
import type { PacketList } from './list.ts';
import type { RowRange } from './picked.ts';
import type { Remembered } from './remembered.ts';

const MOST = 10_000;
/** Rows of one question. */
const STEP = 500;

/** `left` of the rows are not in the text. Several rows have a line of titles above them. */
export async function rowsText(
  call: Call,
  list: PacketList,
  arranged: Remembered,
  ranges: readonly RowRange[],
): Promise<{ text: string; left: number }> {
  const columns = columnsOf(list.columns, false, arranged.order);
  const asked = list.columns.length === 0 ? {} : { columns: list.columns };
  const lines: string[] = [];
  let left = 0;
  for (const [start, end] of ranges)
    for (let at = start; at < end; at += STEP) {
      const count = Math.min(STEP, end - at, MOST - lines.length);
      if (count <= 0) {
        left += end - at;
        break;
      }
      const { rows } = await call('rows', { start: at, count, show: list.show, ...list.narrowed, ...asked });
      lines.push(...rows.map((row) => columns.map((column) => printable(cellText(row, column, list, arranged))).join('\t')));
      left += Math.min(STEP, end - at) - count;
    }
  const heads = columns.map((column) => titleOf(column, arranged.time)).join('\t');
  return { text: lines.length === 1 ? lines[0]! : `${[heads, ...lines].join('\n')}\n`, left };
}

/** What a cell says, in words alone. */
function cellText(row: Row, { id, own }: Column, list: PacketList, arranged: Remembered): string {
  if (own !== undefined) return row.cells?.[own] ?? '';
  switch (id) {
    case 'frame':
      return String(row.frame);
    case 'time':
      return timeText(row, arranged.time, list.start, arranged.reference);
    case 'source':
      return row.source;
    case 'destination':
      return row.destination;
    case 'protocol':
      return row.protocol;
    case 'message':
      return row.message;
    default:
      return row.info;
  }
}
