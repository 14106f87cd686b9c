/** How long programs take that have little to do: Node itself, and the command as it is installed. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundled } from '../unit/cli/bundle.ts';

/** Of each job; they are short, and each is disturbed by whatever else runs. */
const ROUNDS = 7;

export interface Start {
  readonly title: string;
  readonly seconds: number;
}

/** Medians of whole processes, taken in turn; `capture` has few packets. */
export async function starting(folder: string, capture: string): Promise<readonly Start[]> {
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', version: '1.2.3' }));
  const command = await bundled('dist/peerscope.js', join(folder, 'dist', 'peerscope.js'));
  const jobs: readonly (readonly [title: string, args: readonly string[]])[] = [
    ['node -e 0', ['-e', '0']],
    ['--version', [command, '--version']],
    ['decode', [command, 'decode', capture]],
  ];
  const taken = jobs.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [at, [title, args]] of jobs.entries()) {
      const before = performance.now();
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(`${title} failed: ${stderr}`);
      taken[at]!.push((performance.now() - before) / 1000);
    }
  return jobs.map(([title], at) => ({ title, seconds: taken[at]!.sort((a, b) => a - b)[ROUNDS >>> 1]! }));
}
