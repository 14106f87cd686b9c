/** A log of Zeek on standard output: there it is one, of one protocol. */
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { type Column, type TableRow, TableRows, zeekEnd, zeekHead, zeekLine } from '../../../dissector/tables/index.ts';
import { matching } from '../capture.ts';
import { exitStatus, UsageError } from '../errors.ts';
import type { Task } from '../task.ts';

/** Throws a UsageError for messages of several protocols. */
export async function printZeek(task: Task, analysis: Analysis): Promise<number> {
  const { out, command } = task;
  const found = new Set<string>();
  for (const n of matching(analysis, task, false)) found.add(analysis.message(n).protocol.id);
  if (found.size > 1)
    throw new UsageError(
      `${command.capture} has messages of ${[...found].join(', ')}, and a log of Zeek is of one protocol: give --output FOLDER, or --filter 'protocol == "${[...found][0]}"'.`,
      false,
    );
  const rows = new TableRows(analysis, command.capture === '-' ? 'standard input' : command.capture);
  let last: TableRow | undefined;
  for (const n of matching(analysis, task, true)) {
    if (out.closed) break;
    const row = rows.row(n);
    const columns: readonly Column[] = [...row.columns.common, ...row.columns.fields];
    if (last === undefined) for (const line of zeekHead(row.protocol.id, columns, row.time)) await out.escaped(line);
    last = row;
    const flushed = out.escaped(zeekLine(row.cells.map((cell, at) => ({ cell, type: columns[at]!.type }))));
    if (flushed !== undefined) await flushed;
  }
  if (last !== undefined) await out.escaped(zeekEnd(last.time));
  return exitStatus.read;
}
