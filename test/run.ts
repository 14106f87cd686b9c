/**
 * `npm test`: every test there is, part after part, and one line of counts at the end. No part has a clock: each test has its own, so a
 * slow machine takes longer and fails no more. Arguments name the parts to run.
 * The type check, the lint and the build count as one test each; a part that ends badly without a failed test counts as one.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { interrupted } from '../extension/cli/interrupted.ts';
import { unsupported } from '../extension/workbench/install.ts';
import { project } from '../extension/workbench/paths.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Part {
  readonly name: string;
  /** Module to run with this Node, and its arguments. */
  readonly command: readonly string[];
  /** The counts it leaves behind; without them it is one test. */
  readonly counts?: string;
  readonly needsWorkbench?: true;
}

const results = join(project, 'dist', 'test');
const counts = (name: string): string => join(results, `${name}.json`);
const bin = (name: string, file: string): string =>
  join(createRequire(import.meta.url).resolve(`${name}/package.json`), '..', file);
const tsx = (file: string): string[] => ['--import', 'tsx', join(project, file)];
const vitest = (name: string, ...args: string[]): string[] => [
  ...[bin('vitest', 'vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${counts(name)}`],
  ...args,
];

const parts: readonly Part[] = [
  { name: 'typecheck', command: [bin('typescript', 'bin/tsc'), '-b'] },
  { name: 'lint', command: [bin('@biomejs/biome', 'bin/biome'), 'ci', `--colors=${process.stdout.isTTY ? 'force' : 'off'}`] },
  { name: 'build', command: tsx('extension/build/build.ts') },
  { name: 'unit', command: vitest('unit'), counts: counts('unit') },
  { name: 'host', command: tsx('test/host/launch.ts'), counts: counts('host'), needsWorkbench: true },
  { name: 'e2e', command: vitest('e2e', '--config', 'test/e2e/vitest.config.ts'), counts: counts('e2e'), needsWorkbench: true },
];

let running: ChildProcess | undefined;
void interrupted().then(() => {
  process.exitCode = 1;
  if (running === undefined) process.exit();
  running.kill('SIGTERM');
  setTimeout(() => process.exit(), 5000).unref();
});

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. Parts: ${parts.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
mkdirSync(results, { recursive: true });
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const part of parts) {
  // What runs in VS Code runs what was built.
  const asked = wanted.length === 0 || wanted.includes(part.name) || (part.name === 'build' && /host|e2e/.test(wanted.join()));
  if (!asked || process.exitCode === 1) continue;
  const { passed, failed, skipped } = await run(part);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed > 0 || process.exitCode === 1 ? 1 : 0);

async function run(part: Part): Promise<Counts> {
  console.log(`\n── ${part.name} ${'─'.repeat(70 - part.name.length)}`);
  const reason = part.needsWorkbench ? unsupported() : undefined;
  if (reason !== undefined) {
    console.log(`Skipped. ${reason}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  if (part.counts !== undefined) rmSync(part.counts, { force: true });
  const started = Date.now();
  const ended = await end(part.command);
  const counted = part.counts === undefined ? undefined : read(part.counts);
  const result = counted ?? { passed: ended === 0 ? 1 : 0, failed: 0, skipped: 0 };
  if ((ended !== 0 && result.failed === 0) || (part.counts !== undefined && counted === undefined)) result.failed++;
  console.log(`${part.name}: ${result.passed} passed, ${result.failed} failed (${Math.round((Date.now() - started) / 1000)} s)`);
  return result;
}

function end(command: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const env = process.stdout.isTTY ? process.env : { NO_COLOR: '1', ...process.env };
    const child = spawn(process.execPath, command, { cwd: project, stdio: 'inherit', env });
    running = child;
    child.on('error', (error) => console.error(error.message));
    child.on('close', (code) => {
      running = undefined;
      resolve(code ?? 1);
    });
  });
}

/** Counts as mocha's runner here writes them, or as vitest does: there, a file that does not load holds no test and fails. */
function read(file: string): Counts | undefined {
  if (!existsSync(file)) return undefined;
  const found = JSON.parse(readFileSync(file, 'utf8'));
  if (found.testResults === undefined) return found;
  const unloaded = found.testResults.filter(
    (each: { status: string; assertionResults: unknown[] }) => each.status === 'failed' && each.assertionResults.length === 0,
  );
  return {
    passed: found.numPassedTests,
    failed: found.numFailedTests + unloaded.length,
    skipped: found.numPendingTests + found.numTodoTests,
  };
}
