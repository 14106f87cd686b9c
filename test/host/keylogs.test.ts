import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { CaptureDocument } from '../../extension/host/capture/document.ts';
import { Warnings } from '../../extension/host/capture/warnings.ts';
import { KeyLogs } from '../../extension/host/keys/keylogs.ts';
import { fakeThreads, keychain, memento, temporaryFolder, until, workspaceFile, write } from './help.ts';

describe('key logs', () => {
  const capture = workspaceFile('p2pke_a.pcapng');
  const setting = (value: string[] | undefined): Thenable<void> =>
    vscode.workspace.getConfiguration('peerscope').update('keyLogs', value, vscode.ConfigurationTarget.Workspace);
  let outside: string;
  let state: vscode.Memento;
  let secrets: vscode.SecretStorage;
  let keyLogs: KeyLogs;
  let log: vscode.LogOutputChannel;
  let document: CaptureDocument | undefined;

  const opened = async (): Promise<CaptureDocument> => {
    document = new CaptureDocument(capture, fakeThreads, keyLogs, new Warnings(log, keyLogs));
    await document.ready();
    return document;
  };

  beforeEach(() => {
    outside = temporaryFolder();
    state = memento();
    secrets = keychain();
    keyLogs = new KeyLogs(state, secrets);
    log = vscode.window.createOutputChannel('Peerscope test', { log: true });
  });
  afterEach(async () => {
    document?.dispose();
    document = undefined;
    keyLogs.dispose();
    log.dispose();
    await setting(undefined);
  });

  it('come from the setting, relative to the folder or absolute, and from the command, each once', async () => {
    await write(workspaceFile('one.keys'), 'KEY 1\n');
    writeFileSync(join(outside, 'two.keys'), 'KEY 2\n');
    await setting(['one.keys', join(outside, 'two.keys')]);
    await keyLogs.add([workspaceFile('one.keys')]);
    const { texts, problems } = await keyLogs.read(capture);
    assert.deepEqual([texts.map(({ text }) => text), problems], [['KEY 1\n', 'KEY 2\n'], []]);
  });

  it('are left out where they are over the limit that a person may raise, with its name', async () => {
    const limits = (value: object | undefined): Thenable<void> =>
      vscode.workspace.getConfiguration('peerscope').update('limits', value, vscode.ConfigurationTarget.Global);
    await write(workspaceFile('long.keys'), `KEY ${'1'.repeat(200)}\n`);
    await keyLogs.add([workspaceFile('long.keys')]);
    try {
      await limits({ keyLogSize: 100 });
      const { texts, problems } = await keyLogs.read(capture);
      assert.deepEqual(texts, []);
      assert.match(problems.join(), /long\.keys.*over the limit keyLogSize of 100 bytes/);
    } finally {
      await limits(undefined);
    }
    assert.deepEqual((await keyLogs.read(capture)).problems, []);
  });

  it('are remembered as addresses and never as contents, until forgotten', async () => {
    const secret = vscode.Uri.file(join(outside, 'secret.keys'));
    await write(secret, 'KEY very secret\n');
    await keyLogs.add([secret]);
    assert.deepEqual(
      state.keys().map((key) => state.get(key)),
      [[secret.toString()]],
    );
    assert.equal(new KeyLogs(state, secrets).added[0]?.fsPath, secret.fsPath);
    await keyLogs.forget(secret);
    assert.deepEqual(keyLogs.added, []);
  });

  it('from the clipboard live in memory, or in the keychain, and are forgotten on demand', async () => {
    keyLogs.paste('KEY pasted\n');
    await keyLogs.keep('KEY kept\n');
    await keyLogs.keep('KEY kept too\n');
    const texts = async (): Promise<string[]> => (await keyLogs.read(capture)).texts.map(({ text }) => text);
    assert.deepEqual(await texts(), ['KEY pasted\n', 'KEY kept\nKEY kept too\n']);
    assert.deepEqual(state.keys(), []);
    const other = new KeyLogs(state, secrets);
    assert.deepEqual(
      (await other.read(capture)).texts.map(({ name }) => name),
      ['keychain'],
    );
    other.dispose();
    assert.equal(await keyLogs.forgetKeys(), true);
    assert.deepEqual(await texts(), []);
    assert.equal(await keyLogs.forgetKeys(), false);
  });

  it('are forgotten wherever they were given by hand: nothing is left in storage, and nothing is open; the files and the setting stay', async () => {
    const added = vscode.Uri.file(join(outside, 'added.keys'));
    await write(added, 'KEY added\n');
    await write(workspaceFile('one.keys'), 'KEY 1\n');
    await setting(['one.keys']);
    await keyLogs.add([added]);
    keyLogs.paste('KEY pasted\n');
    await keyLogs.keep('KEY kept\n');
    const open = await opened();
    assert.deepEqual([open.overview.keys, open.overview.encrypted], [4, 96]);
    await keyLogs.forgetKeys();
    assert.deepEqual(
      [await secrets.get('peerscope.keys'), state.keys().filter((key) => state.get(key) !== undefined)],
      [undefined, []],
    );
    await open.sendKeys();
    assert.deepEqual([open.overview.keys, open.overview.encrypted], [1, 99]);
    assert.equal((await vscode.workspace.fs.readFile(added)).length, 'KEY added\n'.length);
  });

  it('that cannot be read are told by name; the others count', async () => {
    await write(workspaceFile('one.keys'), 'KEY 1\n');
    await setting(['missing.keys', 'one.keys', '.']);
    const { texts, problems } = await keyLogs.read(capture);
    assert.equal(texts.length, 1);
    assert.equal(problems[0], 'missing.keys: the key log cannot be read: there is no such file.');
    assert.equal(problems.length, 2);
  });

  it('reach the worker before it opens the capture, and their bad lines are told with file and line', async () => {
    await write(workspaceFile('one.keys'), 'KEY 1\nrubbish\n');
    await setting(['one.keys']);
    const open = await opened();
    assert.deepEqual([open.overview.keys, open.overview.notices], [1, ['opened with 1 keys']]);
    assert.deepEqual((await open.sendKeys()).problems, ['one.keys:2: not a key']);
  });

  it('are read again when the setting changes', async () => {
    await write(workspaceFile('late.keys'), 'KEY late\n');
    const open = await opened();
    assert.equal(open.overview.keys, 0);
    const { generation } = open.overview;
    await setting(['late.keys']);
    await until('the key', () => open.overview.keys === 1);
    assert.ok(open.overview.generation > generation);
  });

  it('are read again when the command adds one', async () => {
    const open = await opened();
    const file = vscode.Uri.file(join(outside, 'added.keys'));
    await write(file, 'KEY added\n');
    await keyLogs.add([file]);
    await until('the key', () => open.overview.keys === 1);
  });

  it('are read again when a file changes, inside the workspace', async () => {
    const file = workspaceFile('growing.keys');
    await write(file, 'KEY 1\n');
    await setting(['growing.keys']);
    const open = await opened();
    appendFileSync(file.fsPath, 'KEY 2\n');
    await until('the second key', () => open.overview.keys === 2);
  });

  it('are read again when a file outside the workspace changes, appears or goes, whatever its name', async () => {
    const folder = join(outside, 'odd [a] {b}');
    mkdirSync(folder);
    const path = join(folder, 'key[1].keys');
    writeFileSync(path, 'KEY 1\n');
    await keyLogs.add([vscode.Uri.file(path)]);
    const open = await opened();
    assert.equal(open.overview.keys, 1);
    // A watcher takes a moment to start and nothing tells when; a writer that goes on writing is seen.
    let line = 2;
    await until('another key', () => {
      appendFileSync(path, `KEY ${line++}\n`);
      return open.overview.keys > 1;
    });
    unlinkSync(path);
    await until('the missing file', async () => (await open.sendKeys()).problems.length === 1);
  });
});
