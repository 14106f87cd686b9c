/** Launch configurations: what F5 means where there is none, and what is offered. */
import * as vscode from 'vscode';
import { nameOf } from '../capture/files.ts';

export const DEBUG_TYPE = 'peerscope';

/** What F5 would debug. */
type Active = () => vscode.Uri | undefined;

export class Configurations implements vscode.DebugConfigurationProvider {
  readonly #active: Active;

  /** `active`: the capture that is looked at. */
  constructor(active: Active) {
    this.#active = active;
  }

  /** For a new launch.json, and in the list of what can be started. */
  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    const active = this.#active();
    if (active !== undefined) return [configurationOf(active)];
    return [
      {
        type: DEBUG_TYPE,
        request: 'launch',
        name: vscode.l10n.t('Debug a Capture'),
        // biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code puts the folder in its place
        program: '${workspaceFolder}/capture.pcapng',
      },
    ];
  }

  /** F5 without a launch.json gives an empty configuration. */
  resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    given: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration | undefined {
    if (given.type && given.request) return given;
    const active = this.#active();
    if (active !== undefined) return configurationOf(active);
    void vscode.window.showInformationMessage(vscode.l10n.t('Peerscope: open a capture first.'));
    return undefined;
  }
}

/** A capture from its first message on. */
export function configurationOf(program: vscode.Uri, more: object = {}): vscode.DebugConfiguration {
  return {
    ...{ type: DEBUG_TYPE, request: 'launch', name: vscode.l10n.t('Debug {0}', nameOf(program)) },
    ...{ program: program.scheme === 'file' ? program.fsPath : program.toString(), ...more },
  };
}
