/** `dist/peerscope.js`. */
import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interrupted } from './interrupted.ts';
import { threadSettings } from './printing/settings.ts';
import { run } from './run.ts';

// Bundled, this lies one folder below the manifest.
const root = fileURLToPath(new URL('..', import.meta.url));
const version = (): string => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

// From Node 22.1 on, what was compiled is kept for the next call.
(nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();

/** The cryptography of the platform; a question for the version needs none. */
async function prepare(): Promise<void> {
  const { platformEngine } = await import('../capture/engine.ts');
  const { useEngine } = await import('../../dissector/crypto/index.ts');
  useEngine(platformEngine());
}

// Not process.exit: what is still on its way through a pipe would be lost.
const { stdin, stdout, stderr } = process;
const threads = threadSettings(new URL('./peerscope/linethread.js', import.meta.url));
const self = [process.execPath, ...process.execArgv, process.argv[1]!] as const;
process.exitCode = await run(process.argv.slice(2), {
  ...{ stdin, stdout, stderr, version, root, self, threads, interrupted, prepare },
});
