/** Packs and installs the extension once for all test files, as a user installs it. */
import { rmSync } from 'node:fs';
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

export default async function setup(): Promise<void> {
  buildExtension();
  packExtension(vsix);
  packExtension(webVsix, ['main', 'extensionKind']);
  for (const folder of [installed, webInstalled]) rmSync(folder, { recursive: true, force: true });
  await installExtensions(installed, [vsix]);
  await installExtensions(webInstalled, [webVsix]);
}
