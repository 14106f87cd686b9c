/**
 * Questions that VS Code asks a person above the editors. They stay until a person answers them or presses Escape: the editor
 * gives the focus back to a webview a moment after a menu or a first question has closed, and that moment would close the next question.
 */
import * as vscode from 'vscode';

/** Lets a person choose one of `items`; undefined where they leave the question. */
export function choose<T extends string | vscode.QuickPickItem>(
  items: readonly T[],
  options: vscode.QuickPickOptions,
): Thenable<T | undefined> {
  return (vscode.window.showQuickPick as Pick<T>)(items, { ...options, ignoreFocusOut: true });
}

/** `showQuickPick` has one signature for strings and one for items, and none for either. */
type Pick<T> = (items: readonly T[], options: vscode.QuickPickOptions) => Thenable<T | undefined>;

/** Lets a person type a line; undefined where they leave the question. */
export function askLine(options: vscode.InputBoxOptions): Thenable<string | undefined> {
  return vscode.window.showInputBox({ ...options, ignoreFocusOut: true });
}
