/**
 * `npm run package`: builds and packs the VSIX. An argument names the file to write. Everything is bundled, so no package of
 * node_modules goes in; which files do is .vscodeignore's word.
 */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { project } from '../workbench/paths.ts';

const vsce = createRequire(import.meta.url).resolve('@vscode/vsce/vsce');
const out = process.argv[2] === undefined ? [] : ['--out', process.argv[2]];
execFileSync(process.execPath, [vsce, 'package', '--no-dependencies', '--allow-missing-repository', ...out], {
  cwd: project,
  stdio: 'inherit',
});
