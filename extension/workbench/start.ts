/**
 * `npm start`: builds, shows a decoded sample on the terminal, and opens the folder of samples in VS Code with the extension:
 * in the one that is installed (`code` on the PATH), else in the workbench that comes from npm. Ctrl+C ends all of it.
 * `--workbench` takes the latter in any case; `--once` opens it, looks whether it answers, and ends.
 */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { packExtension } from '../build/package.ts';
import { interrupted } from '../cli/interrupted.ts';
import { unsupported } from './install.ts';
import { project, samples } from './paths.ts';
import { WorkbenchServer } from './server.ts';

const FIRST_SAMPLE = 'p2pke_a.pcapng';
const once = process.argv.includes('--once');

run(process.execPath, ['--import', 'tsx', 'extension/build/build.ts']);
showSample(FIRST_SAMPLE);
// In a terminal of a remote window `code` only asks that window to open files.
const code = process.env.VSCODE_IPC_HOOK_CLI ? undefined : onPath('code');
if (code !== undefined && !once && !process.argv.includes('--workbench')) await desktop(code);
else await workbench();

/** Decodes a sample on the terminal, with the key log that lies beside it. */
function showSample(name: string): void {
  const command = join(project, 'dist', 'peerscope.js');
  const capture = join(samples, name);
  if (!existsSync(command) || !existsSync(capture)) return;
  const stem = name.replace(/\..*$/, '');
  const keys = readdirSync(samples).filter((file) => file.startsWith(`${stem}.key`));
  console.log(`\n$ peerscope decode ${[name, ...keys.map((file) => `--keys ${file}`)].join(' ')}`);
  run(process.execPath, [command, 'decode', capture, ...keys.flatMap((file) => ['--keys', join(samples, file)])]);
}

async function desktop(command: string): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'peerscope-code-'));
  console.log(`\nOpening VS Code (${command}); close its window or press Ctrl+C to end.`);
  const args = [
    `--extensionDevelopmentPath=${project}`,
    `--user-data-dir=${data}`,
    '--wait',
    samples,
    join(samples, FIRST_SAMPLE),
  ];
  // Windows has `code.cmd`, which only a shell starts; elsewhere a group of its own can be ended as a whole.
  const windows = process.platform === 'win32';
  const child = spawn(windows ? `"${command}"` : command, args, { stdio: 'inherit', detached: !windows, shell: windows });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await Promise.race([ended, interrupted()]);
  endGroup(child.pid);
  // `code` only waits: the editor is a process group of its own and leaves its number in its data folder.
  const lock = join(data, 'code.lock');
  if (existsSync(lock)) endGroup(Number(readFileSync(lock, 'utf8')));
  await ended;
  rmSync(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

async function workbench(): Promise<void> {
  const reason = unsupported();
  if (reason !== undefined) {
    console.error(`\n${reason}`);
    process.exitCode = 1;
    return;
  }
  const ending = interrupted();
  const vsix = join(project, 'dist', 'peerscope.vsix');
  packExtension(vsix);
  const server = await Promise.race([WorkbenchServer.start({ vsix: [vsix] }), ending]);
  if (server === undefined) process.exit(130);
  try {
    const address = server.address({ folder: samples, file: join(samples, FIRST_SAMPLE) });
    console.log(`\nVS Code with Peerscope, on the samples:\n\n  ${address}\n`);
    if (once) {
      const { ok, status } = await fetch(address);
      console.log(ok ? 'It answers.' : `It answers with status ${status}.`);
      if (!ok) process.exitCode = 1;
      return;
    }
    if (!openAddress(address)) console.log('Open that address in a browser on this machine.');
    console.log('Press Ctrl+C to end.');
    await Promise.race([server.ended, ending]);
  } finally {
    await server.dispose();
  }
}

/** Opens the address in the default browser; false where there is no display or nothing that opens one. */
function openAddress(address: string): boolean {
  const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  const opener = onPath(process.platform === 'darwin' ? 'open' : 'xdg-open');
  if (!display || opener === undefined) return false;
  const child = spawn(opener, [address], { stdio: 'ignore', detached: true });
  child.on('error', () => console.log('Open that address in a browser on this machine.'));
  child.unref();
  return true;
}

function endGroup(pid: number | undefined): void {
  if (!pid) return;
  if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(pid), '/t', '/f']);
  for (const target of [-pid, pid])
    try {
      process.kill(target, 'SIGTERM');
      return;
    } catch {
      // No group of that number, or it has ended already.
    }
}

function onPath(command: string): string | undefined {
  const names = process.platform === 'win32' ? [`${command}.cmd`, `${command}.exe`] : [command];
  for (const folder of (process.env.PATH ?? '').split(delimiter))
    for (const name of names)
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Not in this folder.
      }
  return undefined;
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: project, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
