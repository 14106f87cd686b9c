/** Runs inside the extension host: loads every bundled test file and leaves the counts where the caller looks for them. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export async function run(): Promise<void> {
  console.log('Peerscope suite');
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false });
  for (const file of readdirSync(__dirname, { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.test.cjs')) mocha.addFile(join(__dirname, file));
  const counts = await new Promise((resolve) => {
    const runner = mocha.run(() => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      resolve({ passed: passes, failed: failures, skipped: pending });
    });
  });
  writeFileSync(join(__dirname, '..', 'host.json'), JSON.stringify(counts));
  const { failed } = counts as { failed: number };
  if (failed > 0) throw new Error(`${failed} failed`);
}
