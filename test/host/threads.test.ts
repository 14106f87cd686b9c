/** Threads that are killed under the editor: the real ones, as VS Code's extension host starts them, ended from outside. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as threads from 'node:worker_threads';
import * as vscode from 'vscode';
import { CaptureThreads } from '../../extension/host/capture/capturethreads.ts';
import type { CaptureDocument } from '../../extension/host/capture/document.ts';
import { activated, temporaryFolder, until, workspaceFile } from './help.ts';

/** Memory for a thread that is to run out of it soon. */
const LITTLE_MB = 32;
/** The sample so often is read for a while. */
const TIMES = 1500;

describe('a thread that is killed', () => {
  let documents: ReadonlySet<CaptureDocument>;
  /** Threads that have been heard of, in the order of their first words: one that is kept in reserve says nothing. */
  const started: threads.Worker[] = [];
  const made: threads.Worker[] = [];
  const note = (worker: threads.Worker): void => {
    made.push(worker);
    const heard = (): void => {
      if (!started.includes(worker)) started.push(worker);
    };
    worker.once('message', heard).once('error', heard).once('exit', heard);
  };

  before(async () => {
    ({ documents } = await activated());
    process.on('worker', note);
    // The one in reserve is from before: it is taken, and the next one is seen.
    await vscode.commands.executeCommand('vscode.openWith', workspaceFile('p2pke_a.pcapng'), 'peerscope.capture');
    await until('the next thread in reserve', () => made.length > 0);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await until('the end of the document', () => documents.size === 0);
  });
  after(() => process.off('worker', note));
  afterEach(async () => {
    await vscode.workspace
      .getConfiguration('peerscope')
      .update('protocolModules', undefined, vscode.ConfigurationTarget.Workspace);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await until('the end of the documents', () => documents.size === 0);
  });

  /** Opens a capture in its editor; the thread is the one that the extension host started for it. */
  async function open(uri: vscode.Uri): Promise<{ document: CaptureDocument; thread: threads.Worker }> {
    const before = started.length;
    await vscode.commands.executeCommand('vscode.openWith', uri, 'peerscope.capture', { preview: false });
    await until('its document', () => [...documents].some((each) => each.uri.toString() === uri.toString()));
    const document = [...documents].find((each) => each.uri.toString() === uri.toString())!;
    await until('its thread', () => started.length > before);
    return { document, thread: started.at(-1)! };
  }
  const read = ({ overview }: CaptureDocument): boolean => overview.done && overview.failure === undefined;

  it('ends the calls that wait with a sentence; other captures live on, and it is read again when asked', async () => {
    const { document: other } = await open(workspaceFile('ptpchat_a.pcapng'));
    await until('the other capture', () => read(other));
    const { document, thread } = await open(workspaceFile('p2pke_a.pcapng'));
    await until('the capture', () => read(document));
    const { generation } = document.overview;
    await thread.terminate();
    await until('the sentence', () => document.overview.failure === 'The dissection stopped with exit code 1.');
    await assert.rejects(document.ask('rows', { start: 0, count: 1, show: 'all' }), /The dissection stopped with exit code 1\./);
    assert.equal((await other.ask('rows', { start: 0, count: 1, show: 'all' })).rows.length, 1);
    assert.equal(other.overview.failure, undefined);
    await document.ready();
    await until('the capture again', () => read(document) && document.overview.messages === 33);
    assert.ok(document.overview.generation > generation);
    assert.equal((await document.ask('tree', { row: 5, show: 'all' })).row, 5);
  });

  it('in the middle of its first pass is told as well, and read to its end afterwards', async () => {
    const sample = readFileSync(workspaceFile('p2pke_a.pcapng').fsPath);
    const path = join(temporaryFolder(), 'long.pcapng');
    writeFileSync(path, Buffer.concat(Array.from({ length: TIMES }, () => sample)));
    const { document, thread } = await open(vscode.Uri.file(path));
    await until('its beginning', () => document.overview.frames > 0);
    assert.equal(document.overview.done, false);
    await thread.terminate();
    await until('the sentence', () => document.overview.failure === 'The dissection stopped with exit code 1.');
    void document.ready();
    await until('all of it', () => read(document) && document.overview.frames === TIMES * 33, 60_000);
  });

  it('by a module of the user that ends its process says so, and opens once the module is gone', async () => {
    const module = join(temporaryFolder(), 'exits.mjs');
    writeFileSync(module, protocolModule('process.exit(7);'));
    await use(module);
    const { document } = await open(workspaceFile('p2pke_a.pcapng'));
    await until('the sentence', () => document.overview.failure === 'The dissection stopped with exit code 7.');
    await use();
    await document.ready();
    await until('the capture', () => read(document) && document.overview.messages === 33);
  });

  it('since it needs more memory than there is for it says so; the others and the process live on', async () => {
    const { document: other } = await open(workspaceFile('ptpchat_a.pcapng'));
    await until('the other capture', () => read(other));
    const module = join(temporaryFolder(), 'hoards.mjs');
    writeFileSync(module, protocolModule('for (const hoard = []; ; ) hoard.push(new Array(1e5).fill({}).map(() => ({})));'));
    const peerscope = vscode.workspace.getConfiguration('peerscope');
    await peerscope.update('limits', { threadMemory: LITTLE_MB }, vscode.ConfigurationTarget.Global);
    let document: CaptureDocument;
    let thread: threads.Worker;
    try {
      await use(module);
      ({ document, thread } = await open(workspaceFile('heartbeat.pcapng')));
    } finally {
      await peerscope.update('limits', undefined, vscode.ConfigurationTarget.Global);
    }
    // A thread that has ended already has no limits any more.
    assert.ok([undefined, LITTLE_MB].includes(thread.resourceLimits?.maxOldGenerationSizeMb));
    await until(
      'the sentence',
      () => document.overview.failure === 'The dissection stopped: it needed more memory than there is for it.',
      60_000,
    );
    assert.equal(other.overview.failure, undefined);
    assert.equal((await other.ask('rows', { start: 0, count: 1, show: 'all' })).rows.length, 1);
    await use();
    await document.ready();
    await until('the capture', () => read(document) && document.overview.frames === 6);
  });

  it('of the test nodes ends what waits for it, leaves recordings, and the next node starts another', async () => {
    const [script, handshake] = [
      join(temporaryFolder(), 'waits.packet'),
      'node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\n',
    ];
    writeFileSync(script, `### quick\n${handshake}expect b InitHello within 20s\n### waits\n${handshake}wait 300s\n`);
    const uri = vscode.Uri.file(script);
    const run = (text: string) =>
      vscode.commands.executeCommand('peerscope.runScriptSection', uri, readFileSync(script, 'utf8').indexOf(text));
    const from = started.length;
    await run('### quick');
    await until('the recording', () => [...documents].some((each) => read(each) && each.overview.messages > 0));
    const [recording] = documents;
    const nodes = started[from]!;
    const waiting = run('### waits');
    let isOver = false;
    void waiting.then(() => {
      isOver = true;
    });
    await nodes.terminate();
    await until('the end of the section', () => isOver);
    assert.ok(existsSync(recording!.uri.fsPath));
    assert.equal((await recording!.ask('rows', { start: 0, count: 1, show: 'all' })).rows.length, 1);
    const before = started.length;
    await run('### quick');
    await until('another thread', () => started.length > before);
    assert.notEqual(started[before], nodes);
    await until('the recording again', () => read(recording!) && recording!.overview.messages > 0);
  });
});

describe('a thread in reserve', () => {
  let reserve: CaptureThreads;
  /** Those of this reserve: the extension has one of its own. */
  const made: threads.Worker[] = [];
  const note = (worker: threads.Worker): void =>
    void worker.once('message', (first) => {
      if (first === 'here') made.push(worker);
    });

  beforeEach(() => {
    made.length = 0;
    process.on('worker', note);
    const bundle = join(temporaryFolder(), 'says.cjs');
    writeFileSync(
      bundle,
      `const { parentPort } = require('node:worker_threads');
       parentPort.postMessage('here');
       parentPort.on('message', (message) => parentPort.postMessage(['heard', message]));`,
    );
    reserve = new CaptureThreads(vscode.Uri.file(bundle));
  });
  afterEach(() => {
    process.off('worker', note);
    reserve.dispose();
  });
  const hasEnded = ({ threadId }: threads.Worker): boolean => threadId === -1;

  it('is the one that the next capture gets, and another takes its place', async () => {
    await until('the reserve', () => made.length === 1);
    const heard: unknown[] = [];
    const thread = reserve.start({ message: (message) => void heard.push(message), ended: () => {} });
    thread.post('a capture', []);
    await until('its answer', () => heard.length > 0);
    assert.deepEqual(heard, [['heard', 'a capture']]);
    assert.equal(made.length, 1);
    await until('the next one', () => made.length === 2);
    assert.ok(!hasEnded(made[1]!));
    thread.terminate();
    await until('the end of the first', () => hasEnded(made[0]!));
  });

  it('tells who has taken it that it ends', async () => {
    await until('the reserve', () => made.length === 1);
    const reasons: string[] = [];
    reserve.start({ message: () => {}, ended: (reason) => void reasons.push(reason) });
    await made[0]!.terminate();
    await until('the reason', () => reasons.length > 0);
    assert.deepEqual(reasons, ['The dissection stopped with exit code 1.']);
  });

  it('that has ended is not given to a capture', async () => {
    await until('the reserve', () => made.length === 1);
    await made[0]!.terminate();
    let reason = '';
    const thread = reserve.start({ message: () => {}, ended: (why) => (reason = why) });
    await until('a thread of its own', () => made.length === 2);
    assert.equal(reason, '');
    thread.terminate();
  });

  it('that was started with another limit is not given to a capture', async () => {
    await until('the reserve', () => made.length === 1);
    const peerscope = vscode.workspace.getConfiguration('peerscope');
    await peerscope.update('limits', { threadMemory: LITTLE_MB * 10 }, vscode.ConfigurationTarget.Global);
    try {
      const thread = reserve.start({ message: () => {}, ended: () => {} });
      await until('a thread of its own', () => made.length === 2);
      assert.equal(made[1]!.resourceLimits?.maxOldGenerationSizeMb, LITTLE_MB * 10);
      thread.terminate();
    } finally {
      await peerscope.update('limits', undefined, vscode.ConfigurationTarget.Global);
    }
    await until('the end of the first', () => hasEnded(made[0]!));
  });

  it('ends with the extension', async () => {
    await until('the reserve', () => made.length === 1);
    reserve.dispose();
    await until('its end', () => hasEnded(made[0]!));
  });
});

/** Protocols of the user's own; none. */
async function use(...modules: string[]): Promise<void> {
  await vscode.workspace
    .getConfiguration('peerscope')
    .update('protocolModules', modules.length === 0 ? undefined : modules, vscode.ConfigurationTarget.Workspace);
}

/** One that does something bad as soon as it sees a packet of p2pke or of heartbeat, and leaves other captures alone. */
function protocolModule(bad: string): string {
  return `export default ({ defineProtocol }) => defineProtocol({
  id: 'bad', title: 'Bad', document: 'none', names: ['bad'], keys: [], rules: [],
  recognise: ({ ports }) => {
    if (ports.some((port) => [7000, 7001, 7777].includes(port))) { ${bad} }
    return 0;
  },
  observe: () => ({ conversation: () => ({}), end() {} }),
  dissect: () => undefined,
});
`;
}
