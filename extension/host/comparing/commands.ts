/** Captures that are compared: the commands of the explorer, of the editor's title and of the page's keys. */
import * as vscode from 'vscode';
import type { ThreadSource } from '../capture/capturethreads.ts';
import type { CaptureEditors } from '../capture/editor.ts';
import { nameOf } from '../capture/files.ts';
import type { KeyLogs } from '../keys/keylogs.ts';
import { tellError, tellInformation } from '../telling.ts';
import { ComparisonPanel, type ComparisonParts } from './panel.ts';

/** For `when` of menus. */
const IS_SELECTED = 'peerscope.selectedForCompare';

export function registerComparing(
  { extensionUri }: vscode.ExtensionContext,
  threads: ThreadSource,
  editors: CaptureEditors,
  keyLogs: KeyLogs,
): vscode.Disposable[] {
  const comparing = new Comparing({ extension: extensionUri, threads, editors, keyLogs });
  const register = (name: string, run: (clicked: unknown, selected: unknown) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`peerscope.${name}`, run);
  return [
    comparing,
    register('selectForCompare', (clicked) => comparing.select(uriIn(clicked) ?? editors.active?.document.uri)),
    register('compareWithSelected', (clicked) => comparing.withSelected(uriIn(clicked) ?? editors.active?.document.uri)),
    register('compareSelected', (_clicked, selected) => comparing.both(Array.isArray(selected) ? selected.flatMap(uriOf) : [])),
    register('compareWith', (clicked) => comparing.withFile(uriIn(clicked) ?? editors.active?.document.uri)),
    register('compareWithBaseline', (clicked) => comparing.withBaseline(uriIn(clicked) ?? editors.active?.document.uri)),
    register('compareAgain', (a, b) => comparing.again(uriIn(a), uriIn(b))),
    register('nextDifference', () => comparing.active?.go(true)),
    register('previousDifference', () => comparing.active?.go(false)),
  ];
}

function uriIn(clicked: unknown): vscode.Uri | undefined {
  return clicked instanceof vscode.Uri ? clicked : undefined;
}

function uriOf(selected: unknown): vscode.Uri[] {
  return selected instanceof vscode.Uri ? [selected] : [];
}

class Comparing {
  readonly #parts: ComparisonParts;
  /** By the addresses of both captures. */
  readonly #panels = new Map<string, ComparisonPanel>();
  #selected: vscode.Uri | undefined;

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
  }

  get active(): ComparisonPanel | undefined {
    return [...this.#panels.values()].find(({ active }) => active);
  }

  dispose(): void {
    for (const panel of [...this.#panels.values()]) panel.dispose();
  }

  async select(capture: vscode.Uri | undefined): Promise<void> {
    if (capture === undefined) return needsCapture();
    this.#selected = capture;
    await vscode.commands.executeCommand('setContext', IS_SELECTED, true);
  }

  async withSelected(capture: vscode.Uri | undefined): Promise<void> {
    if (capture === undefined) return needsCapture();
    if (this.#selected !== undefined) return void this.#open(this.#selected, capture);
    void tellInformation(vscode.l10n.t('Peerscope: choose Select Capture for Compare on the other capture first.'));
  }

  both(captures: readonly vscode.Uri[]): void {
    const [a, b, ...more] = captures;
    if (a === undefined || b === undefined || more.length > 0)
      void tellError(vscode.l10n.t('Peerscope: select two captures in the explorer.'));
    else this.#open(a, b);
  }

  async withFile(capture: vscode.Uri | undefined): Promise<void> {
    if (capture === undefined) return needsCapture();
    const [other] =
      (await vscode.window.showOpenDialog({
        title: vscode.l10n.t('Compare {0} with', nameOf(capture)),
        openLabel: vscode.l10n.t('Compare'),
        filters: { [vscode.l10n.t('Captures')]: ['pcap', 'pcapng', 'cap', 'gz'], [vscode.l10n.t('All files')]: ['*'] },
        ...(capture.scheme === 'file' ? { defaultUri: vscode.Uri.joinPath(capture, '..') } : {}),
      })) ?? [];
    if (other !== undefined) this.#open(capture, other);
  }

  /** What is compared already may have changed. */
  again(a: vscode.Uri | undefined, b: vscode.Uri | undefined): void {
    if (a !== undefined && b !== undefined) this.#open(a, b)?.again();
  }

  async withBaseline(capture: vscode.Uri | undefined): Promise<void> {
    if (capture === undefined) return needsCapture();
    const [baseline] =
      (await vscode.window.showOpenDialog({
        title: vscode.l10n.t('Compare {0} with a Baseline', nameOf(capture)),
        openLabel: vscode.l10n.t('Compare'),
        filters: { [vscode.l10n.t('Baselines')]: ['jsonl'], [vscode.l10n.t('All files')]: ['*'] },
        ...(capture.scheme === 'file' ? { defaultUri: vscode.Uri.joinPath(capture, '..') } : {}),
      })) ?? [];
    if (baseline !== undefined) this.#open(baseline, capture, true);
  }

  /** The panel that shows them already, if there is one. */
  #open(a: vscode.Uri, b: vscode.Uri, isBaseline = false): ComparisonPanel | undefined {
    const key = JSON.stringify([a.toString(), b.toString(), isBaseline]);
    const known = this.#panels.get(key);
    if (known !== undefined) {
      known.reveal();
      return known;
    }
    const panel = new ComparisonPanel(a, b, isBaseline, this.#parts);
    this.#panels.set(key, panel);
    panel.onDidDispose(() => this.#panels.delete(key));
    return undefined;
  }
}

function needsCapture(): void {
  void tellInformation(vscode.l10n.t('Peerscope: open a capture first.'));
}
