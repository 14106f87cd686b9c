/** `dist/peerscope.js`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useEngine } from '../../dissector/crypto/index.ts';
import { platformEngine } from '../capture/engine.ts';
import { interrupted } from './interrupted.ts';
import { run } from './run.ts';

useEngine(platformEngine());

// Bundled, this lies one folder below the manifest.
const root = fileURLToPath(new URL('..', import.meta.url));
const version = (): string => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

// Not process.exit: what is still on its way through a pipe would be lost.
const { stdin, stdout, stderr } = process;
process.exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, version, root, interrupted });
