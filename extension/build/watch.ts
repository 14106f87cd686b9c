/** `npm run watch`: makes the bundles again on each save, with the type checker beside them. Ctrl+C ends both. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { context } from 'esbuild';
import { project } from '../workbench/paths.ts';
import { bundles, optionsOf } from './bundles.ts';

for (const bundle of bundles) await (await context(optionsOf(bundle))).watch();

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const types = spawn(process.execPath, [compiler, '-b', '--watch', '--preserveWatchOutput'], { cwd: project, stdio: 'inherit' });
process.once('SIGINT', () => types.kill());
types.once('exit', () => process.exit());
