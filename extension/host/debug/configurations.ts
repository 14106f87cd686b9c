/** Launch configurations: what F5 means where there is none, and what is offered. */
import * as vscode from 'vscode';
import { parseScript } from '../../../dissector/script/syntax/index.ts';
import { nameOf } from '../capture/files.ts';
import { tellInformation } from '../telling.ts';

export const DEBUG_TYPE = 'peerscope';

export class Configurations implements vscode.DebugConfigurationProvider {
  readonly #capture: () => vscode.Uri | undefined;

  /** `capture`: the one that is looked at, or was last. */
  constructor(capture: () => vscode.Uri | undefined) {
    this.#capture = capture;
  }

  /** For a new launch.json, and in the list of what can be started. */
  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    const active = this.#active();
    if (active !== undefined) return [active];
    // biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code puts the folder in its place
    const program = '${workspaceFolder}/capture.pcapng';
    return [{ type: DEBUG_TYPE, request: 'launch', name: vscode.l10n.t('Debug a Capture'), program }];
  }

  /** F5 without a launch.json gives an empty configuration. */
  resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    given: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration | undefined {
    if (given.type && given.request) return given;
    const active = this.#active();
    if (active === undefined) void tellInformation(vscode.l10n.t('Peerscope: open a capture or a packet script first.'));
    return active;
  }

  /** The section at the cursor of a script, or the capture. */
  #active(): vscode.DebugConfiguration | undefined {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId === 'packet' && editor.document.uri.scheme !== 'debug')
      return scriptConfiguration(editor.document, editor.document.offsetAt(editor.selection.active));
    const capture = this.#capture();
    return capture === undefined ? undefined : configurationOf(capture);
  }
}

/** Whether what is launched is a packet script. */
export function isScript({ program, section }: vscode.DebugConfiguration): boolean {
  return section !== undefined || (typeof program === 'string' && /\.packet$/i.test(program));
}

/** A capture from its first message on. */
export function configurationOf(program: vscode.Uri, more: object = {}): vscode.DebugConfiguration {
  return {
    ...{ type: DEBUG_TYPE, request: 'launch', name: vscode.l10n.t('Debug {0}', nameOf(program)) },
    ...{ program: pathOf(program), ...more },
  };
}

/** The section of a script around a place. `until`: it stops at the statement there. */
export function scriptConfiguration(
  document: vscode.TextDocument,
  at: number,
  { stopOnEntry = false, until = false }: { readonly stopOnEntry?: boolean; readonly until?: boolean } = {},
): vscode.DebugConfiguration {
  const { statements } = parseScript(document.getText());
  const section = Math.max(1, statements.filter(({ kind, start }) => kind === 'section' && start <= at).length);
  return {
    ...{ type: DEBUG_TYPE, request: 'launch', name: vscode.l10n.t('Debug {0}', nameOf(document.uri)) },
    ...{ program: pathOf(document.uri), section, stopOnEntry },
    ...(until ? { stopAtLine: document.positionAt(at).line + 1 } : {}),
  };
}

function pathOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString();
}
