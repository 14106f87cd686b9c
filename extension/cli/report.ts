/** The formats of `check`. */
import type { Analysis } from '../../dissector/analysis/index.ts';
import type { Finding, Severity } from '../../dissector/protocol/index.ts';
import type { Format } from './arguments.ts';
import type { Located, Notice } from './located.ts';
import { SarifLog } from './sarif.ts';
import type { Task } from './task.ts';
import { printable } from './text.ts';

export interface Report {
  /** The line of a finding, unless all come at the end. */
  line(finding: Located): string | undefined;
  /** Where the format has a place for them beside standard error. */
  notice?(notice: Notice): string | undefined;
  end?(): string[];
}

const reports: Readonly<Record<Format, (task: Task, analysis: Analysis) => Report>> = {
  text: () => ({
    line: (finding) =>
      `${finding.file}:${finding.frame} ${finding.severity} ${finding.rule} message ${finding.n}: ${said(finding)}`,
  }),
  json: () => ({
    line: ({ file, n, frame, ...finding }) => JSON.stringify({ file, n, frame, ...finding }),
  }),
  github: ({ command }) => ({
    line: ({ file, n, frame, severity, rule, ...finding }) =>
      annotation(severity, file, rule, `frame ${frame}, message ${n}: ${said(finding)}`),
    // What was not understood beside what was is no matter for an annotation.
    notice: ({ level, text }) => (level === 'note' ? undefined : annotation(level, command.capture, 'capture', printable(text))),
  }),
  sarif: (task, analysis) => {
    const log = new SarifLog(task, analysis);
    return {
      line: (finding) => log.add(finding),
      notice: (notice) => log.notify(notice),
      end: () => [log.text()],
    };
  },
};

export function report(task: Task, analysis: Analysis): Report {
  return reports[task.command.format](task, analysis);
}

/** What is wrong, and the clause that says so. */
function said({ text, clause }: Pick<Finding, 'text' | 'clause'>): string {
  return `${printable(text)}${clause === '' ? '' : ` (${clause})`}`;
}

const annotations: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

/** A workflow command of GitHub Actions: an annotation of the file, where it has a name. Frames are no lines, so they stand in the text. */
function annotation(severity: Severity, file: string, title: string, text: string): string {
  const place = file === '-' ? '' : `file=${property(file)},`;
  return `::${annotations[severity]} ${place}title=${property(title)}::${data(text)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
