/** The statement before which a script waits, marked as a debugger marks its line. */
import * as vscode from 'vscode';
import type { Stepped } from './lenses.ts';

export class StepMark {
  readonly #stepped: Stepped;
  readonly #mark = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.stackFrameHighlightBackground'),
    overviewRulerColor: new vscode.ThemeColor('editor.stackFrameHighlightBackground'),
  });
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(stepped: Stepped) {
    this.#stepped = stepped;
    const draw = (): void => {
      for (const editor of vscode.window.visibleTextEditors) this.#draw(editor);
    };
    this.#subscriptions = [this.#mark, stepped.onDidChange(draw), vscode.window.onDidChangeVisibleTextEditors(draw)];
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
  }

  #draw(editor: vscode.TextEditor): void {
    const { waiting } = this.#stepped;
    if (waiting?.uri.toString() !== editor.document.uri.toString()) return void editor.setDecorations(this.#mark, []);
    const { range } = editor.document.lineAt(editor.document.positionAt(waiting.at));
    editor.setDecorations(this.#mark, [range]);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}
