import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { CaptureDocument } from '../../extension/host/capture/document.ts';
import { readSettings } from '../../extension/host/capture/settings.ts';
import { Warnings } from '../../extension/host/capture/warnings.ts';
import { KeyLogs } from '../../extension/host/keys/keylogs.ts';
import { activated, fakeThreads, keychain, memento, temporaryFolder, until, workspaceFile, write } from './help.ts';

describe('settings', () => {
  const capture = workspaceFile('p2pke_a.pcapng');
  const names = ['decodeAs', 'protocolModules', 'p2p.cipher', 'p2ppacket.types', 'keyLogs'];
  const set = (name: string, value: unknown): Thenable<void> =>
    vscode.workspace.getConfiguration('peerscope').update(name, value, vscode.ConfigurationTarget.Workspace);

  afterEach(async () => {
    for (const name of names) await set(name, undefined);
  });

  it('are in the manifest: every open choice, rules, and modules only in trusted workspaces', () => {
    const { packageJSON } = vscode.extensions.getExtension('peerscope.peerscope')!;
    const { restrictedConfigurations } = packageJSON.capabilities.untrustedWorkspaces;
    assert.ok(restrictedConfigurations.includes('peerscope.protocolModules'));
    const { settings, problems } = readSettings(capture);
    assert.deepEqual([settings.modules, settings.decodeAs, problems], [[], [], []]);
    assert.equal((settings.tree.p2p as { cipher: string }).cipher, 'auto');
    assert.equal(typeof (settings.tree.p2ppacket as { types: { hello: number } }).types.hello, 'number');
    assert.equal(settings.tree.keyLogs, undefined);
  });

  it('are read as they stand, paths from the folder', async () => {
    const elsewhere = join(temporaryFolder(), 'other.js');
    await set('protocolModules', ['heartbeat.js', elsewhere, '']);
    await set('decodeAs', ['udp → p2pke']);
    await set('p2p.cipher', 'aes-256-ctr');
    await set('p2ppacket.types', { hello: 9 });
    const { settings, problems } = readSettings(capture);
    assert.deepEqual(settings.modules, [workspaceFile('heartbeat.js').fsPath, elsewhere]);
    assert.deepEqual(settings.decodeAs, ['udp → p2pke']);
    assert.equal((settings.tree.p2p as { cipher: string }).cipher, 'aes-256-ctr');
    assert.equal((settings.tree.p2ppacket as { types: { hello: number } }).types.hello, 9);
    assert.deepEqual(problems, ['peerscope.protocolModules: every entry is the path of a file.']);
  });

  describe('of an open capture', () => {
    let keyLogs: KeyLogs;
    let log: vscode.LogOutputChannel;
    let document: CaptureDocument;
    const told = () => document.overview.notices.slice(1).map((notice) => JSON.parse(notice))[0];

    beforeEach(() => {
      keyLogs = new KeyLogs(memento(), keychain());
      log = vscode.window.createOutputChannel('Peerscope test', { log: true });
    });
    afterEach(() => {
      document.dispose();
      keyLogs.dispose();
      log.dispose();
    });
    const open = async (): Promise<void> => {
      document = new CaptureDocument(capture, fakeThreads, keyLogs, new Warnings(log, keyLogs));
      await document.ready();
    };

    it('reach the worker before it opens, and again when they change', async () => {
      await set('decodeAs', ['udp → p2pke']);
      await open();
      assert.deepEqual(told(), { modules: [], decodeAs: ['udp → p2pke'], cipher: 'auto', read: 1 });
      await set('p2p.cipher', 'aes-256-ctr');
      await until('the cipher', () => told()?.cipher === 'aes-256-ctr');
      assert.equal(told().read, 2);
    });

    it('do not reach it when only key logs change', async () => {
      await set('decodeAs', ['udp → p2pke']);
      await open();
      await set('keyLogs', ['nowhere.keys']);
      await document.sendKeys();
      await set('decodeAs', ['tcp → p2p']);
      await until('the other rule', () => told()?.decodeAs[0] === 'tcp → p2p');
      assert.equal(told().read, 2);
    });

    it('that cannot be used are told, and the capture opens', async () => {
      const warnings: string[] = [];
      const warned = { set: (_: object, problems: readonly string[]) => void warnings.push(...problems) };
      await set('decodeAs', ['nonsense']);
      document = new CaptureDocument(capture, fakeThreads, keyLogs, warned as unknown as Warnings);
      assert.equal((await document.ready()).failure, undefined);
      assert.deepEqual(warnings, ['Settings: "nonsense" is no rule.']);
    });
  });

  it('raise and lower limits, which a workspace cannot', async () => {
    const limits = (target: vscode.ConfigurationTarget, value: unknown): Thenable<void> =>
      vscode.workspace.getConfiguration('peerscope').update('limits', value, target);
    const { documents } = await activated();
    const recorded = workspaceFile('p2p_a.pcapng');
    await vscode.commands.executeCommand('vscode.openWith', recorded, 'peerscope.capture');
    const overview = () => [...documents].find(({ uri }) => uri.toString() === recorded.toString())?.overview;
    await until('the capture', () => overview()?.done === true && overview()!.findings > 1);
    const { findings } = overview()!;
    await limits(vscode.ConfigurationTarget.Global, { findings: 1 });
    await until('fewer findings', () => overview()?.done === true && overview()!.findings === 1);
    const told = `${findings - 1} more findings are over the limits findings of 1`;
    assert.ok(
      overview()!.notices.some((notice) => notice.startsWith(told)),
      overview()!.notices.join('\n'),
    );
    await limits(vscode.ConfigurationTarget.Global, undefined);
    await until('all of them', () => overview()?.done === true && overview()!.findings === findings);
    await assert.rejects(async () => await limits(vscode.ConfigurationTarget.Workspace, { findings: 1 }));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await until('the end of the document', () => documents.size === 0);
  });

  it("bring a protocol of the user's own to the real worker", async () => {
    const { documents } = await activated();
    const heartbeat = workspaceFile('heartbeat.pcapng');
    await vscode.commands.executeCommand('vscode.openWith', heartbeat, 'peerscope.capture');
    const overview = () => [...documents].find(({ uri }) => uri.toString() === heartbeat.toString())?.overview;
    await until('the capture', () => overview()?.done === true && overview()?.frames === 6);
    assert.equal(overview()!.messages, 0);
    await set('protocolModules', ['heartbeat.js']);
    await until('its messages', () => overview()?.messages === 6);
    assert.equal(overview()!.encrypted, 2);
    await set('keyLogs', ['heartbeat.keys']);
    await until('its keys', () => overview()?.encrypted === 0);
    const { generation } = overview()!;
    const module = workspaceFile('heartbeat.js');
    const source = await vscode.workspace.fs.readFile(module);
    await write(module, new TextDecoder().decode(source).replace('magic === 0x4842', 'magic === 0'));
    await until('the changed module', () => overview()?.messages === 0 && overview()!.generation > generation);
    await vscode.workspace.fs.writeFile(module, source);
    await until('the module as it was', () => overview()?.messages === 6);
    await set('protocolModules', undefined);
    await until('the end of it', () => overview()?.messages === 0);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await until('the end of the document', () => documents.size === 0);
  });
});
