/**
 * `npm test`: every test there is, part after part, and one line of counts at the end. No part has a clock: each test has its own, so a
 * slow machine takes longer and fails no more. Arguments name the parts to run.
 * The type check, the lint and the build count as one test each; a part that ends badly without a failed test counts as one.
 * A few files that failed run once more, each in a fresh process: what passes then depends on the moment, is listed as flaky with what it
 * said, and does not fail the run. What fails twice fails.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
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
  /** The command for some of its files, and the counts that it leaves behind. */
  readonly again?: (files: readonly string[]) => { readonly command: readonly string[]; readonly counts: string };
  readonly needsWorkbench?: true;
}

const results = join(project, 'dist', 'test');
const counts = (name: string): string => join(results, `${name}.json`);
const bin = (name: string, file: string): string =>
  join(createRequire(import.meta.url).resolve(`${name}/package.json`), '..', file);
const tsx = (file: string): string[] => ['--import', 'tsx', join(project, file)];
/** More than so many files that fail are no matter of the moment. */
const rerunFiles = 5;

function vitest(name: string, ...config: string[]): Part {
  const command = (results: string, files: readonly string[]): string[] => [
    ...[bin('vitest', 'vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`],
    ...[...config, ...files],
  ];
  const second = counts(`${name}-again`);
  return {
    name,
    command: command(counts(name), []),
    counts: counts(name),
    again: (files) => ({ command: command(second, files), counts: second }),
  };
}

const parts: readonly Part[] = [
  { name: 'typecheck', command: [bin('typescript', 'bin/tsc'), '-b'] },
  { name: 'lint', command: [bin('@biomejs/biome', 'bin/biome'), 'ci', `--colors=${process.stdout.isTTY ? 'force' : 'off'}`] },
  { name: 'build', command: tsx('extension/build/build.ts') },
  vitest('unit'),
  { name: 'host', command: tsx('test/host/launch.ts'), counts: counts('host'), needsWorkbench: true },
  { ...vitest('e2e', '--config', 'test/e2e/vitest.config.ts'), needsWorkbench: true },
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
  const report = part.counts === undefined ? undefined : read(part.counts);
  const result = report === undefined ? { passed: ended === 0 ? 1 : 0, failed: 0, skipped: 0 } : countsOf(report);
  if ((ended !== 0 && result.failed === 0) || (part.counts !== undefined && report === undefined)) result.failed++;
  else if (part.again !== undefined && report?.testResults !== undefined) await runAgain(part.again, report.testResults, result);
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

/** Runs the files that failed once more, and counts them as they end then. */
async function runAgain(again: NonNullable<Part['again']>, files: readonly FileReport[], result: Counts): Promise<void> {
  const failed = files.filter(({ status }) => status === 'failed');
  if (failed.length === 0 || failed.length > rerunFiles || process.exitCode === 1) return;
  console.log(`\nRunning again: ${failed.map(({ name }) => relative(project, name)).join(', ')}`);
  const second = again(failed.map(({ name }) => name));
  rmSync(second.counts, { force: true });
  await end(second.command);
  const report = read(second.counts);
  if (report?.testResults === undefined) return;
  const before = countsOf({ testResults: failed });
  const after = countsOf(report);
  for (const key of ['passed', 'failed', 'skipped'] as const) result[key] += after[key] - before[key];
  const stillFails = new Set(report.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name));
  for (const file of failed.filter(({ name }) => !stillFails.has(name))) {
    const tests = file.assertionResults.filter(({ status }) => status === 'failed');
    const reasons = tests.map(({ fullName, failureMessages }) => `  ${fullName}: ${failureMessages?.[0]?.split('\n')[0] ?? ''}`);
    console.log(
      ['', `Flaky: ${relative(project, file.name)}`, ...(tests.length === 0 ? [`  ${file.message ?? ''}`] : reasons)].join('\n'),
    );
  }
}

interface FileReport {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
  readonly assertionResults: readonly {
    readonly status: string;
    readonly fullName: string;
    readonly failureMessages?: readonly string[];
  }[];
}

type Report = Counts | { readonly testResults: readonly FileReport[] };

function read(file: string): (Report & { readonly testResults?: readonly FileReport[] }) | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Counts as mocha's runner here writes them, or of vitest's files: there, one that does not load holds no test and fails. */
function countsOf(report: Report): Counts {
  if (!('testResults' in report)) return { ...report };
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults } of report.testResults) {
    if (status === 'failed' && assertionResults.every((each) => each.status !== 'failed')) total.failed++;
    for (const each of assertionResults)
      total[each.status === 'passed' ? 'passed' : each.status === 'failed' ? 'failed' : 'skipped']++;
  }
  return total;
}
