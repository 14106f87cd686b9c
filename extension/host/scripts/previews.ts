/** Previews of messages of packet scripts in the inspector, which follow the text while it is written. */
import * as vscode from 'vscode';
import { emptyFiles } from '../capture/emptyfiles.ts';

export const PREVIEW = 'peerscope-preview';
/** Between two looks at a text that is being written. */
export const PAUSE_MS = 120;

export interface Previewed {
  readonly text: string;
  readonly at: number;
}

/** What a preview shows now, and when that is something else. */
export interface PreviewSource {
  now(): Previewed;
  readonly onDidChange: vscode.Event<void>;
}

export class Previews {
  readonly #changed = new vscode.EventEmitter<string>();
  readonly #subscriptions: readonly vscode.Disposable[];
  /** By script: where the caret was last. */
  readonly #places = new Map<string, Previewed>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor() {
    this.#subscriptions = [
      vscode.workspace.registerFileSystemProvider(PREVIEW, emptyFiles, { isReadonly: true, isCaseSensitive: true }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) =>
        this.#look(textEditor.document, textEditor.document.offsetAt(selections[0]!.active)),
      ),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#look(document, undefined)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#places.delete(uri.toString())),
      this.#changed,
    ];
  }

  dispose(): void {
    for (const each of [...this.#subscriptions]) each.dispose();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** The preview of a script, at a place of it. */
  of(document: vscode.TextDocument, at: number): vscode.Uri {
    const script = document.uri.toString();
    this.#places.set(script, { text: document.getText(), at });
    this.#changed.fire(script);
    const name = document.uri.path.split('/').at(-1)!;
    return vscode.Uri.from({ scheme: PREVIEW, path: `/${vscode.l10n.t('Preview of {0}', name)}`, query: script });
  }

  source({ query: script }: vscode.Uri): PreviewSource {
    const changed = this.#changed.event;
    return {
      now: () => this.#places.get(script) ?? { text: '', at: 0 },
      onDidChange: (listener) => changed((one) => (one === script ? listener() : undefined)),
    };
  }

  /** Scripts that nobody looks at in a preview are left alone. */
  #look(document: vscode.TextDocument, at: number | undefined): void {
    const script = document.uri.toString();
    const before = this.#places.get(script);
    if (before === undefined) return;
    this.#places.set(script, { text: document.getText(), at: at ?? before.at });
    clearTimeout(this.#timers.get(script));
    this.#timers.set(
      script,
      setTimeout(() => this.#changed.fire(script), PAUSE_MS),
    );
  }
}
