/** Captures of other kinds, as a person meets them: chat with signatures, compressed files, and files that are no capture. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installWorkbench } from '../../extension/workbench/install.ts';
import { samples } from '../../extension/workbench/paths.ts';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

const MESSAGE_FRAME = 79;

/** What the Node of the workbench makes of a file: the one of the tests need not have Zstandard. */
async function zstandard(path: string): Promise<Buffer> {
  const { node } = await installWorkbench();
  const script = 'process.stdout.write(require("zlib").zstdCompressSync(require("fs").readFileSync(process.argv[1])))';
  return execFileSync(node, ['--eval', script, path]);
}

describe('captures in a folder', () => {
  const made = mkdtempSync(join(tmpdir(), 'peerscope-made-'));
  const make = (name: string, content: string | Uint8Array): string => {
    const path = join(made, name);
    writeFileSync(path, content);
    return path;
  };
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await Workbench.open({
      size: { width: 1280, height: 1000 },
      files: [
        make('letter.pcap', 'A letter, and no capture at all.\n'),
        make('packed.pcapng.gz', gzipSync(readFileSync(join(samples, 'p2pke_a.pcapng')))),
        make('packed.pcapng.zst', await zstandard(join(samples, 'p2pke_a.pcapng'))),
      ],
    });
  });
  afterAll(async () => {
    await workbench?.dispose();
    rmSync(made, { recursive: true, force: true });
  });

  it('go to a frame by its number, and show the signature and the text of a message', async () => {
    const inspecting = await Inspecting.open(workbench, 'ptpchat_a.pcapng');
    await workbench.command('Peerscope: Go to Frame…');
    await workbench.answer(String(MESSAGE_FRAME));
    const row = inspecting.frame.locator(`#packet-list [data-frame="${MESSAGE_FRAME}"]`);
    await row.waitFor();
    const index = Number(await row.getAttribute('data-row'));
    await inspecting.selected(index);
    const cells = await inspecting.cells(index);
    expect(cells.slice(4, 6)).toEqual(['ptpchat', 'MESSAGE']);
    expect(cells[6]).toContain('hello channel');
    // Opens what is closed, down to the signed content.
    for (const name of ['msg_data', 'message']) {
      await inspecting.field(name).first().click();
      await inspecting.frame.locator('#field-tree').focus();
      await inspecting.press('ArrowRight');
    }
    await inspecting.frame
      .locator('.check.valid')
      .first()
      .waitFor({ timeout: 5000 })
      .catch(() => {});
    await workbench.screenshot('chat-message');
    const signature = inspecting.frame.locator('#field-tree [role=treeitem]', { has: inspecting.frame.locator('.check') });
    expect(await signature.locator('.check.valid').allInnerTexts()).toContain('✓ valid');
    expect(await inspecting.frame.locator('#field-tree').innerText()).toContain('hello channel');
  });

  it('list the messages alone when asked, with the same one selected', async () => {
    const inspecting = await Inspecting.open(workbench, 'ptpchat_a.pcapng');
    await inspecting.frame.locator('#messages-only').click();
    await expect.poll(() => inspecting.frame.locator('#packet-list .state-none').count()).toBe(0);
    const selected = inspecting.frame.locator('#packet-list .packet-row.selected');
    await expect.poll(() => selected.getAttribute('data-frame')).toBe(String(MESSAGE_FRAME));
    await workbench.screenshot('messages-only');
  });

  it.each(['gz', 'zst'])('are read where they are compressed: %s', async (extension) => {
    const inspecting = await Inspecting.open(workbench, `packed.pcapng.${extension}`);
    await inspecting.counts('frames', 33);
    expect((await inspecting.cells(0)).slice(-3, -1)).toEqual(['p2pke', 'InitHello']);
  });

  it('are refused with a sentence where they are none', async () => {
    const inspecting = await Inspecting.show(workbench, 'letter.pcap');
    const whole = inspecting.frame.locator('.whole[role=alert]');
    await whole.waitFor();
    expect(await whole.innerText()).toContain('This is neither a pcap nor a pcapng file');
    expect(await inspecting.frame.locator('#packet-list').count()).toBe(0);
    expect(await inspecting.frame.locator('#reload').isVisible()).toBe(true);
    await workbench.screenshot('no-capture');
  });
});
