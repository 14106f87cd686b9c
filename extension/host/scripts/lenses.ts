/** What can be done with each message of a packet script, above it. */
import * as vscode from 'vscode';
import { type OutlineItem, ScriptDocument } from '../../../dissector/script/index.ts';
import type { Waiting } from './runs.ts';

/** What lenses need to know of running scripts; absent where there are no nodes. */
export interface Stepped {
  readonly waiting: Waiting | undefined;
  readonly onDidChange: vscode.Event<void>;
}

export class ScriptLenses implements vscode.CodeLensProvider {
  readonly #stepped: Stepped | undefined;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscriptions: readonly vscode.Disposable[];
  /** Only sections that change are read again. */
  readonly #scripts = new WeakMap<vscode.TextDocument, ScriptDocument>();

  constructor(stepped: Stepped | undefined) {
    this.#stepped = stepped;
    const changed = (): void => this.#changed.fire();
    this.#subscriptions = [
      vscode.languages.registerCodeLensProvider({ language: 'packet' }, this),
      vscode.workspace.onDidGrantWorkspaceTrust(changed),
      ...(stepped === undefined ? [] : [stepped.onDidChange(changed)]),
    ];
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
    this.#changed.dispose();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    // The transcript of a capture that is debugged says what was sent.
    if (document.uri.scheme === 'debug') return [];
    const script = this.#scripts.get(document) ?? new ScriptDocument([]);
    this.#scripts.set(document, script);
    script.update(document.getText());
    const items = script.outline();
    return [
      ...this.#ofStepping(document),
      ...ofItems(document, items, this.#stepped !== undefined && vscode.workspace.isTrusted),
    ];
  }

  #ofStepping(document: vscode.TextDocument): vscode.CodeLens[] {
    const waiting = this.#stepped?.waiting;
    if (waiting?.uri.toString() !== document.uri.toString()) return [];
    const line = document.lineAt(document.positionAt(waiting.at)).range;
    return [
      new vscode.CodeLens(line, {
        title: vscode.l10n.t('$(debug-step-over) Next'),
        command: 'peerscope.stepScript',
        arguments: ['next'],
      }),
      new vscode.CodeLens(line, {
        title: vscode.l10n.t('$(debug-continue) Run On'),
        command: 'peerscope.stepScript',
        arguments: ['on'],
      }),
      new vscode.CodeLens(line, {
        title: vscode.l10n.t('$(debug-stop) Stop'),
        command: 'peerscope.stepScript',
        arguments: ['stop'],
      }),
    ];
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
                lens(vscode.l10n.t('Step'), 'peerscope.runScriptSection', { steps: true }),
              ]
            : []),
          ...ofItems(document, item.children, hasNodes),
        ];
      case 'send':
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
