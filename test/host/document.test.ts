import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { rowsParams, treeParams } from '../../extension/host/capture/checks.ts';
import { CaptureDocument } from '../../extension/host/capture/document.ts';
import { Warnings } from '../../extension/host/capture/warnings.ts';
import { KeyLogs } from '../../extension/host/keys/keylogs.ts';
import { FATAL_ROW, SILENT_ROW } from './fake/worker.ts';
import { fakeThreads, keychain, memento, temporaryFolder } from './help.ts';

describe('a capture document', () => {
  const log = vscode.window.createOutputChannel('Peerscope test', { log: true });
  const keyLogs = new KeyLogs(memento(), keychain());
  const warnings = new Warnings(log, keyLogs);
  const opened: CaptureDocument[] = [];
  const open = (uri: vscode.Uri): CaptureDocument => {
    const document = new CaptureDocument(uri, fakeThreads, keyLogs, warnings);
    opened.push(document);
    return document;
  };
  const file = (name: string): vscode.Uri => {
    const path = join(temporaryFolder(), name);
    writeFileSync(path, 'any');
    return vscode.Uri.file(path);
  };

  afterEach(() => {
    for (const document of opened.splice(0)) document.dispose();
  });
  after(() => {
    keyLogs.dispose();
    log.dispose();
  });

  it('answers ready with the overview, and rows, tree and locate from its worker', async () => {
    const document = open(file('good.pcap'));
    assert.equal((await document.ready()).name, 'good.pcap');
    const { rows, total } = await document.ask('rows', { start: 5, count: 2, show: 'all' });
    assert.deepEqual([rows.map((row) => row.frame), total], [[6, 7], 100]);
    assert.equal((await document.ask('tree', { row: 3, show: 'messages' })).row, 3);
    assert.equal((await document.ask('locate', { frame: 9, show: 'all' })).row, 8);
  });

  it('gives the worker the bytes of a file that is not on a disk', async () => {
    const files = new MemoryFiles(new Uint8Array(4321));
    const provider = vscode.workspace.registerFileSystemProvider('peerscope-test', files, { isReadonly: true });
    try {
      const overview = await open(vscode.Uri.parse('peerscope-test:/somewhere/remote.pcap')).ready();
      assert.deepEqual([overview.name, overview.bytes], ['remote.pcap', 4321]);
    } finally {
      provider.dispose();
    }
  });

  it('tells why a capture cannot be read', async () => {
    assert.equal((await open(file('unreadable.pcap')).ready()).failure, 'This is no capture.');
    const gone = await open(vscode.Uri.parse('peerscope-nowhere:/x.pcap')).ready();
    assert.ok(gone.failure);
  });

  it('reads again what could not be read, for the page that asks for it', async () => {
    const document = open(vscode.Uri.parse('peerscope-late:/late.pcap'));
    assert.ok((await document.ready()).failure);
    const provider = vscode.workspace.registerFileSystemProvider('peerscope-late', new MemoryFiles(new Uint8Array(7)), {});
    try {
      const { failure, bytes } = await document.ready();
      assert.deepEqual([failure, bytes], [undefined, 7]);
    } finally {
      provider.dispose();
    }
  });

  it('ends every waiting call when its worker stops, and leaves other captures alone', async () => {
    const [doomed, other] = [open(file('doomed.pcap')), open(file('other.pcap'))];
    await Promise.all([doomed.ready(), other.ready()]);
    const waiting = doomed.ask('tree', { row: SILENT_ROW, show: 'all' });
    await assert.rejects(doomed.ask('tree', { row: FATAL_ROW, show: 'all' }), /crashed on a tree/);
    await assert.rejects(waiting, /crashed on a tree/);
    assert.match(doomed.overview.failure ?? '', /crashed on a tree/);
    await assert.rejects(doomed.ask('rows', { start: 0, count: 1, show: 'all' }), /crashed on a tree/);
    assert.equal((await other.ask('rows', { start: 0, count: 1, show: 'all' })).rows.length, 1);
    assert.equal(other.overview.failure, undefined);
  });

  it('starts another worker for the page that asks for it, with rows of a later generation', async () => {
    const document = open(file('again.pcap'));
    const { generation } = await document.ready();
    await assert.rejects(document.ask('tree', { row: FATAL_ROW, show: 'all' }));
    const overview = await document.ready();
    assert.equal(overview.failure, undefined);
    assert.ok(overview.generation > generation);
    assert.equal((await document.ask('rows', { start: 0, count: 1, show: 'all' })).generation, overview.generation);
  });

  it('tells of a worker that stops while it opens', async () => {
    assert.match((await open(file('crash.pcap')).ready()).failure ?? '', /crashed while opening/);
  });

  it('ends waiting calls when it is closed', async () => {
    const document = open(file('closed.pcap'));
    await document.ready();
    const waiting = document.ask('tree', { row: SILENT_ROW, show: 'all' });
    document.dispose();
    await assert.rejects(waiting, /closed/);
  });

  it('passes on nothing that is not in shape', () => {
    assert.throws(() => rowsParams({ start: -1, count: 1, show: 'all' }), /"rows.start" expected an integer from 0, got -1/);
    assert.throws(() => rowsParams({ start: 0, count: 1e9, show: 'all' }), /"rows.count"/);
    assert.throws(() => rowsParams({ start: 0, count: 1, show: 'some' }), /"rows.show"/);
    assert.throws(() => rowsParams(null), /"rows" expected an object/);
    assert.throws(() => treeParams({ row: 0.5, show: 'all' }), /"tree.row"/);
  });
});

class MemoryFiles implements vscode.FileSystemProvider {
  readonly #bytes: Uint8Array;
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  watch = (): vscode.Disposable => new vscode.Disposable(() => {});
  stat = (): vscode.FileStat => ({ type: vscode.FileType.File, ctime: 0, mtime: 0, size: this.#bytes.length });
  readFile = (): Uint8Array => this.#bytes;
  readDirectory = (): [string, vscode.FileType][] => [];
  createDirectory = (): never => refuse();
  writeFile = (): never => refuse();
  delete = (): never => refuse();
  rename = (): never => refuse();
}

function refuse(): never {
  throw vscode.FileSystemError.NoPermissions();
}
