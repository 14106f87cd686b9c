/** The language server as the editor starts it: a process of its own, spoken to over IPC. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import {
  createProtocolConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type ProtocolConnection,
} from 'vscode-languageserver/node';
import { bundled } from '../cli/bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'peerscope-server-'));
let file: string;
let server: ChildProcess;

beforeAll(async () => {
  file = await bundled('dist/server.cjs', join(folder, 'server.cjs'));
});
afterEach(() => void server.kill('SIGKILL'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function launch(): Promise<ProtocolConnection> {
  server = fork(file, ['--node-ipc'], { silent: true, execArgv: [] });
  const connection = createProtocolConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
  connection.listen();
  await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  await connection.sendNotification('initialized', {});
  return connection;
}

it('tells problems, and ends when it is told to', async () => {
  const connection = await launch();
  const told = new Promise((resolve) => connection.onNotification('textDocument/publishDiagnostics', resolve));
  const textDocument = { uri: 'untitled:x', languageId: 'packet', version: 1, text: 'p2pke dta' };
  await connection.sendNotification('textDocument/didOpen', { textDocument });
  expect(await told).toMatchObject({ uri: 'untitled:x', diagnostics: [{ severity: 1 }] });
  const ended = once(server, 'exit');
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  expect(await ended).toEqual([0, null]);
});

it('ends with its client', async () => {
  await launch();
  const ended = once(server, 'exit');
  server.disconnect();
  expect((await ended)[1]).toBeNull();
});
