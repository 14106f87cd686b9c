/**
 * `npm run package`: builds and packs the VSIX. An argument names the file to write. Everything is bundled, so no package of
 * node_modules goes in; which files do is .vscodeignore's word.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { project } from '../workbench/paths.ts';

/** Builds and packs; what the tools say is told when they fail. `folder` holds another extension than the project's own. */
export function packExtension(out: string, folder = project): void {
  mkdirSync(dirname(out), { recursive: true });
  try {
    pack(['--out', out], 'pipe', folder);
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`The extension does not pack:\n${stdout}${stderr}`);
  }
}

function pack(args: readonly string[], stdio: 'inherit' | 'pipe', folder = project): void {
  const vsce = createRequire(import.meta.url).resolve('@vscode/vsce/vsce');
  execFileSync(
    process.execPath,
    [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', ...args],
    {
      cwd: folder,
      encoding: 'utf8',
      stdio,
    },
  );
}

if (process.argv[1] === import.meta.filename) pack(process.argv[2] === undefined ? [] : ['--out', process.argv[2]], 'inherit');
