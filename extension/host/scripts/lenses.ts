/** What can be done with each message of a packet script, above it. */
import * as vscode from 'vscode';
import type { OutlineItem } from '../../../dissector/script/index.ts';
import { Outline } from '../../../dissector/script/service/outline.ts';
import { MESSAGE } from '../messagescheme.ts';

export class ScriptLenses implements vscode.CodeLensProvider {
  readonly #hasNodes: boolean;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscriptions: readonly vscode.Disposable[];
  readonly #outlines = new WeakMap<vscode.TextDocument, Outline>();

  /** `hasNodes`: there are nodes to send with; a browser has none. */
  constructor(hasNodes: boolean) {
    this.#hasNodes = hasNodes;
    const changed = (): void => this.#changed.fire();
    this.#subscriptions = [
      vscode.languages.registerCodeLensProvider({ language: 'packet' }, this),
      vscode.workspace.onDidGrantWorkspaceTrust(changed),
    ];
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
    this.#changed.dispose();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    // The transcript of a capture that is debugged says what was sent.
    if (document.uri.scheme === 'debug') return [];
    // A message of a running node has others.
    if (document.uri.scheme === MESSAGE) return [];
    const outline = this.#outlines.get(document) ?? new Outline();
    this.#outlines.set(document, outline);
    return ofItems(document, outline.of(document.getText()), this.#hasNodes && vscode.workspace.isTrusted);
  }
}

function ofItems(document: vscode.TextDocument, items: readonly OutlineItem[], hasNodes: boolean): vscode.CodeLens[] {
  return items.flatMap((item) => {
    const line = document.lineAt(document.positionAt(item.start)).range;
    const at = item.selection.start;
    const lens = (title: string, command: string, ...more: unknown[]): vscode.CodeLens =>
      new vscode.CodeLens(line, { title, command, arguments: [document.uri, at, ...more] });
    const preview = lens(vscode.l10n.t('Preview Bytes'), 'peerscope.previewPacket');
    switch (item.kind) {
      case 'section':
        return [
          ...(hasNodes
            ? [
                lens(vscode.l10n.t('$(play) Run'), 'peerscope.runScriptSection'),
                lens(vscode.l10n.t('Debug'), 'peerscope.debugScript', { stopOnEntry: true }),
              ]
            : []),
          ...ofItems(document, item.children, hasNodes),
        ];
      case 'send':
        return hasNodes
          ? [
              lens(vscode.l10n.t('$(play) Send'), 'peerscope.sendPacket'),
              lens(vscode.l10n.t('Debug to Here'), 'peerscope.debugScript', { until: true }),
              preview,
            ]
          : [preview];
      case 'packet':
        return hasNodes
          ? [
              lens(vscode.l10n.t('$(play) Send'), 'peerscope.sendPacket'),
              lens(vscode.l10n.t('Send and Step'), 'peerscope.sendPacket', { steps: true }),
              preview,
            ]
          : [preview];
      default:
        return [];
    }
  });
}
