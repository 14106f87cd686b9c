/** The sign in the status bar while something is captured: what, how much, and a click stops it. */
import * as vscode from 'vscode';

const DRAW_MS = 500;

export interface Counted {
  readonly name: string;
  readonly capture: { readonly packets: number };
}

export class LiveSign {
  readonly #item = vscode.window.createStatusBarItem('peerscope.live', vscode.StatusBarAlignment.Left);
  readonly #running: () => readonly Counted[];
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(running: () => readonly Counted[]) {
    this.#running = running;
    this.#item.name = vscode.l10n.t('Peerscope: Live Captures');
    this.#item.command = 'peerscope.stopLiveCapture';
    this.#item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#item.dispose();
  }

  draw(): void {
    const running = this.#running();
    if (running.length === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#item.hide();
      return;
    }
    this.#timer ??= setInterval(() => this.draw(), DRAW_MS);
    const packets = running.reduce((sum, { capture }) => sum + capture.packets, 0).toLocaleString();
    const [first] = running;
    this.#item.text =
      running.length === 1
        ? vscode.l10n.t('$(record) {0}: {1} packets', first!.name, packets)
        : vscode.l10n.t('$(record) {0} live captures: {1} packets', running.length, packets);
    this.#item.tooltip = vscode.l10n.t('Capturing on {0}. Click to stop.', running.map(({ name }) => name).join(', '));
    this.#item.show();
  }
}
