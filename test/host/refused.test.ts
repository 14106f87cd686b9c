/** Captures that are open as text when the extension starts. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { reopenRefused } from '../../extension/host/capture/refused.ts';
import { activated, temporaryFolder, until } from './help.ts';

describe('a capture that is open as text', () => {
  const log = vscode.window.createOutputChannel('Peerscope test', { log: true });
  let listening: vscode.Disposable;
  let uri: vscode.Uri;
  const workbench = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('workbench');
  const inputs = (): unknown[] => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ input }) => input));

  /** Time in which it would have moved. */
  const moved = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500));

  beforeEach(async () => {
    await activated();
    const path = join(temporaryFolder(), 'text.pcap');
    // A text, so that the text editor shows it.
    writeFileSync(path, 'no capture');
    uri = vscode.Uri.file(path);
  });
  afterEach(async () => {
    listening.dispose();
    await workbench().update('editorAssociations', undefined, vscode.ConfigurationTarget.Global);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
  after(() => log.dispose());

  it('moves to the inspector', async () => {
    await vscode.commands.executeCommand('vscode.openWith', uri, 'default');
    await until('the text', () => inputs().some((input) => input instanceof vscode.TabInputText));
    listening = reopenRefused(log);
    await until('the inspector', () => inputs().some((input) => input instanceof vscode.TabInputCustom));
    await until('the end of the text', () => !inputs().some((input) => input instanceof vscode.TabInputText));
  });

  it('moves there when it is opened later, until an inspector was open', async () => {
    listening = reopenRefused(log);
    await vscode.commands.executeCommand('vscode.openWith', uri, 'default');
    await until('the inspector', () => inputs().some((input) => input instanceof vscode.TabInputCustom));
    await until('the end of the text', () => !inputs().some((input) => input instanceof vscode.TabInputText));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('vscode.openWith', uri, 'default');
    await until('the text', () => inputs().some((input) => input instanceof vscode.TabInputText));
    await moved();
    assert.ok(!inputs().some((input) => input instanceof vscode.TabInputCustom));
  });

  it('stays where the settings open captures in another editor', async () => {
    await workbench().update('editorAssociations', { '*.pcap': 'default' }, vscode.ConfigurationTarget.Global);
    listening = reopenRefused(log);
    await vscode.commands.executeCommand('vscode.open', uri);
    await until('the text', () => inputs().some((input) => input instanceof vscode.TabInputText));
    await moved();
    assert.ok(!inputs().some((input) => input instanceof vscode.TabInputCustom));
  });
});
