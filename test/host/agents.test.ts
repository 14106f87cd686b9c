import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { tools } from '../../extension/agents/declarations.ts';
import { EditorTool } from '../../extension/host/agents/agents.ts';
import { settingsInForce } from '../../extension/host/agents/mcpserver.ts';
import { AgentThread } from '../../extension/host/agents/thread.ts';
import { KeyLogs } from '../../extension/host/keys/keylogs.ts';
import { activated, keychain, memento, temporaryFolder, until, workspaceFile } from './help.ts';

describe('tools for agents', () => {
  const { token } = new vscode.CancellationTokenSource();
  const extension = (): vscode.Uri => vscode.extensions.getExtension('peerscope.peerscope')!.extensionUri;
  const script = 'node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\nexpect b InitDone\nsend a data { data: 01 02 03 }\n';
  let keyLogs: KeyLogs;
  let thread: AgentThread;

  beforeEach(() => {
    keyLogs = new KeyLogs(memento(), keychain());
    thread = new AgentThread(extension(), keyLogs);
  });
  afterEach(() => {
    thread.end('the test is over');
    keyLogs.dispose();
  });

  const toolOf = (name: string): EditorTool => new EditorTool(tools.find((each) => each.name === name)!, thread);
  const invoked = async (tool: EditorTool, input: object): Promise<string> => {
    const { content } = await tool.invoke({ input: { ...input }, toolInvocationToken: undefined }, token);
    return content.map((part) => (part as vscode.LanguageModelTextPart).value).join('');
  };

  it('are those that the manifest declares', async () => {
    await activated();
    if (typeof vscode.lm?.registerTool !== 'function') return;
    const { packageJSON } = vscode.extensions.getExtension('peerscope.peerscope')!;
    const declared = packageJSON.contributes.languageModelTools.map(({ name }: { name: string }) => name);
    const listed = (): string[] => vscode.lm.tools.map(({ name }) => name).filter((name) => name.startsWith('peerscope_'));
    await until('the tools', () => listed().length > 0);
    assert.deepEqual(listed().sort(), [...declared].sort());
    assert.deepEqual(
      declared,
      tools.map(({ name }) => `peerscope_${name}`),
    );
  });

  it('read captures of the workspace, with the keys that are in force', async () => {
    const settings = vscode.workspace.getConfiguration('peerscope');
    const before = settings.inspect('keyLogs')?.workspaceValue;
    const ask = (): Promise<string> =>
      invoked(toolOf('list_messages'), { capture: 'p2pke_a.pcapng', filter: 'p2pke.message == "data"' });
    try {
      await settings.update('keyLogs', [], vscode.ConfigurationTarget.Workspace);
      assert.match(await ask(), /"message":"data","state":"encrypted"/);
      await keyLogs.add([workspaceFile('p2pke_a.keys')]);
      thread.end('the keys have changed');
      assert.match(await ask(), /"message":"data","state":"decoded","decrypted":true/);
    } finally {
      await settings.update('keyLogs', before, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('answer whoever calls them through the editor', async () => {
    await activated();
    if (typeof vscode.lm?.invokeTool !== 'function') return;
    const { content } = await vscode.lm.invokeTool(
      'peerscope_describe_protocol',
      { input: { id: 'p2pke', part: 'Rules' }, toolInvocationToken: undefined },
      token,
    );
    assert.match((content[0] as vscode.LanguageModelTextPart).value, /p2pke\.replay/);
  });

  it('read no file outside of the workspace', async () => {
    const outside = join(temporaryFolder(), 'a.pcapng');
    await assert.rejects(
      invoked(toolOf('describe_capture'), { capture: outside }),
      /lies outside of the folders that may be read/,
    );
  });

  it('ask the person before anything is sent, with where to and which bytes, and not before that is needed', async () => {
    const options = { input: { capture: 'p2pke_a.pcapng' } };
    assert.equal((await toolOf('describe_capture').prepareInvocation(options)).confirmationMessages, undefined);
    const { confirmationMessages } = await toolOf('run_section').prepareInvocation({ input: { script } });
    const { value } = confirmationMessages!.message as vscode.MarkdownString;
    const told = value.replace(/\\(.)/g, '$1').replaceAll('&nbsp;', ' ');
    for (const part of ['b = p2pke listen 127.0.0.1:0', 'a = p2pke dial b', '7 bytes: 00000010010203'])
      assert.ok(told.includes(part), told);
  });

  it('send what the person was asked about, once, and nothing else', async () => {
    const tool = toolOf('run_section');
    await assert.rejects(invoked(tool, { script }), /no person has allowed it/);
    await tool.prepareInvocation({ input: { script } });
    await assert.rejects(invoked(tool, { script: `${script}send a data { data: 04 }\n` }), /no person has allowed it/);
    assert.match(await invoked(tool, { script }), /^The section passed after /);
    await assert.rejects(invoked(tool, { script }), /no person has allowed it/);
  });

  it('are a server, too, once a person turns it on: with the folders of the workspace and the key logs in force', async () => {
    assert.equal(await settingsInForce(keyLogs), undefined);
    const settings = vscode.workspace.getConfiguration('peerscope');
    await settings.update('agents.mcpServer', true, vscode.ConfigurationTarget.Global);
    try {
      await keyLogs.add([workspaceFile('p2pke_a.keys'), workspaceFile('gone.keys')]);
      const { roots, keyLogs: files } = (await settingsInForce(keyLogs))!;
      assert.deepEqual(roots, [vscode.workspace.workspaceFolders![0]!.uri.fsPath]);
      assert.ok(files.includes(workspaceFile('p2pke_a.keys').fsPath), files.join(' '));
      assert.ok(!files.includes(workspaceFile('gone.keys').fsPath), files.join(' '));
    } finally {
      await settings.update('agents.mcpServer', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});
