/** Where a frame stands in the list that is shown. */
import type { Row } from '../../../extension/wire/inspector.ts';
import type { Call } from '../page/host.ts';
import type { PacketList } from './list.ts';

/** What is looked for: a frame, the row that it had, the message of it that is meant. */
export interface Target {
  readonly frame: number;
  readonly row?: number;
  readonly n?: number;
  /** A person asked for this frame: it is listed even where the list leaves out its kind. */
  readonly isAsked?: true;
}

/** The row of a frame (`row`, if that still holds it), or what comes next where the list leaves it out, or the end. */
export async function findRow(call: Call, { show, narrowed }: PacketList, { frame, row, n }: Target): Promise<Row | undefined> {
  const view = { show, ...narrowed };
  if (row !== undefined) {
    const before = (await call('rows', { start: row, count: 1, ...view })).rows[0];
    if (before?.frame === frame && (n === undefined || before.n === n)) return before;
  }
  const located = await call('locate', { frame, ...(n === undefined ? {} : { n }), ...view });
  const { rows, total } = await call('rows', { start: Math.max(0, located.row), count: 1, ...view });
  if (rows[0] !== undefined || total === 0) return rows[0];
  return (await call('rows', { start: total - 1, count: 1, ...view })).rows[0];
}
