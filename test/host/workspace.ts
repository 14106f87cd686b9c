/** A folder of sample captures of which a test may do what it likes. */
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { samples } from '../../extension/workbench/paths.ts';

export function copyOfSamples(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peerscope-samples-'));
  cpSync(samples, folder, { recursive: true });
  return folder;
}
