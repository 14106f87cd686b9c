/** Two captures of two hosts, chosen in the explorer and opened as one. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as rewrite from '../fuzz/rewrite.ts';
import { goldenPath } from '../golden/open.ts';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 20_000 };

describe('captures opened together', () => {
  const made = mkdtempSync(join(tmpdir(), 'peerscope-together-'));
  const packets = rewrite
    .packetsOf(readFileSync(goldenPath('p2pke_a.pcapng')))
    .map((packet, n, [first]) => ({ ...packet, time: first!.time + n * 0.01 }));
  let workbench: Workbench;
  beforeAll(async () => {
    const files = [join(made, 'aa-host.pcapng'), join(made, 'ab-host.pcapng')] as const;
    writeFileSync(files[0], rewrite.written(packets));
    writeFileSync(files[1], rewrite.written(packets.map((packet) => ({ ...packet, time: packet.time + 0.25 }))));
    workbench = await Workbench.open({ files: [...files] });
  });
  afterAll(async () => {
    await workbench?.dispose();
    rmSync(made, { recursive: true, force: true });
  });

  const notices = (inspecting: Inspecting): Promise<string> => inspecting.frame.locator('#notices').innerText();

  it('are chosen in the explorer and shown as one', async () => {
    const { page } = workbench;
    const row = (name: string) => page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first();
    await row('aa-host.pcapng').click();
    await row('ab-host.pcapng').click({ modifiers: ['ControlOrMeta'] });
    await workbench.chooseFromMenu(row('ab-host.pcapng'), 'Open Together');
    const inspecting = await Inspecting.appeared(workbench, 'aa-host.pcapng + ab-host.pcapng');
    await inspecting.counts('frames', 2 * packets.length);
    await inspecting.counts('messages', packets.length);
    expect(await notices(inspecting)).toContain('The clock of ab-host.pcapng is 250.000 ms ahead of that of aa-host.pcapng');
    expect(await notices(inspecting)).toContain(`${packets.length} packets were captured twice`);
    await workbench.screenshot('together');
  });

  it('have their clocks corrected by a command', async () => {
    await workbench.command('Peerscope: Correct Clocks');
    await expect
      .poll(async () => {
        const frames = await workbench.inspectorFrames();
        return frames.length === 0
          ? ''
          : frames[0]!
              .locator('#notices')
              .innerText()
              .catch(() => '');
      }, PATIENCE)
      .toContain('was 250.000 ms ahead of that of aa-host.pcapng (from 33 packets in both captures) and is corrected.');
    await workbench.screenshot('together-corrected');
  });
});
