/**
 * Conversations as texts in editors of their own. They are documents that exist in memory only: what was decrypted is not
 * backed up, and nothing asks to save it.
 */
import * as vscode from 'vscode';

const SCHEME = 'peerscope-conversation';

export class Transcripts implements vscode.TextDocumentContentProvider {
  readonly #texts = new Map<string, string>();
  readonly #subscriptions: vscode.Disposable[];
  #last = 0;

  constructor() {
    this.#subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#texts.delete(uri.toString())),
    ];
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
    this.#texts.clear();
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? vscode.l10n.t('This conversation was closed; follow it again from its capture.');
  }

  async show({ title, text }: { readonly title: string; readonly text: string }): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${++this.#last}/${title.replace(/[/\\]/g, ' ')}.txt` });
    this.#texts.set(uri.toString(), text);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }
}
