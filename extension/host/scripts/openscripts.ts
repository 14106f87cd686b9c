/** Scripts whose nodes stay open after a message was sent by its lens: a sign in the status bar, which closes them. */
import * as vscode from 'vscode';
import type { OpenScript } from '../../wire/node.ts';

export class OpenScripts {
  readonly #sign = vscode.window.createStatusBarItem('peerscope.openScripts', vscode.StatusBarAlignment.Left);

  constructor() {
    this.#sign.name = vscode.l10n.t('Peerscope: Nodes of Packet Scripts');
    this.#sign.command = 'peerscope.closeScripts';
  }

  dispose(): void {
    this.#sign.dispose();
  }

  show(open: readonly OpenScript[]): void {
    if (open.length === 0) {
      this.#sign.hide();
      return;
    }
    const names = open.flatMap(({ nodes }) => nodes);
    this.#sign.text =
      names.length === 1
        ? vscode.l10n.t('$(broadcast) Node {0} is open', names[0]!)
        : vscode.l10n.t('$(broadcast) {0} script nodes are open', names.length);
    const lines = open.map(({ title, nodes }) => (title === '' ? nodes.join(', ') : `${title}: ${nodes.join(', ')}`));
    this.#sign.tooltip = [...lines, vscode.l10n.t('Click to close them.')].join('\n');
    this.#sign.show();
  }
}
