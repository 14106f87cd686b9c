import { analyse, matching } from './capture.ts';
import { exitStatus } from './errors.ts';
import { report } from './report.ts';
import type { Task } from './task.ts';

/** The findings in the format that was asked for; exit status 1 when one is an error. */
export async function check(task: Task): Promise<number> {
  const { command, out } = task;
  const { analysis } = analyse(task);
  const { line, end } = report(task);
  let errors = 0;
  for (const n of matching(analysis, task)) {
    const { frame, findings } = analysis.message(n);
    for (const finding of findings) {
      if (finding.severity === 'error') errors++;
      const text = line({ file: command.capture, frame, ...finding });
      if (text !== undefined) await out.line(text);
    }
  }
  for (const text of end?.() ?? []) await out.line(text);
  return errors > 0 ? exitStatus.findings : exitStatus.read;
}
