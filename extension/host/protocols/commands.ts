/** For whoever writes a protocol: a new one that decodes at once, and the reference page of any. */
import * as vscode from 'vscode';
import type { NodeCalls, PlannedProtocol } from '../../wire/node.ts';
import { moduleFiles } from '../capture/settings.ts';
import { askLine, choose } from '../questions.ts';
import { tellError } from '../telling.ts';

/** Whoever has the thread that loads protocol modules. */
interface Caller {
  call<M extends keyof NodeCalls & string>(method: M, params: NodeCalls[M]['params']): Promise<NodeCalls[M]['result']>;
}

const PORT = '7000';
/** The same file that the package has: the types of the library. */
const types = ['dist', 'peerscope.d.ts'];

export function registerProtocols(caller: Caller, extension: vscode.Uri, show: (capture: vscode.Uri) => Promise<void>) {
  return [
    vscode.commands.registerCommand('peerscope.newProtocol', () => told(() => create(caller, extension, show))),
    vscode.commands.registerCommand('peerscope.showProtocolReference', () => told(() => reference(caller))),
    vscode.commands.registerCommand('peerscope.exportWiresharkDissector', () => told(() => exportDissector(caller))),
  ];
}

async function told(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    void tellError(vscode.l10n.t('Peerscope: {0}', text));
  }
}

async function create(caller: Caller, extension: vscode.Uri, show: (capture: vscode.Uri) => Promise<void>): Promise<void> {
  const place = await folderFor();
  if (place === undefined) return;
  const plan = await planned();
  if (plan === undefined) return;
  const folder = vscode.Uri.joinPath(place, plan.name);
  const file = (end: string): vscode.Uri => vscode.Uri.joinPath(folder, `${plan.name}.${end}`);
  const from = vscode.Uri.joinPath(extension, ...types);
  await caller.call('newProtocol', { plan, folder: folder.fsPath, types: from.fsPath });
  await addTo('protocolModules', file('js'), place);
  if (plan.noise !== undefined) await addTo('keyLogs', file('keys'), place);
  await show(file('pcapng'));
  await vscode.window.showTextDocument(file('js'), { viewColumn: vscode.ViewColumn.Beside });
}

/** The folder that the new one is put in. */
async function folderFor(): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders?.filter(({ uri }) => uri.scheme === 'file') ?? [];
  if (folders.length === 1) return folders[0]!.uri;
  if (folders.length > 1) return (await vscode.window.showWorkspaceFolderPick())?.uri;
  throw new Error(vscode.l10n.t('A new protocol is written into the open folder, and none is open.'));
}

/** The answers of a person; undefined where they leave a question. */
async function planned(): Promise<PlannedProtocol | undefined> {
  const name = await askLine({
    title: vscode.l10n.t('New Protocol: Name'),
    prompt: vscode.l10n.t('Lower-case letters and digits. Filters and files begin with it.'),
    validateInput: (text) =>
      /^[a-z][a-z0-9]{0,31}$/.test(text) ? undefined : vscode.l10n.t('Lower-case letters and digits, a letter first.'),
  });
  if (name === undefined) return undefined;
  const transport = await choose(
    [
      {
        label: vscode.l10n.t('UDP'),
        detail: vscode.l10n.t('Each datagram is one message. With a test node.'),
        id: 'udp' as const,
      },
      {
        label: vscode.l10n.t('TCP'),
        detail: vscode.l10n.t('A stream of messages, read as one conversation.'),
        id: 'tcp' as const,
      },
    ],
    { title: vscode.l10n.t('New Protocol: Transport') },
  );
  if (transport === undefined) return undefined;
  const port = await askLine({
    title: vscode.l10n.t('New Protocol: Port'),
    value: PORT,
    validateInput: (text) =>
      /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
        ? undefined
        : vscode.l10n.t('A number from 1 to 65535.'),
  });
  if (port === undefined) return undefined;
  const plan = { name, transport: transport.id, port: Number(port) };
  if (transport.id === 'udp') return { ...plan, framing: 'u16', noise: undefined };
  const framing = await choose(
    [
      { label: vscode.l10n.t('Length of 2 bytes'), id: 'u16' as const },
      { label: vscode.l10n.t('Length of 4 bytes'), id: 'u32' as const },
      { label: vscode.l10n.t('Length as a varint'), id: 'varint' as const },
    ],
    { title: vscode.l10n.t('New Protocol: Framing') },
  );
  if (framing === undefined) return undefined;
  const cipher = await choose(
    [
      { label: vscode.l10n.t('Not encrypted'), noise: undefined },
      {
        label: vscode.l10n.t('Noise XX'),
        detail: vscode.l10n.t('Both sides send their static key.'),
        noise: 'Noise_XX_25519_ChaChaPoly_SHA256',
      },
      {
        label: vscode.l10n.t('Noise NX'),
        detail: vscode.l10n.t('The responder sends its static key.'),
        noise: 'Noise_NX_25519_ChaChaPoly_SHA256',
      },
      { label: vscode.l10n.t('Noise NN'), detail: vscode.l10n.t('No static keys.'), noise: 'Noise_NN_25519_ChaChaPoly_SHA256' },
    ],
    { title: vscode.l10n.t('New Protocol: Encryption') },
  );
  return cipher && { ...plan, framing: framing.id, noise: cipher.noise };
}

/** Adds a file to a list in the settings of a folder, by its path there. */
async function addTo(name: string, file: vscode.Uri, folder: vscode.Uri): Promise<void> {
  const settings = vscode.workspace.getConfiguration('peerscope', folder);
  const own = settings.inspect<unknown>(name);
  const before = own?.workspaceFolderValue ?? own?.workspaceValue ?? [];
  const path = file.path.slice(folder.path.length + 1);
  const list = Array.isArray(before) ? before : [];
  if (!list.includes(path)) await settings.update(name, [...list, path], vscode.ConfigurationTarget.WorkspaceFolder);
}

async function reference(caller: Caller): Promise<void> {
  const { pages } = await caller.call('references', { modules: moduleFiles(undefined) });
  const picked = await choose(
    pages.map(({ id, title, text }) => ({ label: id, description: title, text })),
    { title: vscode.l10n.t('Protocol Reference') },
  );
  if (picked === undefined) return;
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: picked.text });
  await vscode.commands.executeCommand('markdown.showPreview', document.uri);
}

async function exportDissector(caller: Caller): Promise<void> {
  const { dissectors } = await caller.call('wiresharkDissectors', { modules: moduleFiles(undefined) });
  const picked = await choose(
    dissectors.map(({ id, title, lua }) => ({ label: id, description: title, lua })),
    { title: vscode.l10n.t('Export Wireshark Dissector') },
  );
  if (picked === undefined) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `${picked.label}.lua`;
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Wireshark Dissector'),
    filters: { Lua: ['lua'] },
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (target === undefined) return;
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(picked.lua));
}
