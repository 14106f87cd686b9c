import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { pageOf } from '../../extension/host/capture/page.ts';
import { activated, until, workspaceFile, write } from './help.ts';

describe('the extension in VS Code', () => {
  it('does not run before it is needed', () => {
    const { packageJSON } = vscode.extensions.getExtension('peerscope.peerscope')!;
    // The Test Explorer lists the sections of scripts from the start; captures and commands call it by themselves.
    const onDebug = ['onDebugResolve:peerscope', 'onDebugDynamicConfigurations:peerscope'];
    // A message of a node that was open when the window was closed is asked for from its file system.
    const ofMessages = 'onFileSystem:peerscope-message';
    // A capture in the folder is likely to be opened: then its thread is there already.
    const { selector } = packageJSON.contributes.customEditors[0];
    const ends = selector.map(({ filenamePattern }: { readonly filenamePattern: string }) => filenamePattern.slice('*.'.length));
    const ofFiles = `workspaceContains:**/*.{packet,${ends.join(',')}}`;
    const events = ['onLanguage:packet', ...onDebug, ofFiles, ofMessages];
    assert.deepEqual(packageJSON.activationEvents, events);
  });

  it('has its commands', async () => {
    await activated();
    const commands = await vscode.commands.getCommands(true);
    const { packageJSON } = vscode.extensions.getExtension('peerscope.peerscope')!;
    for (const { command } of packageJSON.contributes.commands) assert.ok(commands.includes(command), command);
  });

  for (const name of ['p2pke_a.pcapng', 'copy.pcap', 'copy.cap', 'copy.pcapng.gz', 'copy.pcap.zst', 'copy.cap.lz4'])
    it(`opens ${name} in the capture editor`, async () => {
      const uri = workspaceFile(name);
      if (name.startsWith('copy')) await write(uri, 'no capture');
      await vscode.commands.executeCommand('vscode.open', uri);
      const input = (): unknown => vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      await until('the editor', () => {
        const open = input();
        return open instanceof vscode.TabInputCustom && open.uri.toString() === uri.toString();
      });
      assert.equal((input() as vscode.TabInputCustom).viewType, 'peerscope.capture');
      const { documents } = await activated();
      await until('the document', () => [...documents].some((document) => document.uri.toString() === uri.toString()));
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await until('the end of the document', () => documents.size === 0);
    });

  it('has one document for two tabs of a capture', async () => {
    const { documents } = await activated();
    await vscode.commands.executeCommand(
      'vscode.openWith',
      workspaceFile('p2pke_a.pcapng'),
      'peerscope.capture',
      vscode.ViewColumn.One,
    );
    await vscode.commands.executeCommand(
      'vscode.openWith',
      workspaceFile('p2pke_a.pcapng'),
      'peerscope.capture',
      vscode.ViewColumn.Two,
    );
    await until('two tabs', () => vscode.window.tabGroups.all.flatMap((group) => group.tabs).length === 2);
    assert.equal(documents.size, 1);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await until('the end of the document', () => documents.size === 0);
  });
});

describe('the inspector page', () => {
  let panel: vscode.WebviewPanel;
  let page: string;
  before(() => {
    panel = vscode.window.createWebviewPanel('peerscope.test', 'test', vscode.ViewColumn.One);
    page = pageOf('capture', panel.webview, vscode.Uri.file('/extension'));
  });
  after(() => panel.dispose());

  it('allows nothing by default, scripts by nonce, and no inline code', () => {
    assert.match(page, /default-src 'none'/);
    assert.doesNotMatch(page, /unsafe-/);
    const nonce = /script-src 'nonce-([\w-]+)'/.exec(page)?.[1];
    assert.ok(nonce !== undefined && nonce.length >= 16);
    for (const script of page.match(/<script[^>]*>/g) ?? [])
      assert.ok(script.includes(`nonce="${nonce}"`) && script.includes('src="'));
    assert.doesNotMatch(page, /\son\w+=|style=|<style/);
  });

  it('has another nonce each time', () => {
    assert.notEqual(page, pageOf('capture', panel.webview, vscode.Uri.file('/extension')));
  });
});
