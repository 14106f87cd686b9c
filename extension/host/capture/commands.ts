/** The commands of the palette and of the editor's title. */
import * as vscode from 'vscode';
import { pageCommands } from '../../wire/inspector.ts';
import { type KeyLogs, keyLogName } from '../keys/keylogs.ts';
import { askLine, choose } from '../questions.ts';
import { tellError, tellInformation, tellWarning } from '../telling.ts';
import { chooseCandidate, decodeAs } from './decodeas.ts';
import type { CaptureDocument } from './document.ts';
import type { CaptureEditors } from './editor.ts';
import { configuredFiles, nameOf } from './files.ts';
import { openInWireshark } from './wireshark.ts';

export function registerCommands(editors: CaptureEditors, keyLogs: KeyLogs): vscode.Disposable[] {
  return [
    // A menu passes what it was opened on, which is no list; only a caller who knows the files passes a list of them.
    vscode.commands.registerCommand('peerscope.addKeyLog', (files?: unknown) =>
      addKeyLog(editors, keyLogs, Array.isArray(files) ? files.filter((each) => each instanceof vscode.Uri) : undefined),
    ),
    vscode.commands.registerCommand('peerscope.addKeysFromClipboard', () => addFromClipboard(editors, keyLogs)),
    vscode.commands.registerCommand('peerscope.forgetKeys', () => forgetKeys(editors, keyLogs)),
    vscode.commands.registerCommand('peerscope.goToFrame', (frame?: unknown) =>
      goToFrame(editors, typeof frame === 'number' ? frame : undefined),
    ),
    vscode.commands.registerCommand('peerscope.decodeAs', (place?: unknown) => decide(editors, decodeAs, place)),
    vscode.commands.registerCommand('peerscope.chooseCandidate', (place?: unknown) => decide(editors, chooseCandidate, place)),
    vscode.commands.registerCommand('peerscope.showFrame', (capture?: unknown, frame?: unknown) => {
      if (typeof capture !== 'string' || typeof frame !== 'number') return undefined;
      return editors.show(vscode.Uri.parse(capture), { frame });
    }),
    vscode.commands.registerCommand('peerscope.openInWireshark', (place?: unknown) => {
      const frame = typeof place === 'object' && place !== null && 'frame' in place ? place.frame : undefined;
      if (editors.active !== undefined) void wireshark(editors.active.document, typeof frame === 'number' ? frame : undefined);
    }),
    ...pageCommands.map((name) =>
      vscode.commands.registerCommand(`peerscope.${name}`, (place?: unknown) => editors.active?.command({ name, place })),
    ),
  ];
}

/** Wireshark may number the frame otherwise. */
async function wireshark({ uri, worker }: CaptureDocument, frame: number | undefined): Promise<void> {
  const told = frame === undefined ? undefined : await worker.call('wiresharkFrame', { frame }).catch(() => undefined);
  openInWireshark(uri, told?.number ?? frame);
}

async function decide(editors: CaptureEditors, ask: typeof decodeAs, place: unknown): Promise<void> {
  const document = editors.active?.document;
  if (document !== undefined) await ask(document, typeof place === 'object' && place !== null ? place : {});
}

/** Asks for key logs unless `files` names them, remembers them, and gives them to every open capture; false when cancelled. */
async function addKeyLog(editors: CaptureEditors, keyLogs: KeyLogs, files: vscode.Uri[] | undefined): Promise<boolean> {
  const chosen = files ?? (await askForKeyLogs(editors));
  if (chosen === undefined || chosen.length === 0) return false;
  await keyLogs.add(chosen);
  const reports = await Promise.allSettled([...editors.documents].map((document) => document.sendKeys()));
  const failed = reports.some((report) => report.status === 'rejected' || report.value.problems.length > 0);
  const known = [...editors.documents].reduce((most, { overview }) => Math.max(most, overview.keys), 0);
  if (!failed && known === 0 && editors.documents.size > 0)
    void tellWarning(vscode.l10n.t('Peerscope: {0} holds no key.', chosen.map(keyLogName).join(', ')));
  return true;
}

/** Asks how long the keys on the clipboard are to be used; false when cancelled. */
async function addFromClipboard(editors: CaptureEditors, keyLogs: KeyLogs): Promise<boolean> {
  const text = await vscode.env.clipboard.readText();
  // A line of a key log: a label and something after it. What is no key log goes nowhere, not even into a message.
  if (!/^[A-Z][A-Z0-9_]+[ \t]+\S/m.test(text)) {
    void tellWarning(vscode.l10n.t('Peerscope: the clipboard holds no line of a key log.'));
    return false;
  }
  const now = { label: vscode.l10n.t('Until the window is closed'), detail: vscode.l10n.t('The keys stay in memory') };
  const keep = {
    label: vscode.l10n.t('Remember them'),
    detail: vscode.l10n.t("In the system's keychain, by VS Code's secret storage"),
  };
  const chosen = await choose([now, keep], { title: vscode.l10n.t('Add Keys from the Clipboard') });
  if (chosen === undefined) return false;
  const before = [...editors.documents].map(({ overview }) => overview.keys);
  if (chosen === keep) await keyLogs.keep(text);
  else keyLogs.paste(text);
  const reports = await Promise.allSettled([...editors.documents].map((document) => document.sendKeys()));
  const isNew = [...editors.documents].some(({ overview }, index) => overview.keys > before[index]!);
  if (!isNew && reports.length > 0)
    void tellInformation(vscode.l10n.t('Peerscope: the clipboard holds no key that was not there before.'));
  return true;
}

/** Forgets all keys that were given by hand, and says which others are still in force. */
async function forgetKeys(editors: CaptureEditors, keyLogs: KeyLogs): Promise<void> {
  try {
    const had = await keyLogs.forgetKeys();
    const documents = [...editors.documents];
    await Promise.allSettled(documents.map((document) => document.sendKeys()));
    const configured = documents.flatMap(({ uri }) => configuredFiles('keyLogs', uri, []).map(keyLogName));
    const carrying = documents.filter(
      ({ uri, overview }) => overview.keys > 0 && configuredFiles('keyLogs', uri, []).length === 0,
    );
    const rest = [...new Set([...configured, ...carrying.map(({ uri }) => nameOf(uri))])].join(', ');
    const said = had
      ? vscode.l10n.t('Peerscope: all keys that were given by hand are forgotten.')
      : vscode.l10n.t('Peerscope: no key was given by hand.');
    void tellInformation(
      rest === '' ? said : vscode.l10n.t('{0} Those of the setting peerscope.keyLogs and of captures stay: {1}', said, rest),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void tellError(vscode.l10n.t('Peerscope: the keychain still holds keys: {0}', reason));
  }
}

async function askForKeyLogs(editors: CaptureEditors): Promise<vscode.Uri[] | undefined> {
  const beside = editors.active?.document.uri;
  return vscode.window.showOpenDialog({
    title: vscode.l10n.t('Add Key Log'),
    openLabel: vscode.l10n.t('Add'),
    canSelectMany: true,
    filters: { [vscode.l10n.t('Key logs')]: ['keys', 'keylog', 'log', 'txt'], [vscode.l10n.t('All files')]: ['*'] },
    ...(beside ? { defaultUri: vscode.Uri.joinPath(beside, '..') } : {}),
  });
}

async function goToFrame(editors: CaptureEditors, wanted: number | undefined): Promise<void> {
  const tab = editors.active;
  if (tab === undefined) {
    void tellInformation(vscode.l10n.t('Peerscope: open a capture first.'));
    return;
  }
  const { frames } = tab.document.overview;
  const answer =
    wanted !== undefined
      ? String(wanted)
      : await askLine({
          title: vscode.l10n.t('Go to Frame'),
          prompt: vscode.l10n.t('A frame number from 1 to {0}', frames),
          validateInput: (text) => unfit(text, frames),
        });
  if (answer !== undefined && unfit(answer, frames) === undefined) tab.reveal(Number(answer));
}

function unfit(text: string, frames: number): string | undefined {
  const fits = /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= frames;
  return fits ? undefined : vscode.l10n.t('A frame number from 1 to {0}', frames);
}
