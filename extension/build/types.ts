import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { project } from '../workbench/paths.ts';

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

/** Writes the declarations of the dissector, those of the library. Throws when there are none; type errors are the type check's to tell. */
export function declarations(): void {
  const entry = join(project, 'dist', 'types', 'dissector', 'dissector', 'index.d.ts');
  try {
    execFileSync(process.execPath, [compiler, '-b', 'dissector'], { cwd: project, stdio: 'pipe' });
  } catch (error) {
    if (!existsSync(entry)) throw error;
  }
}
