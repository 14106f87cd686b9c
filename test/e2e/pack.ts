/** Packs the extension once for all test files: what they open is installed as a user installs it. */
import { join } from 'node:path';
import { buildExtension, packExtension } from '../../extension/build/package.ts';
import { project } from '../../extension/workbench/paths.ts';

export const vsix = join(project, 'dist', 'test', 'peerscope.vsix');

/** The same without what needs Node: it runs in the browser's extension host. */
export const webVsix = join(project, 'dist', 'test', 'peerscope-web.vsix');

export default function setup(): void {
  buildExtension();
  packExtension(vsix);
  packExtension(webVsix, ['main', 'extensionKind']);
}
