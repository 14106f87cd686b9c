/** Running sections of packet scripts: what they ask, what they record, and what of them did not hold. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import * as vscode from 'vscode';
import { parseScript, problemsIn, questionsOf, sectionsOf } from '../../../dissector/script/syntax/index.ts';
import type { NodeCalls } from '../../wire/node.ts';
import { nameOf } from '../capture/files.ts';
import { moduleFiles } from '../capture/settings.ts';
import { askLine } from '../questions.ts';
import { tellWarning } from '../telling.ts';
import type { Failures } from './failures.ts';
import type { Result } from './result.ts';

/** What runs are made with. */
export interface Runner {
  /** Where recordings lie. */
  readonly folder: vscode.Uri;
  call<M extends 'runSection' | 'stopSection'>(method: M, params: NodeCalls[M]['params']): Promise<NodeCalls[M]['result']>;
  /** Shows a recording beside the script. */
  show(recording: vscode.Uri): Promise<void>;
  /** The recording of a run, by its number, has its first frame. */
  readonly onDidRecord: vscode.Event<number>;
}

export interface RunWish {
  /** Its place among the sections of the script. */
  readonly section: number;
  /** Up to the message that is sent at this offset, and what is expected right after it; the nodes stay open. */
  readonly until?: number;
  /** The traffic is shown beside the script while it comes. */
  readonly shown?: boolean;
}

export class ScriptRuns {
  readonly #runner: Runner;
  readonly #failures: Failures;
  #runs = 0;

  constructor(runner: Runner, failures: Failures) {
    this.#runner = runner;
    this.#failures = failures;
  }

  /** Undefined when a question of it was not answered. Throws an Error with a sentence when it cannot be run at all. */
  async run(
    document: vscode.TextDocument,
    { section, until, shown = false }: RunWish,
    token?: vscode.CancellationToken,
  ): Promise<Result | undefined> {
    const text = document.getText();
    const { version } = document;
    const script = parseScript(text);
    this.#failures.clear(document.uri, section);
    // What is wrong in another section is no matter of this one.
    const [problem] = problemsIn(script, section);
    if (problem !== undefined)
      return this.#told(document, section, { seconds: 0, recorded: false, failure: { at: problem.start, text: problem.text } });
    const answered = await answersTo(questionsOf(sectionsOf(script)[section]?.statements ?? []));
    if (answered === undefined) return undefined;
    const recording = recordingOf(this.#runner.folder, document.uri, section);
    // What VS Code gives is behind proxies, which do not go to another thread.
    const tree = JSON.parse(JSON.stringify(vscode.workspace.getConfiguration().get('peerscope') ?? {}));
    const run = this.#runs++;
    const stopping = token?.onCancellationRequested(() => {
      // Where the thread has gone, the run has ended with it.
      this.#runner.call('stopSection', { run }).catch(() => {});
    });
    const recorded = this.#runner.onDidRecord((number) => {
      if (shown && number === run) void this.#runner.show(recording);
    });
    try {
      const wish = {
        run,
        text,
        section,
        tree,
        folder: folderOf(document.uri),
        answered,
        until,
        recording: recording.fsPath,
        modules: moduleFiles(document.uri),
      };
      const result = await this.#runner.call('runSection', wish);
      if (result.unrecorded !== undefined) void tellWarning(vscode.l10n.t('Peerscope: {0}', result.unrecorded));
      // What was said of another text stands nowhere in this one.
      return document.isClosed || document.version !== version ? result : this.#told(document, section, result);
    } finally {
      stopping?.dispose();
      recorded.dispose();
    }
  }

  #told(document: vscode.TextDocument, section: number, result: Result): Result {
    if (result.failure !== undefined) this.#failures.set(document, section, result.failure);
    return result;
  }
}

/** What a person answers; undefined when one of the questions is not answered. */
export async function answersTo(questions: readonly string[]): Promise<Record<string, string> | undefined> {
  const answered: Record<string, string> = {};
  for (const question of questions) {
    const answer = await askLine({ prompt: question });
    if (answer === undefined) return undefined;
    answered[question] = answer;
  }
  return answered;
}

/** Where the traffic of a section is recorded; the folder is made where there is none. */
export function recordingOf(folder: vscode.Uri, script: vscode.Uri, section: number): vscode.Uri {
  mkdirSync(folder.fsPath, { recursive: true, mode: 0o700 });
  const name = nameOf(script).replace(/\.packet$/, '');
  // Scripts of other folders may have the same name.
  const place = createHash('sha256').update(script.toString()).digest('hex').slice(0, 8);
  return vscode.Uri.joinPath(folder, `${name}-${section + 1}-${place}.pcapng`);
}

/** Where the files of a script lie. */
export function folderOf(uri: vscode.Uri): string | undefined {
  return uri.scheme === 'file' ? vscode.Uri.joinPath(uri, '..').fsPath : undefined;
}
