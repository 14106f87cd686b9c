import { analyse } from './capture.ts';
import { exitStatus } from './errors.ts';
import type { Task } from './task.ts';
import { printable } from './text.ts';

/** A line a finding: `file:frame severity rule text`. */
export async function check({ command, file, keys, out, tell }: Task): Promise<number> {
  const { analysis } = analyse(file, keys, tell);
  let errors = 0;
  for (let n = 0; n < analysis.messageCount; n++) {
    const { frame, findings } = analysis.message(n);
    for (const finding of findings) {
      const { rule, severity, text } = finding;
      if (severity === 'error') errors++;
      const line = command.json
        ? JSON.stringify({ file: command.capture, frame, ...finding })
        : `${command.capture}:${frame} ${severity} ${rule} ${printable(text)}`;
      await out.line(line);
    }
  }
  return errors > 0 ? exitStatus.findings : exitStatus.read;
}
