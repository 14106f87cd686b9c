/** `npm start` in a terminal: what it prints and opens, and that nothing stays behind when it is told to end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../extension/workbench/browser.ts';
import { project, samples } from '../../extension/workbench/paths.ts';
import { WorkbenchServer } from '../../extension/workbench/server.ts';
import { vsix } from './pack.ts';

describe('npm start', () => {
  let child: ChildProcess | undefined;
  let output = '';
  const start = (args: string[], env: Record<string, string> = {}): ChildProcess => {
    output = '';
    child = spawn('npm', ['start', '--', ...args], { cwd: project, env: { ...process.env, VSCODE_IPC_HOOK_CLI: '', ...env } });
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text) => (output += text));
    return child;
  };
  const closed = (): Promise<number | null> => new Promise((resolve) => child!.once('close', resolve));
  const printed = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = setInterval(() => {
        const found = pattern.exec(output)?.[0];
        if (found === undefined && child!.exitCode === null) return;
        clearInterval(look);
        if (found !== undefined) resolve(found);
        else reject(new Error(`ended without ${pattern}:\n${output}`));
      }, 100);
    });

  afterEach(() => {
    child?.kill('SIGTERM');
  });

  it('opens the workbench, which answers', async () => {
    start(['--once']);
    const code = await closed();
    expect(output).toContain('It answers.');
    expect(code).toBe(0);
  });

  it('ends the workbench when it is told to end', async () => {
    start(['--workbench'], { DISPLAY: '', WAYLAND_DISPLAY: '' });
    const address = await printed(/http:\/\/127\.0\.0\.1:\d+/);
    await printed(/Ctrl\+C/);
    expect((await fetch(address)).ok).toBe(true);
    const ended = closed();
    child!.kill('SIGTERM');
    await ended;
    await expect(fetch(address)).rejects.toThrow();
  });

  it('shows the first sample in the inspector, in a profile that knows no extension yet', async () => {
    start(['--workbench'], { DISPLAY: '', WAYLAND_DISPLAY: '' });
    const address = await printed(/http:\/\/127\.0\.0\.1:\d+\/\S+/);
    await printed(/Ctrl\+C/);
    await showsInspector(address);
  });

  it('shows a capture of a folder that holds nothing else, too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'peerscope-alone-'));
    const file = join(folder, 'one.pcapng');
    copyFileSync(join(samples, 'p2pke_a.pcapng'), file);
    const server = await WorkbenchServer.start({ vsix: [vsix] });
    try {
      await showsInspector(server.address({ folder, file }));
    } finally {
      await server.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('takes the VS Code that is on the PATH, with the extension and data folders of its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'peerscope-path-'));
    try {
      const said = join(folder, 'said');
      const command = join(folder, 'code');
      writeFileSync(command, `#!/bin/sh\nprintf '%s\\n' "$@" > "${said}"\nexec sleep 600\n`);
      chmodSync(command, 0o755);
      start([], { PATH: `${folder}${delimiter}${process.env.PATH}` });
      await printed(/Opening VS Code/);
      await expect.poll(() => existsSync(said) && readFileSync(said, 'utf8')).toContain('--wait');
      const args = readFileSync(said, 'utf8').trim().split('\n');
      expect(args).toContain(`--extensionDevelopmentPath=${project}`);
      expect(args).toContain(samples);
      const data = args.find((each) => each.startsWith('--user-data-dir='))!.slice('--user-data-dir='.length);
      expect(existsSync(data)).toBe(true);
      const ended = closed();
      child!.kill('SIGTERM');
      await ended;
      expect(existsSync(data)).toBe(false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** In a browser that has never been there, the address shows an inspector, and no text editor that refuses the file. */
async function showsInspector(address: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(address);
    const inspectors = () =>
      Promise.all(
        page.frames().map((frame) =>
          frame
            .locator('peerscope-inspector')
            .count()
            .catch(() => 0),
        ),
      );
    await expect.poll(async () => Math.max(...(await inspectors())), { timeout: 60_000, interval: 200 }).toBe(1);
    await expect.poll(() => page.getByText('The file is not displayed in the text editor').count(), { timeout: 20_000 }).toBe(0);
  } finally {
    await browser.close();
  }
}
