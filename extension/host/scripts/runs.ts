/** Running sections of packet scripts: what they ask, what they record, and what of them did not hold. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import * as vscode from 'vscode';
import { parseScript, questionsOf, type Script, sectionsOf } from '../../../dissector/script/index.ts';
import type { NodeCalls } from '../../wire/node.ts';
import { moduleFiles } from '../capture/settings.ts';
import { askLine } from '../questions.ts';
import { tellWarning } from '../telling.ts';
import type { Failures } from './failures.ts';
import type { Result } from './result.ts';

export type Go = NodeCalls['stepSection']['params']['go'];

/** What runs are made with. */
export interface Runner {
  /** Where recordings lie. */
  readonly folder: vscode.Uri;
  call<M extends 'runSection' | 'stepSection' | 'stopSection'>(
    method: M,
    params: NodeCalls[M]['params'],
  ): Promise<NodeCalls[M]['result']>;
  /** Shows a recording beside the script. */
  show(recording: vscode.Uri): Promise<void>;
}

export interface RunWish {
  /** Its place among the sections of the script. */
  readonly section: number;
  /** Up to the message that is sent at this offset, and what is expected right after it. */
  readonly until?: number;
  readonly steps?: boolean;
  /** The answers are shown beside the script. */
  readonly shown?: boolean;
}

/** A section that waits before one of its statements. */
export interface Waiting {
  readonly uri: vscode.Uri;
  readonly at: number;
}

export class ScriptRuns {
  readonly #runner: Runner;
  readonly #failures: Failures;
  readonly #changed = new vscode.EventEmitter<void>();
  /** Another section waits, or none does any more. */
  readonly onDidChange = this.#changed.event;
  #stepping: vscode.Uri | undefined;
  #waiting: Waiting | undefined;
  #runs = 0;

  constructor(runner: Runner, failures: Failures) {
    this.#runner = runner;
    this.#failures = failures;
  }

  get waiting(): Waiting | undefined {
    return this.#waiting;
  }

  dispose(): void {
    this.#changed.dispose();
  }

  /** Undefined when a question of it was not answered. Throws an Error with a sentence when it cannot be run at all. */
  async run(
    document: vscode.TextDocument,
    { section, until, steps = false, shown = false }: RunWish,
    token?: vscode.CancellationToken,
  ): Promise<Result | undefined> {
    const text = document.getText();
    const { version } = document;
    const script = parseScript(text);
    this.#failures.clear(document.uri, section);
    const [from, to] = placeOf(script, section);
    // What is wrong in another section is no matter of this one.
    const problem = script.problems.find(({ start }) => start < placeOf(script, 0)[0] || (start >= from && start < to));
    if (problem !== undefined)
      return this.#told(document, section, { seconds: 0, recorded: false, failure: { at: problem.start, text: problem.text } });
    const answered = await ask(questionsOf(sectionsOf(script)[section]?.statements ?? []));
    if (answered === undefined) return undefined;
    mkdirSync(this.#runner.folder.fsPath, { recursive: true, mode: 0o700 });
    const name = document.uri.path
      .split('/')
      .at(-1)!
      .replace(/\.packet$/, '');
    // Scripts of other folders may have the same name.
    const place = createHash('sha256').update(document.uri.toString()).digest('hex').slice(0, 8);
    const recording = vscode.Uri.joinPath(this.#runner.folder, `${name}-${section + 1}-${place}.pcapng`);
    // What VS Code gives is behind proxies, which do not go to another thread.
    const tree = JSON.parse(JSON.stringify(vscode.workspace.getConfiguration().get('peerscope') ?? {}));
    if (steps && this.#stepping !== undefined) throw new Error(vscode.l10n.t('another section is being stepped through.'));
    if (steps) this.#stepping = document.uri;
    const run = this.#runs++;
    const stopping = token?.onCancellationRequested(() => {
      // Where the thread has gone, the run has ended with it.
      this.#runner.call('stopSection', { run }).catch(() => {});
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
        steps,
        recording: recording.fsPath,
        modules: moduleFiles(document.uri),
      };
      const result = await this.#runner.call('runSection', wish);
      if (result.unrecorded !== undefined) void tellWarning(vscode.l10n.t('Peerscope: {0}', result.unrecorded));
      if (shown && result.recorded) await this.#runner.show(recording);
      // What was said of another text stands nowhere in this one.
      return document.isClosed || document.version !== version ? result : this.#told(document, section, result);
    } finally {
      stopping?.dispose();
      if (steps) this.#step(undefined);
    }
  }

  /** The section that is stepped through has come to a statement. */
  reached(at: number): void {
    if (this.#stepping !== undefined) this.#step({ uri: this.#stepping, at });
  }

  async go(go: Go): Promise<void> {
    if (this.#waiting === undefined) return;
    this.#waiting = undefined;
    this.#changed.fire();
    await this.#runner.call('stepSection', { go });
  }

  #step(waiting: Waiting | undefined): void {
    this.#waiting = waiting;
    if (waiting === undefined) this.#stepping = undefined;
    this.#changed.fire();
  }

  #told(document: vscode.TextDocument, section: number, result: Result): Result {
    if (result.failure !== undefined) this.#failures.set(document, section, result.failure);
    return result;
  }
}

/** Where a section begins and ends; all of a script that has none. */
function placeOf({ statements }: Script, section: number): readonly [number, number] {
  const starts = statements.flatMap(({ kind, start }) => (kind === 'section' ? [start] : []));
  return [starts[section] ?? 0, starts[section + 1] ?? Number.POSITIVE_INFINITY];
}

/** What a person answers; undefined when one of the questions is not answered. */
async function ask(questions: readonly string[]): Promise<Record<string, string> | undefined> {
  const answered: Record<string, string> = {};
  for (const question of questions) {
    const answer = await askLine({ prompt: question });
    if (answer === undefined) return undefined;
    answered[question] = answer;
  }
  return answered;
}

/** Where the files of a script lie. */
export function folderOf(uri: vscode.Uri): string | undefined {
  return uri.scheme === 'file' ? vscode.Uri.joinPath(uri, '..').fsPath : undefined;
}
