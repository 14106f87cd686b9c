/** Recordings of packet scripts that are compared. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { samples } from '../../../extension/workbench/paths.ts';
import { peerscope, temporary } from '../cli/help.ts';
import { endsWithFile } from '../endings.ts';

/** Runs a script of one section and returns the path of its recording, which holds its keys. */
export async function recorded(script: string, ...more: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'peerscope-diff-'));
  endsWithFile(() => rmSync(folder, { recursive: true, force: true }));
  const { status, out, err } = await peerscope(['run', temporary('one.packet', script), '--record', folder, ...more]);
  const [capture] = readdirSync(folder);
  if (status !== 0 || capture === undefined) throw new Error(`the script failed: ${out}${err}`);
  return join(folder, capture);
}

/** One section of a script of the samples, by its place from 0. */
export function section(name: string, at: number): string {
  const parts = readFileSync(join(samples, name), 'utf8').split(/^(?=### )/m);
  return parts.slice(1)[at]!;
}
