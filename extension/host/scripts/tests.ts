/** The sections of packet scripts in VS Code's Test Explorer. */
import * as vscode from 'vscode';
import { parseScript } from '../../../dissector/script/syntax/index.ts';
import { printable } from '../../wire/printable.ts';
import { debugSection, type SectionOutcome } from '../debug/debuggedsection.ts';
import type { ScriptRuns } from './runs.ts';

const SCRIPTS = '**/*.packet';
/** Files that are looked for in a workspace. */
const MOST_FILES = 1000;

export class ScriptTests {
  readonly #controller = vscode.tests.createTestController('peerscope.scripts', vscode.l10n.t('Packet Scripts'));
  readonly #runs: ScriptRuns;
  readonly #subscriptions: vscode.Disposable[];
  /** Places of sections among those of their file. */
  readonly #places = new WeakMap<vscode.TestItem, number>();

  constructor(runs: ScriptRuns) {
    this.#runs = runs;
    const watcher = vscode.workspace.createFileSystemWatcher(SCRIPTS);
    const look = (uri: vscode.Uri): void => void this.#look(uri);
    this.#controller.resolveHandler = async () => {
      for (const uri of await vscode.workspace.findFiles(SCRIPTS, '**/node_modules/**', MOST_FILES)) await this.#look(uri);
    };
    this.#controller.createRunProfile(vscode.l10n.t('Run'), vscode.TestRunProfileKind.Run, (request, token) =>
      this.#start(request, token),
    ).isDefault = true;
    this.#controller.createRunProfile(vscode.l10n.t('Debug'), vscode.TestRunProfileKind.Debug, (request, token) =>
      this.#start(request, token, true),
    );
    this.#subscriptions = [
      ...[this.#controller, watcher, watcher.onDidCreate(look), watcher.onDidChange(look)],
      watcher.onDidDelete((uri) => this.#controller.items.delete(uri.toString())),
      vscode.workspace.onDidOpenTextDocument((document) => this.#read(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#read(document)),
    ];
    for (const document of vscode.workspace.textDocuments) this.#read(document);
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
  }

  async #look(uri: vscode.Uri): Promise<void> {
    try {
      this.#read(await vscode.workspace.openTextDocument(uri));
    } catch {
      // It went away, or is no text: there is nothing to test then.
      this.#controller.items.delete(uri.toString());
    }
  }

  /** A file with an item for each of its sections. */
  #read(document: vscode.TextDocument): void {
    // What is compared with a script, in a version of it, is no test.
    if (document.languageId !== 'packet' || !['file', 'untitled'].includes(document.uri.scheme)) return;
    const { uri } = document;
    const file = this.#controller.createTestItem(uri.toString(), uri.path.split('/').at(-1)!, uri);
    const sections = parseScript(document.getText()).statements.flatMap((each) => (each.kind === 'section' ? [each] : []));
    file.children.replace(
      sections.map(({ title, start, end }, place) => {
        const item = this.#controller.createTestItem(`${uri.toString()}#${place}`, title, uri);
        item.range = new vscode.Range(document.positionAt(start), document.positionAt(end));
        this.#places.set(item, place);
        return item;
      }),
    );
    this.#controller.items.add(file);
  }

  async #start(request: vscode.TestRunRequest, token: vscode.CancellationToken, isDebugged = false): Promise<void> {
    const run = this.#controller.createTestRun(request);
    const excluded = new Set(request.exclude);
    const wanted = request.include ?? [...this.#controller.items].map(([, item]) => item);
    const sections = wanted.flatMap((item) => (item.children.size > 0 ? [...item.children].map(([, child]) => child) : [item]));
    for (const item of sections) if (!excluded.has(item)) run.enqueued(item);
    for (const item of sections) {
      if (token.isCancellationRequested) break;
      if (!excluded.has(item)) await this.#one(run, item, token, isDebugged);
    }
    run.end();
  }

  /** Undefined for a section that did not come to its end. */
  async #result(
    document: vscode.TextDocument,
    section: number,
    { range }: vscode.TestItem,
    token: vscode.CancellationToken,
    isDebugged: boolean,
  ): Promise<SectionOutcome | undefined> {
    if (isDebugged) return debugSection(document, range === undefined ? 0 : document.offsetAt(range.start), token);
    const result = await this.#runs.run(document, { section }, token);
    return result?.stopped === undefined ? result : undefined;
  }

  async #one(run: vscode.TestRun, item: vscode.TestItem, token: vscode.CancellationToken, isDebugged: boolean): Promise<void> {
    const section = this.#places.get(item);
    if (item.uri === undefined || section === undefined) return run.skipped(item);
    run.started(item);
    try {
      const document = await vscode.workspace.openTextDocument(item.uri);
      const result = await this.#result(document, section, item, token, isDebugged);
      if (result === undefined) return run.skipped(item);
      const { seconds, failure } = result;
      const output =
        failure === undefined ? vscode.l10n.t('{0}: all that was expected came', item.label) : `${item.label}: ${failure.text}`;
      // A terminal shows it: names of sections and words of peers must not steer it.
      run.appendOutput(`${printable(output)}\r\n`, undefined, item);
      if (failure === undefined) return run.passed(item, seconds * 1000);
      const message = new vscode.TestMessage(failure.text);
      message.location = new vscode.Location(document.uri, document.lineAt(document.positionAt(failure.at)).range);
      run.failed(item, message, seconds * 1000);
    } catch (error) {
      run.errored(item, new vscode.TestMessage(error instanceof Error ? error.message : String(error)));
    }
  }
}
