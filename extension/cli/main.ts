/** `dist/peerscope.js`. */
import { readFileSync } from 'node:fs';
import { useEngine } from '../../dissector/crypto/index.ts';
import { platformEngine } from '../capture/engine.ts';
import { interrupted } from './interrupted.ts';
import { run } from './run.ts';

useEngine(platformEngine());

// Bundled, this lies one folder below the manifest.
const version = (): string => JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

// Not process.exit: what is still on its way through a pipe would be lost.
const { stdin, stdout, stderr } = process;
process.exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, version, interrupted });
