/** Keys come while a filter searches a long capture: what was found before they came is looked for again. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samples } from '../../extension/workbench/paths.ts';
import { writeMixture } from '../bench/mixture.ts';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

const PACKETS = 120_000;
const PATIENCE = { timeout: 60_000 };

describe('a filter over a long capture', () => {
  const made = mkdtempSync(join(tmpdir(), 'peerscope-during-'));
  let workbench: Workbench;
  beforeAll(async () => {
    const path = join(made, 'long.pcap');
    writeMixture(path, PACKETS);
    workbench = await Workbench.open({ files: [path] });
    writeFileSync(join(workbench.folder, 'growing.keys'), '# nothing yet\n');
    workbench.setFolderSetting('peerscope.keyLogs', ['growing.keys']);
  });
  afterAll(async () => {
    await workbench?.dispose();
    rmSync(made, { recursive: true, force: true });
  });

  it('finds what a key opens that comes during its search', async () => {
    const inspecting = await Inspecting.open(workbench, 'long.pcap');
    const sealed = await inspecting.count('encrypted');
    const counted = (): Promise<string> => inspecting.frame.locator('#filter-count').innerText();
    await inspecting.frame.locator('#filter').fill('p2pke && decrypted');
    await inspecting.press('Enter');
    appendFileSync(join(workbench.folder, 'growing.keys'), readFileSync(join(samples, 'p2pke_a.keys')));
    await expect.poll(counted, PATIENCE).toMatch(/^[1-9][\d,]* rows of/);
    expect(await inspecting.count('encrypted')).toBeLessThan(sealed);
    const found = await counted();
    await inspecting.select(0);
    await inspecting.tab('Decrypted').waitFor();
    // The same as for who gave the key before the search.
    await inspecting.frame.locator('#clear-filter').click();
    await inspecting.frame.locator('#filter').fill('decrypted && p2pke');
    await inspecting.press('Enter');
    await expect.poll(counted, PATIENCE).toMatch(/^[\d,]+ rows of/);
    expect(await counted()).toBe(found);
  });
});
