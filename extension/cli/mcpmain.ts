/** `dist/mcp.cjs`: `peerscope mcp` by itself, as the editor starts it for agents that take its servers. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { useEngine } from '../../dissector/crypto/index.ts';
import { platformEngine } from '../capture/engine.ts';
import { mcp } from './commands/mcp.ts';
import { editorArguments } from './editorarguments.ts';
import { exitStatus, UsageError } from './errors.ts';
import { interrupted } from './interrupted.ts';
import { Output } from './output.ts';
import { printable } from './text.ts';

// Bundled, this lies one folder below the manifest.
const root = join(dirname(process.argv[1]!), '..');
const version = (): string => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
const tell = (sentence: string): void => void process.stderr.write(`peerscope: ${printable(sentence)}\n`);

useEngine(platformEngine());
const { stdin, stdout, stderr } = process;
const given = process.argv.slice(2);
// The editor gives its settings as JSON: which of them are choices of protocols it need not know.
const args = given[0]?.startsWith('{') ? editorArguments(JSON.parse(given[0])) : given;
mcp(args, { stdin, stdout, stderr, version, root, interrupted }, new Output(stdout), tell).then(
  (status) => {
    process.exitCode = status;
  },
  (error) => {
    tell(error instanceof Error ? error.message : String(error));
    process.exitCode = error instanceof UsageError ? exitStatus.usage : exitStatus.fault;
  },
);
