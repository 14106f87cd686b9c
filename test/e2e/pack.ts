/** Packs the extension once for all test files: what they open is installed as a user installs it. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packExtension } from '../../extension/build/package.ts';
import { project } from '../../extension/workbench/paths.ts';

export const vsix = join(project, 'dist', 'test', 'peerscope.vsix');

/** The same without what needs Node: it runs in the browser's extension host. */
export const webVsix = join(project, 'dist', 'test', 'peerscope-web.vsix');

export default function setup(): void {
  packExtension(vsix);
  const folder = join(project, 'dist', 'test', 'web-extension');
  rmSync(folder, { recursive: true, force: true });
  const {
    main: _,
    extensionKind: _kind,
    scripts: _scripts,
    exports: _exports,
    ...manifest
  } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore', 'dist/web', 'dist/media', 'media/icons'])
    cpSync(join(project, file), join(folder, file), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  packExtension(webVsix, folder);
}
