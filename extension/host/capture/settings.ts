/** The settings that say how a capture is dissected, beside its keys. VS Code leaves out what an untrusted workspace may not say. */
import * as vscode from 'vscode';
import type { CaptureSettings } from '../../wire/inspector.ts';
import { configuredFiles } from './files.ts';

export interface ReadSettings {
  readonly settings: CaptureSettings;
  /** A sentence for each setting that cannot be given to the worker. */
  readonly problems: string[];
}

/** Paths of the user's protocol modules; `resource` says whose folder relative ones are of. */
export function moduleFiles(resource: vscode.Uri | undefined, problems: string[] = []): string[] {
  const modules: string[] = [];
  for (const uri of configuredFiles('protocolModules', resource, problems)) {
    if (uri.scheme === 'file') modules.push(uri.fsPath);
    else problems.push(vscode.l10n.t('peerscope.protocolModules: {0} does not lie on a disk.', uri.toString(true)));
  }
  return modules;
}

export function readSettings(capture: vscode.Uri): ReadSettings {
  const problems: string[] = [];
  const modules = moduleFiles(capture, problems);
  // What VS Code gives is behind proxies, which do not go to another thread.
  const all = JSON.parse(JSON.stringify(vscode.workspace.getConfiguration(undefined, capture).get('peerscope') ?? {}));
  // Key logs go another way, and their paths are nobody's business but the host's.
  const { keyLogs: _keyLogs, protocolModules: _modules, decodeAs, colours, ...tree } = all;
  const list = (name: string, value: unknown = []): readonly unknown[] => {
    if (Array.isArray(value)) return value;
    problems.push(vscode.l10n.t('{0} is a list of rules.', `peerscope.${name}`));
    return [];
  };
  const rules = { decodeAs: list('decodeAs', decodeAs), colours: list('colours', colours) };
  return { settings: { modules, ...rules, tree }, problems };
}

/** Tells when settings may have changed, for whatever capture. */
export function onDidChangeSettings(changed: () => void): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('peerscope')) changed();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(changed),
    vscode.workspace.onDidChangeWorkspaceFolders(changed),
  );
}
