/** What is bundled from where to where. VS Code loads CommonJS; the package is a module, so its files end in `.cjs`. */
import { existsSync, rmSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { project } from '../workbench/paths.ts';
import { atFirstCall } from './atfirstcall.ts';

export interface Bundle {
  readonly entry: string;
  readonly out: string;
  /** Of one that is split: further programs beside its parts, by their names, which share these. */
  readonly programs?: Readonly<Record<string, string>>;
  readonly options: BuildOptions;
}

// Modules, where a package has both: of CommonJS nothing that is not used can be left out.
const node: BuildOptions = {
  ...{ platform: 'node', mainFields: ['module', 'main'], target: 'node20', sourcemap: 'linked' },
  plugins: [atFirstCall],
};

/** Where a browser needs something else, `name.web.ts` stands beside `name.ts`. */
const webFiles: Plugin = {
  name: 'web files',
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const web = resolve(resolveDir, path.replace(/\.ts$/, '.web.ts'));
      return existsSync(web) ? { path: web } : undefined;
    });
  },
};

/** Of the server for agents, what it would bring along and nobody uses. */
const leanAgents: Plugin = {
  name: 'lean agents',
  setup({ onResolve }) {
    onResolve({ filter: /^@modelcontextprotocol\/server\/_shims$/ }, () => ({
      path: resolve(project, 'extension/agents/sdkshims.ts'),
    }));
  },
};

/** The client of the language server is loaded with the first script: a bundle of its own, which who opens captures does not read. */
const languageApart: Plugin = {
  name: 'language apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/server\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './language.cjs', external: true } : undefined,
    );
  },
};

const web: BuildOptions = {
  platform: 'browser',
  mainFields: ['browser', 'module', 'main'],
  target: 'chrome128',
  sourcemap: 'linked',
  minify: true,
  plugins: [webFiles],
};

// Dependencies in CommonJS ask for `require`, which a module does not have of itself.
const commandBanner = `#!/usr/bin/env node
import { createRequire as peerscopeRequire } from 'node:module';
const require = peerscopeRequire(import.meta.url);`;

export const bundles: readonly Bundle[] = [
  {
    entry: 'extension/host/main.ts',
    out: 'dist/extension.cjs',
    options: {
      ...node,
      format: 'cjs',
      external: ['vscode'],
      plugins: [languageApart, atFirstCall],
      supported: { 'dynamic-import': false },
    },
  },
  {
    entry: 'extension/host/language/server.ts',
    out: 'dist/language.cjs',
    options: { ...node, format: 'cjs', external: ['vscode'] },
  },
  { entry: 'extension/worker/main.ts', out: 'dist/worker.cjs', options: { ...node, format: 'cjs' } },
  { entry: 'extension/node/main.ts', out: 'dist/node.cjs', options: { ...node, format: 'cjs' } },
  { entry: 'extension/debug/main.ts', out: 'dist/debug.cjs', options: { ...node, format: 'cjs' } },
  { entry: 'extension/agents/main.ts', out: 'dist/agents.cjs', options: { ...node, format: 'cjs' } },
  {
    entry: 'extension/cli/mcpmain.ts',
    out: 'dist/mcp.cjs',
    options: { ...node, format: 'cjs', plugins: [leanAgents, atFirstCall] },
  },
  { entry: 'extension/server/main.ts', out: 'dist/server.cjs', options: { ...node, format: 'cjs' } },
  // The host, the worker and the language server for a host without Node; VS Code wants these to end in `.js`.
  { entry: 'extension/host/main.ts', out: 'dist/web/extension.js', options: { ...web, format: 'cjs', external: ['vscode'] } },
  { entry: 'extension/worker/main.ts', out: 'dist/web/worker.js', options: { ...web, format: 'iife' } },
  { entry: 'extension/debug/main.ts', out: 'dist/web/debug.js', options: { ...web, format: 'iife' } },
  { entry: 'extension/server/main.ts', out: 'dist/web/server.js', options: { ...web, format: 'iife' } },
  // The library as `exports` of the manifest names it: neither Node nor a page.
  {
    entry: 'dissector/index.ts',
    out: 'dist/dissector.js',
    options: { platform: 'neutral', mainFields: ['module', 'main'], target: 'es2023', format: 'esm', sourcemap: 'linked' },
  },
  {
    entry: 'extension/cli/main.ts',
    out: 'dist/peerscope.js',
    programs: { linethread: 'extension/cli/printing/linethread.ts' },
    // In parts: a command loads those that it needs.
    options: { ...node, format: 'esm', banner: { js: commandBanner }, splitting: true, plugins: [leanAgents, atFirstCall] },
  },
  {
    // A style sheet that the entry imports lands beside it as capture.css.
    entry: 'media/inspector/main.ts',
    out: 'dist/media/capture.js',
    options: { platform: 'browser', target: 'chrome128', format: 'iife', minify: true, sourcemap: 'linked' },
  },
  {
    entry: 'media/comparison/main.ts',
    out: 'dist/media/comparison.js',
    options: { platform: 'browser', target: 'chrome128', format: 'iife', minify: true, sourcemap: 'linked' },
  },
  {
    entry: 'media/node/main.ts',
    out: 'dist/media/node.js',
    options: { platform: 'browser', target: 'chrome128', format: 'iife', minify: true, sourcemap: 'linked' },
  },
];

/** The folder of the parts of a bundle that is split, beside it. */
export function partsOf(out: string): string {
  return out.replace(/\.[^.]*$/, '');
}

/** How esbuild makes a bundle, at `out` where that is somewhere else. */
export function optionsOf({ entry, out: usual, programs = {}, options }: Bundle, out = usual): BuildOptions {
  const name = basename(partsOf(out));
  const further = Object.fromEntries(Object.entries(programs).map(([program, path]) => [`${name}/${program}`, path]));
  const place: BuildOptions = options.splitting
    ? { entryPoints: { [name]: entry, ...further }, outdir: dirname(out), chunkNames: `${name}/[name]-[hash]` }
    : { entryPoints: [entry], outfile: out };
  return {
    absWorkingDir: project,
    ...place,
    bundle: true,
    charset: 'utf8',
    logLevel: 'warning',
    ...options,
  };
}

/** Makes a bundle; the files that it was made of, relative to the project. */
export async function bundle(one: Bundle): Promise<readonly string[]> {
  // Parts have the hash of their bytes in their names: those of the build before would stay.
  if (one.options.splitting) rmSync(resolve(project, partsOf(one.out)), { recursive: true, force: true });
  const { metafile } = await build({ ...optionsOf(one), metafile: true });
  return Object.keys(metafile.inputs);
}
