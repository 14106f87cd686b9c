/** A log of Zeek on standard output: there it is one, of one protocol. */
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { TableRows, zeekEnd, zeekHead } from '../../../dissector/tables/index.ts';
import { exitStatus, UsageError } from '../errors.ts';
import type { Printed } from '../printing/printed.ts';
import { zeekCapture } from '../printing/rowmakers.ts';
import type { Task } from '../task.ts';

/** Throws a UsageError for messages of several protocols. */
export async function printZeek({ out, command }: Task, analysis: Analysis, printed: Printed): Promise<number> {
  const found = new Uint8Array(analysis.messageCount);
  const ids = new Set<string>();
  let at = 0;
  for await (const { bytes, counted } of printed.of({ kind: 'find' }, false)) {
    found.set(bytes, at);
    at += bytes.length;
    for (const id of counted.messages.keys()) ids.add(id);
  }
  if (ids.size > 1)
    throw new UsageError(
      `${command.capture} has messages of ${[...ids].join(', ')}, and a log of Zeek is of one protocol: give --output FOLDER, or --filter 'protocol == "${[...ids][0]}"'.`,
      false,
    );
  const [first, last] = [found.indexOf(1), found.lastIndexOf(1)];
  if (first < 0) return exitStatus.read;
  const rows = new TableRows(analysis, zeekCapture(command));
  const { protocol, columns, time } = rows.row(first);
  for (const line of zeekHead(protocol.id, [...columns.common, ...columns.fields], time)) await out.escaped(line);
  await printed.print({ kind: 'zeek', found });
  await out.escaped(zeekEnd(rows.row(last).time));
  return exitStatus.read;
}
