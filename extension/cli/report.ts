/** The formats of `check`. */
import type { Finding, Severity } from '../../dissector/session/index.ts';
import type { Format } from './arguments.ts';
import { SarifLog } from './sarif.ts';
import type { Task } from './task.ts';
import { printable } from './text.ts';

/** A finding with the capture and the frame of the message that carries it. */
export interface Located extends Finding {
  readonly file: string;
  readonly frame: number;
}

export interface Report {
  /** The line of a finding, unless all come at the end. */
  line(finding: Located): string | undefined;
  end?(): string[];
}

const reports: Readonly<Record<Format, (task: Task) => Report>> = {
  text: () => ({
    line: ({ file, frame, severity, rule, text }) => `${file}:${frame} ${severity} ${rule} ${printable(text)}`,
  }),
  json: () => ({ line: (finding) => JSON.stringify(finding) }),
  github: () => ({ line: workflowCommand }),
  sarif: ({ setup, version }) => {
    const log = new SarifLog(setup.protocols, version());
    return { line: (finding) => log.add(finding), end: () => [log.text()] };
  },
};

export function report(task: Task): Report {
  return reports[task.command.format](task);
}

const annotations: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

/** A workflow command of GitHub Actions: an annotation of the file. Frames are no lines, so they stand in the text. */
function workflowCommand({ file, frame, severity, rule, text }: Located): string {
  return `::${annotations[severity]} file=${property(file)},title=${property(rule)}::${data(`frame ${frame}: ${printable(text)}`)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
