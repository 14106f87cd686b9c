import { analyse, captureNotices, matching, readStatus } from '../capture.ts';
import { decodingNotices } from '../decodingnotices.ts';
import { exitStatus } from '../errors.ts';
import type { Notice } from '../located.ts';
import { report } from '../report.ts';
import type { Task } from '../task.ts';

/**
 * The findings in the format that was asked for; exit status 1 when one is an error, or when there is no message although
 * there must be one.
 */
export async function check(task: Task): Promise<number> {
  const { command, out, tell } = task;
  const { analysis } = await analyse(task);
  const { line, notice, end } = report(task, analysis);
  let errors = 0;
  let checked = 0;
  for (const n of matching(analysis, task, true)) {
    const { frame, findings } = analysis.message(n);
    checked++;
    for (const finding of findings) {
      if (finding.severity === 'error') errors++;
      const text = line({ file: fileOf(task, frame), n, frame, ...finding });
      if (text !== undefined) await out.line(text);
    }
  }
  const untold = unseen(task, decodingNotices(analysis), checked);
  for (const { text } of untold) tell(text);
  for (const each of [...ofCapture(task), ...untold]) {
    const text = notice?.(each);
    if (text !== undefined) await out.line(text);
  }
  for (const text of end?.() ?? []) await out.text(text);
  return errors > 0 || (command.requireMessages && checked === 0) ? exitStatus.findings : exitStatus.read;
}

/** The path of the capture that a frame (1-based) stands in. */
function fileOf({ command: { captures, capture }, file: { reader, parts } }: Task, frame: number): string {
  const origin = reader.origin?.(frame - 1);
  const at = parts?.findIndex(({ name }) => name === origin?.file) ?? -1;
  return captures[at] ?? capture;
}

/** What was told while the capture was read. */
function ofCapture(task: Task): Notice[] {
  const level = readStatus(task) === exitStatus.read ? 'note' : 'warning';
  return captureNotices(task).map((text) => ({ level, text }));
}

/** What nothing was found in: of weight where nothing was checked at all. */
function unseen({ command }: Task, sentences: readonly string[], checked: number): Notice[] {
  const level = checked === 0 ? 'warning' : 'note';
  const notices: Notice[] = sentences.map((text) => ({ level, text }));
  if (checked > 0) return notices;
  const which = command.filter === undefined ? 'There is no message' : 'There is no message that matches the filter';
  return [...notices, { level: command.requireMessages ? 'error' : level, text: `${which}: nothing was checked.` }];
}
