/** A person puts a relay between two programs, holds a sealed message of their session, edits it and lets it go on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../extension/workbench/freeport.ts';
import { conversationsIn, type Programs, programsOver } from '../unit/relay/originals.ts';
import { Inspecting } from './inspecting.ts';
import { messageEditor, messageLens, nodeFrame, openForm, writeMessage } from './nodepage.ts';
import { violations } from './rules.ts';
import { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 20_000 };

const port = await freePort();
const passing = `127.0.0.1:${port}`;
const [peer, terminating] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];

describe('the relay', () => {
  let workbench: Workbench;
  let page: Frame;
  let programs: Programs;
  beforeAll(async () => {
    workbench = await Workbench.open({ size: { width: 1600, height: 1000 } });
    programs = await programsOver('udp');
    await programs.begin(port);
  });
  afterAll(async () => {
    programs?.end();
    await workbench?.dispose();
  });

  const card = (): Locator => page.locator('peerscope-node').first();
  const held = (message: string): Locator => card().locator('peerscope-held', { hasText: message }).first();
  const told = (): Promise<string> => card().locator('.told').innerText();
  const said = () => conversationsIn(readFileSync(join(workbench.folder, 'p2pke_a.pcapng')))[0]!.said;
  const isData = ({ bytes }: { readonly bytes: Uint8Array }): boolean => Buffer.from(bytes).readUInt32BE() >= 16;

  it('is started with both addresses and the key log of the programs', async () => {
    await workbench.command('Peerscope: Open Test Node');
    page = await nodeFrame(workbench);
    await page.locator('#node-protocol').selectOption('p2pke');
    await page.locator('#node-direction').selectOption('relay');
    expect(await page.locator('#node-role').count()).toBe(0);
    await page.locator('#node-address').fill(passing);
    await page.locator('#node-start').click();
    await page.locator('.problem').waitFor(PATIENCE);
    expect(await page.locator('.problem').innerText()).toContain('is no HOST:PORT');
    await page.locator('#node-forward').fill(`127.0.0.1:${programs.port}`);
    await page.locator('#node-form summary').first().click();
    await page.locator('#node-keylogs').fill(join(workbench.folder, 'p2pke_a.keys'));
    await page.locator('#node-start').click();
    await card().waitFor(PATIENCE);
    expect(await card().innerText()).toContain(`relays from ${passing} to 127.0.0.1:${programs.port}`);
    expect(await violations(page)).toEqual([]);
  });

  it('passes the handshake, and shows it decrypted in the inspector', async () => {
    const first = said().findIndex((each) => each.side === 0 && isData(each));
    for (const each of said().slice(0, first)) {
      const other = each.side === 0 ? 1 : 0;
      const before = programs.heard(other).length;
      programs.say(each);
      await expect.poll(() => programs.heard(other).length, PATIENCE).toBe(before + 1);
    }
    await card().locator('[data-act=traffic]').click();
    const inspecting = await Inspecting.appeared(workbench, 'p2pke-relay');
    await expect.poll(() => inspecting.frame.locator('#packet-list').innerText(), PATIENCE).toContain('InitDone');
  });

  it('holds a sealed message with its values, and seals again what the person made of them', async () => {
    await card().locator('select.mode').selectOption('step');
    // As the relay tells it back.
    await card()
      .locator('select.mode option[value=step][selected]')
      .waitFor({ ...PATIENCE, state: 'attached' });
    const message = said().find((each) => each.side === 0 && isData(each))!;
    const before = programs.heard(1).length;
    programs.say(message);
    await held('data').waitFor(PATIENCE);
    await held('data').locator('[data-act=edit]').click();
    const editor = await messageEditor(workbench, 'data');
    await writeMessage(workbench, editor, 'p2pke data { data: text("edited by a person") }');
    await held('data').locator('.edited').waitFor(PATIENCE);
    // What is sealed is shown as it is before that, and what was changed in it is marked.
    const shown = page.locator('peerscope-pending');
    await shown.locator('.tab', { hasText: 'Before encryption' }).waitFor(PATIENCE);
    await expect.poll(() => shown.locator('.byte.changed').count(), PATIENCE).toBeGreaterThan(10);
    expect(await shown.locator('.field', { hasText: 'data:' }).locator('.changed-sign').count()).toBe(1);
    expect(await shown.locator('.field', { hasText: 'counter' }).locator('.changed-sign').count()).toBe(0);
    await workbench.screenshot('relay-edited');
    // The page sends what the open document says.
    await held('data').locator('[data-act=send]').click();
    await expect.poll(() => programs.heard(1).length, PATIENCE).toBe(before + 1);
    // Its header, its counter and the tag of what is longer now; how it opens is the matter of another test.
    const got = programs.heard(1)[before]!;
    expect(Buffer.from(got).readUInt32BE()).toBe(Buffer.from(message.bytes).readUInt32BE());
    expect(got.length).toBe(4 + 'edited by a person'.length + 16);
    await expect.poll(told, PATIENCE).toContain('data edited by hand');
  });

  it('says why of a message that its key does not open the bytes alone can be changed', async () => {
    const stranger = Buffer.from(said().find((each) => each.side === 0 && isData(each))!.bytes);
    stranger[10]! ^= 1;
    programs.say({ side: 0, bytes: stranger });
    await held('only its bytes can be changed').waitFor(PATIENCE);
    expect(await held('only its bytes can be changed').locator('.summary').innerText()).toBe(stranger.toString('hex'));
    await held('only its bytes can be changed').locator('[data-act=edit]').click();
    await page.locator('peerscope-pending .field', { hasText: 'P2P Key Exchange, data' }).first().waitFor(PATIENCE);
    await workbench.screenshot('relay-sealed');
    const editor = workbench.page.locator('.monaco-editor[data-uri^="peerscope-message:"]').first();
    await expect.poll(() => editor.innerText(), PATIENCE).toContain('@bytes');
    await messageLens(workbench, 'Drop').waitFor(PATIENCE);
    await held('only its bytes can be changed').locator('[data-act=drop]').click();
    await expect.poll(told, PATIENCE).toContain('dropped by hand');
    await workbench.screenshot('relay-dropped');
  });

  it('is stopped, and says so, and that it drops what is held', async () => {
    programs.say(said().find((each) => each.side === 0 && isData(each))!);
    await held('data').waitFor(PATIENCE);
    await card().locator('[data-act=stop]').click();
    await card().locator('[data-act=forget]').waitFor(PATIENCE);
    await expect.poll(() => card().innerText(), PATIENCE).toContain('stopped');
    expect(await told()).toContain('1 held message is dropped: the relay stops.');
  });

  it('has a session of its own with each side, and needs no key for what it holds', async () => {
    const cardOf = (text: string): Locator => page.locator('peerscope-node', { hasText: text });
    const start = async (direction: string, address: string, forward?: string): Promise<void> => {
      const before = await page.locator('peerscope-node').count();
      await openForm(page);
      await page.locator('#node-direction').selectOption(direction);
      await page.locator('#node-address').fill(address);
      if (forward !== undefined) {
        await page.locator('#node-forward').fill(forward);
        await page.locator('#node-terminates').selectOption('own');
        await page.locator('#node-mode').selectOption('step');
        expect(await page.locator('#node-keylogs').count()).toBe(0);
      } else await page.locator('#node-mode').selectOption('automatic');
      await page.locator('#node-start').click();
      await expect.poll(() => page.locator('peerscope-node').count(), PATIENCE).toBe(before + 1);
    };
    await start('listen', peer);
    await start('relay', terminating, peer);
    await start('connect', terminating);
    const relay = cardOf(`relays from ${terminating}`);
    await expect.poll(() => relay.innerText(), PATIENCE).toContain('with sessions of its own');
    await expect
      .poll(() => relay.locator('.told').innerText(), PATIENCE)
      .toContain('Each side has a session with the relay itself');
    expect(await violations(page)).toEqual([]);
    await workbench.screenshot('relay-terminates');
    // All three on one ladder, with a column for each end.
    const dialling = cardOf(`dials ${terminating}`);
    await dialling.locator('.state.ready').waitFor(PATIENCE);
    await page.locator('[data-act=ladder]').click();
    const together = await Inspecting.appeared(workbench, 'all-nodes');
    await dialling.locator('[data-now=data]').click();
    const waiting = together.frame.locator('#ladder .step.waiting');
    await waiting.first().waitFor(PATIENCE);
    expect(await waiting.first().locator('.spoken').innerText()).toMatch(
      new RegExp(`^data is held, from \\S+ to ${peer.replaceAll('.', '\\.')}\\.`),
    );
    for (const end of [peer, terminating])
      await together.frame.locator('.ladder-heads title', { hasText: end }).waitFor({ ...PATIENCE, state: 'attached' });
    // What comes is followed, until somebody scrolls away.
    const last = together.frame.locator('#ladder .step').last();
    const all = async (): Promise<number> => Number(await last.getAttribute('aria-setsize'));
    const seen = async (): Promise<number> => Number(await last.getAttribute('aria-posinset'));
    const say = async (times: number): Promise<void> => {
      const wanted = (await all()) + 2 * times;
      for (let n = 0; n < times; n++) await dialling.locator('[data-now=data]').click();
      // Each is said to the relay, and held there.
      await expect.poll(all, PATIENCE).toBeGreaterThanOrEqual(wanted);
    };
    await say(8);
    await expect.poll(async () => (await seen()) - (await all()), PATIENCE).toBe(0);
    // Sideways, too: the columns are more than fit.
    const isBeside = async (): Promise<boolean> => {
      const [head, pane] = [await last.locator('.head').boundingBox(), await together.frame.locator('#ladder').boundingBox()];
      return head !== null && pane !== null && head.x > pane.x && head.x < pane.x + pane.width;
    };
    await expect.poll(isBeside, PATIENCE).toBe(true);
    for (const theme of ['dark', 'light'] as const) {
      await workbench.setTheme(theme);
      await workbench.page.waitForTimeout(150);
      await workbench.screenshot(`relay-ladder-${theme}`);
      expect(await violations(together.frame)).toEqual([]);
    }
    await together.frame.locator('#ladder').hover();
    await workbench.page.mouse.wheel(0, -10_000);
    await together.frame.locator('#step-0').waitFor(PATIENCE);
    await say(2);
    await together.frame.locator('#step-0').waitFor(PATIENCE);
  });
});
