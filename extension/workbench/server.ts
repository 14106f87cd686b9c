/**
 * One running VS Code server with data folders of its own, which are gone when it ends. The server and all it forks are one
 * process group; the group ends with `dispose`, with this process, and with a signal to this process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './freeport.ts';
import { installWorkbench, type Workbench } from './install.ts';

const READY = 'Extension host agent started';
const START_LIMIT_MS = 60_000;

/** What the workbench shows to no one who came for captures, and nothing that asks questions. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'workbench.enableExperiments': false,
  'extensions.ignoreRecommendations': true,
  // Other programs of the machine open ports, too.
  'remote.autoForwardPorts': false,
};

export interface ServerOptions {
  /** User settings on top of the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Ask whether folders are trusted, as a desktop does. Without it everything is trusted. */
  readonly workspaceTrust?: boolean;
  /** Packaged extensions to install before the start, the way a user installs them. */
  readonly vsix?: readonly string[];
  /** A folder that `installExtensions` has filled, in the place of one of its own. */
  readonly extensions?: string;
  /**
   * Let an address name an extension to run from its folder, and tests to run in it. VS Code ties that to a driver for its
   * own tests, under which no notification and no dialog comes up.
   */
  readonly development?: boolean;
}

export interface PageOptions {
  readonly folder: string;
  /** Run the extension of this folder (`development`). */
  readonly extension?: string;
  /** A module with `run()` to run inside the extension host (`development`). */
  readonly tests?: string;
  /** A file to open at once. */
  readonly file?: string;
}

export class WorkbenchServer {
  readonly port: number;
  readonly #child: ChildProcess;
  /** Everything that it stores: settings, states of workspaces, what extensions keep. */
  readonly data: string;
  readonly #onExit = (): void => this.#end();
  #ended = false;
  #log = '';

  private constructor(port: number, child: ChildProcess, data: string) {
    this.port = port;
    this.#child = child;
    this.data = data;
    process.once('exit', this.#onExit);
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (text) => (this.#log = (this.#log + text).slice(-100_000)));
  }

  static async start(options: ServerOptions = {}): Promise<WorkbenchServer> {
    const workbench = await installWorkbench();
    const data = mkdtempSync(join(tmpdir(), 'peerscope-workbench-'));
    try {
      const folders = dataFolders(data, options);
      for (const vsix of options.vsix ?? []) await installExtension(workbench, folders, vsix);
      const port = await freePort();
      const server = new WorkbenchServer(port, launch(workbench, serverArguments(port, folders, options)), data);
      await server.#ready();
      return server;
    } catch (error) {
      rmSync(data, { recursive: true, force: true });
      throw error;
    }
  }

  /** The address at which the workbench opens with these things. */
  address(options: PageOptions): string {
    const remote = (path: string): string => `vscode-remote://127.0.0.1:${this.port}${path}`;
    const payload: [string, string][] = [['skipWelcome', 'true']];
    if (options.extension !== undefined) payload.push(['extensionDevelopmentPath', remote(options.extension)]);
    if (options.tests !== undefined) payload.push(['extensionTestsPath', remote(options.tests)]);
    if (options.file !== undefined) payload.push(['openFile', remote(options.file)]);
    const query = new URLSearchParams({ folder: options.folder, payload: JSON.stringify(payload) });
    return `http://127.0.0.1:${this.port}/?${query}`;
  }

  /** What the server has printed, its last part: for the report of a test that failed. */
  get log(): string {
    return this.#log;
  }

  /** Resolves when the server has ended, however it ended. */
  get ended(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => this.#child.once('exit', () => resolve()));
  }

  async dispose(): Promise<void> {
    const ended = this.ended;
    this.#end();
    await ended;
    rmSync(this.data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    process.off('exit', this.#onExit);
    endGroup(this.#child);
    try {
      rmSync(this.data, { recursive: true, force: true });
    } catch {
      // A process of the group that is just ending may still write; `dispose` tries again.
    }
  }

  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (failure?: string): void => {
        clearTimeout(timer);
        this.#child.off('exit', exited);
        this.#child.stdout!.off('data', look);
        if (failure === undefined) {
          resolve();
          return;
        }
        this.#end();
        reject(new Error(`The workbench ${failure}:\n${this.#log}`));
      };
      const exited = (code: number | null): void => settle(`ended at once with ${code}`);
      const look = (): void => {
        if (this.#log.includes(READY)) settle();
      };
      const timer = setTimeout(() => settle(`was not ready within ${START_LIMIT_MS / 1000} s`), START_LIMIT_MS);
      this.#child.once('exit', exited);
      this.#child.stdout!.on('data', look);
    });
  }
}

interface DataFolders {
  readonly server: string;
  readonly user: string;
  readonly extensions: string;
}

/** Installs packed extensions into a folder that several servers take in turn: an installation takes as long as a start. */
export async function installExtensions(extensions: string, vsix: readonly string[]): Promise<void> {
  const workbench = await installWorkbench();
  const data = mkdtempSync(join(tmpdir(), 'peerscope-workbench-'));
  try {
    const folders = dataFolders(data, { extensions });
    for (const each of vsix) await installExtension(workbench, folders, each);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

function dataFolders(
  data: string,
  { settings = {}, extensions = join(data, 'extensions') }: Pick<ServerOptions, 'settings' | 'extensions'>,
): DataFolders {
  const folders = { server: join(data, 'server'), user: join(data, 'user'), extensions };
  mkdirSync(folders.extensions, { recursive: true });
  mkdirSync(folders.server, { recursive: true });
  // Those of the scope "machine" count where they are settings of the machine that the server runs on.
  for (const [scope, values] of [
    ['User', { ...quietSettings, ...settings }],
    ['Machine', settings],
  ] as const) {
    mkdirSync(join(folders.user, scope), { recursive: true });
    writeFileSync(join(folders.user, scope, 'settings.json'), JSON.stringify(values, null, 2));
  }
  return folders;
}

function folderArguments(folders: DataFolders): string[] {
  return ['--server-data-dir', folders.server, '--user-data-dir', folders.user, '--extensions-dir', folders.extensions];
}

function serverArguments(port: number, folders: DataFolders, options: ServerOptions): string[] {
  return [
    ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--accept-server-license-terms'],
    ...folderArguments(folders),
    '--disable-telemetry',
    ...(options.development ? ['--enable-smoke-test-driver'] : []),
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
  ];
}

async function installExtension(workbench: Workbench, folders: DataFolders, vsix: string): Promise<void> {
  const child = launch(workbench, ['--install-extension', vsix, ...folderArguments(folders)]);
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text) => (output += text));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0 || !output.includes('successfully installed')) throw new Error(`${vsix} does not install:\n${output}`);
}

function launch(workbench: Workbench, args: string[]): ChildProcess {
  return spawn(workbench.node, [workbench.server, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: childEnvironment(),
  });
}

/** The environment without what belongs to this process alone: loaders of its Node, and an editor that may surround it. */
function childEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(NODE_OPTIONS|NODE_PATH|VSCODE_.*|ELECTRON_.*|VITEST.*|npm_.*)$/.test(name),
  );
  return Object.fromEntries(kept);
}

function endGroup(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
