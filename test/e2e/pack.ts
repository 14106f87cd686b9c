/** Packs the extension once for all test files: what they open is installed as a user installs it. */
import { join } from 'node:path';
import { packExtension } from '../../extension/build/package.ts';
import { project } from '../../extension/workbench/paths.ts';

export const vsix = join(project, 'dist', 'test', 'peerscope.vsix');

export default function setup(): void {
  packExtension(vsix);
}
