import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import * as vscode from 'vscode';
import { activated, until, workspaceFile, write } from './help.ts';

describe('the language of packet scripts', () => {
  const wrong = 'p2pke data {\r\n  conter: 3\r\n}\r\n';
  const told = (uri: vscode.Uri): string[] => vscode.languages.getDiagnostics(uri).map(({ message }) => message);
  const mistake = 'data has no field "conter" here: did you mean counter?';
  const opened: vscode.Uri[] = [];

  const open = async (content: string, name?: string): Promise<vscode.TextDocument> => {
    if (name !== undefined) await write(workspaceFile(name), content);
    const document =
      name === undefined
        ? await vscode.workspace.openTextDocument({ language: 'packet', content })
        : await vscode.workspace.openTextDocument(workspaceFile(name));
    opened.push(document.uri);
    await vscode.window.showTextDocument(document);
    return document;
  };

  const modules = (value: string[] | undefined): Thenable<void> =>
    vscode.workspace.getConfiguration('peerscope').update('protocolModules', value, vscode.ConfigurationTarget.Workspace);

  before(() => activated());
  after(() => modules(undefined));
  afterEach(async () => {
    for (const { scheme } of opened.splice(0))
      await vscode.commands.executeCommand(
        scheme === 'untitled' ? 'workbench.action.revertAndCloseActiveEditor' : 'workbench.action.closeActiveEditor',
      );
  });

  it('has no server before a script is open', () => assert.deepEqual(servers(), []));

  it('is the language of such a file, and its mistakes are told where they stand', async () => {
    const { uri, languageId } = await open(wrong, 'wrong.packet');
    assert.equal(languageId, 'packet');
    await until('the problem', () => told(uri).length > 0);
    const [problem, ...more] = vscode.languages.getDiagnostics(uri);
    assert.equal(more.length, 0);
    assert.deepEqual(
      [problem!.message, problem!.severity, problem!.source],
      [mistake, vscode.DiagnosticSeverity.Error, 'peerscope'],
    );
    assert.ok(problem!.range.isEqual(new vscode.Range(1, 2, 1, 8)), JSON.stringify(problem!.range));
  });

  it('follows what is written', async () => {
    const { uri } = await open(wrong, 'mended.packet');
    await until('the problem', () => told(uri).length === 1);
    const mend = new vscode.WorkspaceEdit();
    mend.insert(uri, new vscode.Position(1, 3), 'oun');
    mend.delete(uri, new vscode.Range(1, 3, 1, 5));
    assert.ok(await vscode.workspace.applyEdit(mend));
    await until('the end of the problem', () => told(uri).length === 0);
    await vscode.commands.executeCommand('undo');
    await until('the problem again', () => told(uri).length === 1);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    opened.pop();
  });

  it('is known where there is no file yet', async () => {
    const { uri } = await open('p2pke data { conter: 3 }');
    assert.equal(uri.scheme, 'untitled');
    await until('the problem', () => told(uri).includes(mistake));
  });

  it('tells what a word is', async () => {
    const { uri } = await open('p2pke data { counter: 3 }', 'hover.packet');
    const hovers = () =>
      vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, new vscode.Position(0, 15));
    await until('the hover', async () => (await hovers()).length > 0);
    const [hover] = await hovers();
    assert.ok(hover!.range?.isEqual(new vscode.Range(0, 13, 0, 20)));
    assert.match((hover!.contents[0] as vscode.MarkdownString).value, /counter/);
  });

  it('completes the fields of a message', async () => {
    const { uri } = await open('p2pke data { co }', 'complete.packet');
    const item = async (wanted: string): Promise<vscode.CompletionItem | undefined> => {
      const at = new vscode.Position(0, 15);
      const list = await vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', uri, at);
      return list.items.find(({ label }) => (typeof label === 'string' ? label : label.label) === wanted);
    };
    await until('the fields', async () => (await item('counter')) !== undefined);
    const data = await item('data');
    assert.ok((data!.range as vscode.Range).isEqual(new vscode.Range(0, 13, 0, 15)));
    // Its value comes next.
    assert.equal(data!.command?.command, 'editor.action.triggerSuggest');
  });

  it('knows a protocol of its own while the setting names it, and reads it again when it changes', async () => {
    const { uri } = await open('heartbeat beat { sequence: 1 }', 'own.packet');
    const unknown = (): boolean => told(uri).some((text) => text.startsWith('there is no protocol "heartbeat"'));
    await until('the problem', unknown);
    await modules(['heartbeat.js']);
    await until('its end', () => !unknown());
    const module = workspaceFile('heartbeat.js');
    const source = await vscode.workspace.fs.readFile(module);
    await write(module, new TextDecoder().decode(source).replace("id: 'heartbeat'", "id: 'pulse'"));
    await until('the changed module', unknown);
    await vscode.workspace.fs.writeFile(module, source);
    await until('the module as it was', () => told(uri).length === 0);
    await modules(undefined);
    await until('the problem once more', unknown);
  });

  it('starts again when its server has died', async () => {
    const { uri } = await open(wrong, 'dying.packet');
    await until('the problem', () => told(uri).length === 1);
    const [server, ...more] = servers();
    assert.ok(server !== undefined && more.length === 0);
    server.kill('SIGKILL');
    await until('another server', () => servers().some(({ pid }) => pid !== server.pid));
    await until('the problem again', () => told(uri).length === 1);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(0, 0), 'p2pke dta\n');
    assert.ok(await vscode.workspace.applyEdit(edit));
    await until('a further problem', () => told(uri).length === 2);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    opened.pop();
  });
});

/** The processes of the language server that this host has started; Node has them under a name that is not documented. */
function servers(): ChildProcess[] {
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles(): Partial<ChildProcess>[] };
  return handles
    .call(process)
    .filter(
      ({ spawnargs, exitCode }) => exitCode === null && spawnargs?.some((each) => each.endsWith('server.cjs')),
    ) as ChildProcess[];
}
