/** What is bundled from where to where. VS Code loads CommonJS; the package is a module, so its files end in `.cjs`. */
import { type BuildOptions, build } from 'esbuild';
import { project } from '../workbench/paths.ts';

export interface Bundle {
  readonly entry: string;
  readonly out: string;
  readonly options: BuildOptions;
}

const node: BuildOptions = { platform: 'node', target: 'node20', sourcemap: 'linked' };

// Dependencies in CommonJS ask for `require`, which a module does not have of itself.
const commandBanner = `#!/usr/bin/env node
import { createRequire as peerscopeRequire } from 'node:module';
const require = peerscopeRequire(import.meta.url);`;

export const bundles: readonly Bundle[] = [
  { entry: 'extension/host/main.ts', out: 'dist/extension.cjs', options: { ...node, format: 'cjs', external: ['vscode'] } },
  { entry: 'extension/dissect/main.ts', out: 'dist/worker.cjs', options: { ...node, format: 'cjs' } },
  // The library as `exports` of the manifest names it: neither Node nor a page.
  {
    entry: 'dissector/index.ts',
    out: 'dist/dissector.js',
    options: { platform: 'neutral', mainFields: ['module', 'main'], target: 'es2023', format: 'esm', sourcemap: 'linked' },
  },
  {
    entry: 'extension/cli/main.ts',
    out: 'dist/peerscope.js',
    options: { ...node, format: 'esm', banner: { js: commandBanner } },
  },
  {
    // A style sheet that the entry imports lands beside it as capture.css.
    entry: 'media/capture/main.ts',
    out: 'dist/media/capture.js',
    options: { platform: 'browser', target: 'chrome128', format: 'iife', minify: true, sourcemap: 'linked' },
  },
];

export async function bundle({ entry, out, options }: Bundle): Promise<void> {
  await build({
    absWorkingDir: project,
    entryPoints: [entry],
    outfile: out,
    bundle: true,
    charset: 'utf8',
    logLevel: 'warning',
    ...options,
  });
}
