/** A person watches a capture while it is written. */
import { appendFileSync, copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('a capture that is being written', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await Workbench.open();
  });
  afterAll(() => workbench?.dispose());

  it('grows in the list, which stays at its end, and keeps its selection', async () => {
    const whole = readFileSync(join(workbench.folder, 'ptpchat_a.pcapng'));
    const ends: number[] = [];
    for (let at = 0; at < whole.length; at += whole.readUInt32LE(at + 4)) ends.push(at + whole.readUInt32LE(at + 4));
    const path = join(workbench.folder, 'live.pcapng');
    writeFileSync(path, whole.subarray(0, ends[41]));
    const inspecting = await Inspecting.open(workbench, 'live.pcapng');
    const before = await inspecting.count('frames');
    await inspecting.frame.locator('#packet-list').focus();
    await inspecting.press('End');
    await inspecting.selected(before - 1);
    appendFileSync(path, whole.subarray(ends[41], ends[81]));
    await inspecting.counts('frames', before + 40);
    await inspecting.frame.locator('#live').waitFor();
    await inspecting.row(before + 39).waitFor();
    expect(await inspecting.row(before + 39).isVisible()).toBe(true);
    await inspecting.frame.locator('#field-tree .field-text', { hasText: `Frame ${before},` }).waitFor();
    await workbench.screenshot('live');
    rmSync(path);
    await expect.poll(() => inspecting.frame.locator('#notices').innerText()).toContain('The file is gone');
    await inspecting.select(before + 30);
  });

  it('is another one where another file takes its place, and stays where that is none', async () => {
    const path = join(workbench.folder, 'replaced.pcapng');
    copyFileSync(join(workbench.folder, 'p2pke_a.pcapng'), path);
    const inspecting = await Inspecting.open(workbench, 'replaced.pcapng');
    await inspecting.select(2);
    const notices = (): Promise<string> => inspecting.frame.locator('#notices').innerText();
    const replace = (content: string | Uint8Array): void => {
      writeFileSync(`${path}.new`, content);
      renameSync(`${path}.new`, path);
    };
    replace(readFileSync(join(workbench.folder, 'p2ppacket_a.pcap')));
    await expect.poll(notices).toContain('Another file took the place');
    await inspecting.frame.locator('#progress').waitFor({ state: 'detached' });
    await expect.poll(async () => (await inspecting.cells(0)).at(-3), { timeout: 20_000 }).toBe('p2ppacket');
    await inspecting.select(0);
    const frames = await inspecting.count('frames');
    replace('A letter, and no capture at all.\n');
    await expect.poll(notices).toContain('The file was replaced by something that cannot be read');
    expect(await inspecting.count('frames')).toBe(frames);
    await inspecting.select(1);
  });
});
