/** A client of the debug adapter, over the standard input and output of the command as it is installed. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { goldenKeys, goldenPath } from '../../golden/open.ts';
import { bundled } from '../cli/bundle.ts';
import { endsWithFile, endsWithTest } from '../endings.ts';

let folder: string | undefined;

/** Builds the command once for a file of tests. */
export async function buildCommand(): Promise<void> {
  const made = await mkdtemp(join(tmpdir(), 'peerscope-dap-'));
  folder = made;
  endsWithFile(async () => {
    folder = undefined;
    await rm(made, { recursive: true, force: true });
  });
  writeFileSync(join(made, 'package.json'), JSON.stringify({ type: 'module', version: '1.2.3' }));
  await bundled('dist/peerscope.js', join(made, 'dist', 'peerscope.js'));
}

export function temporaryFile(name: string, text: string): string {
  const path = join(folder!, name);
  writeFileSync(path, text);
  return path;
}

function patient(made: DebugClient): DebugClient {
  // What hangs is ended by the test's own limit.
  made.defaultTimeout = 60_000;
  endsWithTest(() => made.stop());
  return made;
}

/** A client with a session that has not been launched; `args` go to the command. */
export async function client(...args: readonly string[]): Promise<DebugClient> {
  // A client starts a file without arguments.
  const start = temporaryFile(
    `dap-${args.length}.js`,
    `process.argv.splice(2, 0, 'dap', ...${JSON.stringify(args)});\nawait import('./dist/peerscope.js');\n`,
  );
  const made = patient(new DebugClient(process.execPath, start, 'peerscope'));
  await made.start();
  return made;
}

/** The command waiting on a port. */
export async function listening(): Promise<{ readonly port: number }> {
  const child = spawn(process.execPath, [join(folder!, 'dist', 'peerscope.js'), 'dap', '--port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // After its clients, which wait for its last answer.
  endsWithFile(() => child.kill());
  let told = '';
  for await (const chunk of child.stderr) {
    told += chunk;
    const port = /127\.0\.0\.1:(\d+)/.exec(told)?.[1];
    if (port !== undefined) return { port: Number(port) };
  }
  throw new Error(told);
}

export async function clientAt(port: number): Promise<DebugClient> {
  const made = patient(new DebugClient(process.execPath, '', 'peerscope'));
  await made.start(port);
  return made;
}

export type Stopped = DebugProtocol.StoppedEvent['body'];

/** Waits for the stop that an action leads to. */
export async function stopAfter(debug: DebugClient, act: () => Promise<unknown>): Promise<Stopped> {
  const stopped = debug.waitForEvent('stopped', 60_000);
  // Where the action fails nobody waits for it any more.
  stopped.catch(() => {});
  await act();
  return (await stopped).body;
}

/** Launches what is debugged; `set` sets breakpoints. */
export function launched(
  debug: DebugClient,
  given: Readonly<Record<string, unknown>>,
  set: (debug: DebugClient) => Promise<unknown> = async () => {},
): Promise<Stopped> {
  return stopAfter(debug, async () => {
    const initialized = debug.waitForEvent('initialized', 60_000);
    await debug.initializeRequest();
    await Promise.all([
      debug.launchRequest(given as DebugProtocol.LaunchRequestArguments),
      initialized.then(async () => {
        await set(debug);
        await debug.configurationDoneRequest();
      }),
    ]);
  });
}

/** A session on a capture of the golden folder, with its keys, that stands at its first message. */
export async function stopped(
  capture: string,
  more: Readonly<Record<string, unknown>> = {},
  set?: (debug: DebugClient) => Promise<unknown>,
): Promise<{ readonly debug: DebugClient; readonly stop: Stopped }> {
  const debug = await client();
  const keys = temporaryFile(`${capture}.keys`, goldenKeys(capture));
  const stop = await launched(debug, { program: goldenPath(`${capture}.pcapng`), keys: [keys], ...more }, set);
  return { debug, stop };
}

/** The stack of a thread. */
export async function stackOf(debug: DebugClient, threadId = 1): Promise<readonly DebugProtocol.StackFrame[]> {
  return (await debug.stackTraceRequest({ threadId })).body.stackFrames;
}

/** The variables of a scope of the topmost frame. */
export async function variablesOf(debug: DebugClient, scope: string): Promise<readonly DebugProtocol.Variable[]> {
  const [frame] = await stackOf(debug);
  const { scopes } = (await debug.scopesRequest({ frameId: frame!.id })).body;
  const { variablesReference } = scopes.find(({ name }) => name === scope)!;
  return (await debug.variablesRequest({ variablesReference })).body.variables;
}
