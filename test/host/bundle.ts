/** Bundles the suite that runs inside the extension host: the runner, what tests load, and every test file there is. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { project } from '../../extension/workbench/paths.ts';

export async function bundleSuite(): Promise<string> {
  const out = join(project, 'dist', 'test', 'host');
  rmSync(out, { recursive: true, force: true });
  await build({
    absWorkingDir: project,
    entryPoints: ['test/host/suite.ts', 'test/host/fake/worker.ts', 'test/host/**/*.test.ts'],
    outbase: 'test/host',
    outdir: out,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  return join(out, 'suite.cjs');
}
