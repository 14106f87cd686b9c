/**
 * The same tools as a server of the Model Context Protocol, for agents that take servers of the editor and no language model tools. A setting
 * turns it on: an editor with both would list each tool twice.
 */
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import type { EditorSettings } from '../../wire/agentserver.ts';
import { onDidChangeSettings, readSettings } from '../capture/settings.ts';
import type { KeyLogs } from '../keys/keylogs.ts';

const ID = 'peerscope.mcp';

/** What newer editors than the oldest that this runs in have. */
interface ServerApi {
  readonly register: (
    id: string,
    provider: {
      readonly onDidChangeMcpServerDefinitions: vscode.Event<void>;
      provideMcpServerDefinitions(): Promise<object[]>;
    },
  ) => vscode.Disposable;
  readonly Definition: new (
    label: string,
    command: string,
    args: string[],
    env: Record<string, string>,
    version: string,
  ) => object;
}

function serverApi(): ServerApi | undefined {
  const { lm } = vscode as { lm?: { registerMcpServerDefinitionProvider?: ServerApi['register'] } };
  const { McpStdioServerDefinition: Definition } = vscode as { McpStdioServerDefinition?: ServerApi['Definition'] };
  if (typeof lm?.registerMcpServerDefinitionProvider !== 'function' || typeof Definition !== 'function') return undefined;
  return { register: (id, provider) => lm.registerMcpServerDefinitionProvider!(id, provider), Definition };
}

/** Nothing where the editor takes no servers. */
export function registerMcpServer({ extensionUri, extension }: vscode.ExtensionContext, keyLogs: KeyLogs): vscode.Disposable[] {
  const api = serverApi();
  if (api === undefined) return [];
  const changed = new vscode.EventEmitter<void>();
  const provided = async (): Promise<object[]> => {
    const settings = await settingsInForce(keyLogs);
    if (settings === undefined) return [];
    const file = vscode.Uri.joinPath(extensionUri, 'dist', 'mcp.cjs').fsPath;
    // The program of a desktop editor is Node only if it is told so.
    const environment = { ELECTRON_RUN_AS_NODE: '1' };
    return [
      new api.Definition(
        'Peerscope',
        process.execPath,
        [file, JSON.stringify(settings)],
        environment,
        extension.packageJSON.version,
      ),
    ];
  };
  return [
    changed,
    onDidChangeSettings(() => changed.fire()),
    keyLogs.onDidChange(() => changed.fire()),
    api.register(ID, { onDidChangeMcpServerDefinitions: changed.event, provideMcpServerDefinitions: provided }),
  ];
}

/** Undefined where there is no server: it is turned off, the workspace is not trusted, or no folder is open. */
export async function settingsInForce(keyLogs: KeyLogs): Promise<EditorSettings | undefined> {
  const isOn = vscode.workspace.getConfiguration('peerscope').get('agents.mcpServer') === true;
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri).filter(({ scheme }) => scheme === 'file');
  const [first] = folders;
  if (!isOn || !vscode.workspace.isTrusted || first === undefined) return undefined;
  const { uris } = await keyLogs.read(first);
  const files = uris.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
  const { settings } = readSettings(first);
  return {
    roots: folders.map(({ fsPath }) => fsPath),
    settings,
    keyLogs: files.filter((path) => existsSync(path)),
  };
}
