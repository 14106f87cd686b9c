/** What can be done with a message of a node, above its text. */
import * as vscode from 'vscode';
import { MESSAGE } from '../messagescheme.ts';
import { DELAY_MS, type KnownMessages } from './messageof.ts';

export class MessageLenses implements vscode.CodeLensProvider {
  readonly #messages: KnownMessages;
  readonly onDidChangeCodeLenses: vscode.Event<void>;
  readonly #registered: vscode.Disposable;

  /** `changed`: other messages wait. */
  constructor(messages: KnownMessages, changed: vscode.Event<void>) {
    this.#messages = messages;
    this.onDidChangeCodeLenses = changed;
    this.#registered = vscode.languages.registerCodeLensProvider({ language: 'packet', scheme: MESSAGE }, this);
  }

  dispose(): void {
    this.#registered.dispose();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const of = this.#messages.of(document.uri);
    if (of === undefined) return [];
    const first = document
      .getText()
      .split('\n')
      .findIndex((line) => line.trim() !== '' && !line.startsWith('#'));
    const range = document.lineAt(Math.max(0, first)).range;
    const lens = (title: string, command: string, ...more: unknown[]): vscode.CodeLens =>
      new vscode.CodeLens(range, { title, command, arguments: [document.uri, ...more] });
    const preview = lens(vscode.l10n.t('Preview Bytes'), 'peerscope.previewPacket', document.offsetAt(range.start));
    if (!this.#messages.waits(of)) {
      const gone = of.kind === 'held' ? vscode.l10n.t('No longer held') : vscode.l10n.t('The link is closed');
      return [new vscode.CodeLens(range, { title: gone, command: '' }), preview];
    }
    const isDelivered = this.#messages.isDelivered(of);
    const send = lens(isDelivered ? vscode.l10n.t('$(play) Deliver') : vscode.l10n.t('$(play) Send'), 'peerscope.sendMessage');
    if (of.kind === 'new') return [send, preview];
    return [
      send,
      lens(isDelivered ? vscode.l10n.t('Deliver Twice') : vscode.l10n.t('Send Twice'), 'peerscope.sendMessageTwice'),
      ...(isDelivered ? [] : [lens(vscode.l10n.t('Delay {0} s', DELAY_MS / 1000), 'peerscope.delayMessage')]),
      lens(vscode.l10n.t('Drop'), 'peerscope.dropMessage'),
      lens(vscode.l10n.t('Replace'), 'peerscope.replaceMessage'),
      preview,
    ];
  }
}
