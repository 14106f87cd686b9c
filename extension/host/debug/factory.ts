/** What a debug session of ours takes from the editor: the capture, its settings and its keys. */
import * as vscode from 'vscode';
import type { DebuggedCapture, DebugSetup } from '../../wire/debug.ts';
import type { KeyLogText } from '../../wire/inspector.ts';
import { captureLimit } from '../capture/capturelimit.ts';
import { nameOf } from '../capture/files.ts';
import { partsOf } from '../capture/mergedcapture.ts';
import { readWhole } from '../capture/reading.ts';
import { readSettings } from '../capture/settings.ts';
import { type KeyLogs, keyLogName, readKeyLog } from '../keys/keylogs.ts';
import { isScript } from './configurations.ts';
import { scriptProgram } from './scriptprogram.ts';
import { debugFile } from './thread.ts';
import { ThreadAdapter } from './threadadapter.ts';

export class AdapterFactory implements vscode.DebugAdapterDescriptorFactory {
  readonly #extension: vscode.Uri;
  readonly #keyLogs: KeyLogs;
  readonly #recordings: vscode.Uri;

  /** `recordings`: the folder in which scripts are recorded. */
  constructor(extension: vscode.Uri, keyLogs: KeyLogs, recordings: vscode.Uri) {
    this.#extension = extension;
    this.#keyLogs = keyLogs;
    this.#recordings = recordings;
  }

  async createDebugAdapterDescriptor({
    configuration,
    workspaceFolder,
  }: vscode.DebugSession): Promise<vscode.DebugAdapterDescriptor> {
    const program = fileOf(configuration.program, workspaceFolder);
    const { texts, problems } = await this.#keyLogs.read(program);
    const { settings, problems: ofSettings } = readSettings(program);
    for (const problem of [...problems, ...ofSettings]) vscode.debug.activeDebugConsole.appendLine(problem);
    const keyLogs = [...texts, ...(await named(configuration.keys, workspaceFolder))];
    const setup = { kind: 'setup', ...(await this.#program(program, configuration)), settings, keyLogs } as const;
    const file = vscode.Uri.joinPath(this.#extension, ...debugFile);
    return new vscode.DebugAdapterInlineImplementation(new ThreadAdapter(file, nameOf(program), setup));
  }

  async #program(uri: vscode.Uri, configuration: vscode.DebugConfiguration): Promise<Pick<DebugSetup, 'program' | 'answers'>> {
    if (isScript(configuration)) return scriptProgram(uri, configuration, this.#recordings);
    return { program: await captureAt(uri), answers: {} };
  }
}

async function captureAt(uri: vscode.Uri): Promise<DebuggedCapture> {
  const parts = await partsOf(uri);
  if (parts !== undefined) return parts;
  return uri.scheme === 'file' ? { path: uri.fsPath } : { bytes: await readWhole(uri) };
}

/** The key logs that a launch configuration names. Throws an Error with a sentence for one that cannot be read. */
async function named(paths: unknown, folder: vscode.WorkspaceFolder | undefined): Promise<readonly KeyLogText[]> {
  if (paths === undefined) return [];
  if (!Array.isArray(paths)) throw new Error(vscode.l10n.t('"keys" is a list of files.'));
  return Promise.all(
    paths.map(async (path) => {
      const uri = fileOf(path, folder);
      return { name: keyLogName(uri), text: await readKeyLog(uri, captureLimit('keyLogSize')) };
    }),
  );
}

/** An address, an absolute path, or one relative to the folder. */
export function fileOf(path: unknown, folder: vscode.WorkspaceFolder | undefined): vscode.Uri {
  if (typeof path !== 'string' || path === '')
    throw new Error(vscode.l10n.t('The launch configuration names no file ("program").'));
  if (/^[a-z][a-z0-9+.-]+:/i.test(path) && !/^[a-z]:[\\/]/i.test(path)) return vscode.Uri.parse(path);
  const isAbsolute = /^(?:[/\\]|[A-Za-z]:[/\\])/.test(path);
  const base = folder?.uri ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!isAbsolute) return base === undefined ? vscode.Uri.file(path) : vscode.Uri.joinPath(base, path);
  // In a browser a path is one of the folder's own file system.
  return base === undefined || base.scheme === 'file' ? vscode.Uri.file(path) : base.with({ path });
}
