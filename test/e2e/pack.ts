/** Packs and installs the extension once for all test files, as a user installs it. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildExtension, packExtension } from '../../extension/build/package.ts';
import { project } from '../../extension/workbench/paths.ts';
import { installExtensions } from '../../extension/workbench/server.ts';

export const vsix = join(project, 'dist', 'test', 'peerscope.vsix');

/** The same without what needs Node: it runs in the browser's extension host. */
export const webVsix = join(project, 'dist', 'test', 'peerscope-web.vsix');

/** Where each of them is installed. */
export const installed = join(project, 'dist', 'test', 'extensions');
export const webInstalled = join(project, 'dist', 'test', 'extensions-web');

/** Packs an extension of the tests, which is to run beside ours, out of its folder here. */
export function packedBeside(folder: string): string {
  const out = join(project, 'dist', 'test', `${folder}.vsix`);
  const vsce = createRequire(import.meta.url).resolve('@vscode/vsce/vsce');
  const options = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', out];
  execFileSync(process.execPath, [vsce, 'package', ...options], { cwd: join(project, 'test', 'e2e', folder), stdio: 'pipe' });
  return out;
}

export default async function setup(): Promise<void> {
  buildExtension();
  packExtension(vsix);
  packExtension(webVsix, ['main', 'extensionKind']);
  for (const folder of [installed, webInstalled]) rmSync(folder, { recursive: true, force: true });
  await installExtensions(installed, [vsix]);
  await installExtensions(webInstalled, [webVsix]);
}
