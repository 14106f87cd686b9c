/** A person starts two test nodes, steps a handshake message by message, breaks it, and reads the answer in the inspector. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../extension/workbench/freeport.ts';
import { Inspecting } from './inspecting.ts';
import { messageEditor, messageLens, nodeFrame, openForm, pressLens, sentBy, startNode, writeMessage } from './nodepage.ts';
import { violations } from './rules.ts';
import { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 20_000 };

const ports = [await freePort(), await freePort(), await freePort(), await freePort()];
const [first, second, third, fourth] = ports.map((port) => `127.0.0.1:${port}`) as [string, string, string, string];

describe('the test node', () => {
  let workbench: Workbench;
  let page: Frame;
  beforeAll(async () => {
    workbench = await Workbench.open({ size: { width: 1600, height: 1000 } });
  });
  afterAll(() => workbench?.dispose());

  const start = (wish: Readonly<Record<string, string>>): Promise<void> => startNode(page, wish);
  const card = (text: string): Locator => page.locator('peerscope-node', { hasText: text }).first();
  const held = (of: Locator, message: string): Locator => of.locator('peerscope-held', { hasText: message }).first();
  const shown = (): Locator => page.locator('peerscope-pending');
  const shownFields = (): Locator => shown().locator('#field-tree');
  const told = (of: Locator): Promise<string> => of.locator('.told').innerText();

  it('opens beside the inspector and waits to be told what to be', async () => {
    await workbench.command('Peerscope: Open Test Node');
    page = await nodeFrame(workbench);
    await expect.poll(() => page.locator('#node-protocol option').count()).toBeGreaterThanOrEqual(4);
    await workbench.screenshot('node-empty');
  });

  it('says in words what it cannot do', async () => {
    await page.locator('#node-address').fill('192.0.2.1:7000');
    await page.locator('#node-start').click();
    await page.locator('.problem').waitFor(PATIENCE);
    expect(await page.locator('.problem').innerText()).toContain('192.0.2.1 is beyond this machine');
  });

  it('listens, and its traffic is a capture in the inspector', async () => {
    await start({ protocol: 'p2ppacket', direction: 'listen', address: first, mode: 'automatic' });
    expect(await card(`listens on ${first}`).innerText()).toContain('No peer connected yet');
  });

  it('steps a handshake message by message, with an edit in between that is found out', async () => {
    await start({ protocol: 'p2ppacket', direction: 'connect', address: first, mode: 'step' });
    const dialling = card(`dials ${first}`);
    // The first hello, as it is; the retry makes the second one wait.
    await held(dialling, 'hello').waitFor(PATIENCE);
    const cookie = (): Promise<string> => held(dialling, 'hello').locator('.summary').innerText();
    expect(await cookie()).toContain('cookie: 00 00 00 00');
    // Beside it the message as fields over bytes, nothing changed in them.
    await shownFields().locator('.field', { hasText: 'cookie' }).waitFor(PATIENCE);
    expect(await shown().locator('h2').innerText()).toContain('hello');
    expect(await shown().locator('.changed').count()).toBe(0);
    await shownFields().locator('.field', { hasText: 'cookie' }).first().click();
    await shown().locator('.byte.lit').first().waitFor(PATIENCE);
    await workbench.screenshot('node-held');
    // On the ladder of all nodes it waits, an arrow of its own kind, and is said once it is sent.
    await page.locator('[data-act=ladder]').click();
    const together = await Inspecting.appeared(workbench, 'all-nodes');
    const steps = together.frame.locator('#ladder .step');
    await together.frame.locator('#ladder .step.waiting', { hasText: 'hello' }).waitFor(PATIENCE);
    expect(await steps.count()).toBe(1);
    await workbench.screenshot('node-ladder-held');
    await held(dialling, 'hello').locator('[data-act=send]').click();
    await together.frame.locator('#ladder .step:not(.waiting)', { hasText: 'hello_retry' }).waitFor(PATIENCE);
    await expect.poll(() => steps.allInnerTexts().then((all) => all.length), PATIENCE).toBe(3);
    expect(await together.frame.locator('#ladder .step.waiting').count()).toBe(1);
    await expect.poll(() => together.frame.locator('.ladder-heads text').count(), PATIENCE).toBe(2);
    await workbench.screenshot('node-ladder');
    await expect.poll(cookie, PATIENCE).not.toContain('cookie: 00 00 00 00');
    await held(dialling, 'hello').locator('[data-act=edit]').click();
    const editor = await messageEditor(workbench, 'hello');
    await expect.poll(() => editor.innerText(), PATIENCE).toContain('cookie:');
    await messageLens(workbench, 'Send Twice').waitFor(PATIENCE);
    await workbench.screenshot('node-editor');
    // With a mistake nothing is sent: the text says what is wrong.
    await writeMessage(workbench, editor, 'p2ppacket hello { signatur: flip(valid, 1) }');
    await held(dialling, 'hello').locator('.edited').waitFor(PATIENCE);
    const sent = (await dialling.locator('.counts').innerText()).match(/\d+ sent/)![0];
    const refusal = workbench.page.locator('.statusbar', { hasText: 'Not sent' });
    await pressLens(workbench, 'Send', () => refusal.isVisible());
    await expect.poll(() => shown().locator('.problem').innerText(), PATIENCE).toContain('No bytes can be made of its text now');
    await workbench.screenshot('node-mistake');
    expect(await dialling.locator('.counts').innerText()).toContain(sent);
    await editor.locator('.squiggly-error').first().waitFor(PATIENCE);
    await writeMessage(workbench, editor, 'p2ppacket hello { signature: flip(valid, 1) }');
    await expect.poll(() => shown().locator('.changes').innerText(), PATIENCE).toBe('≠ 1 field and 1 byte changed');
    expect(await shown().locator('.problem').count()).toBe(0);
    expect(await shown().locator('.field', { hasText: 'signature' }).locator('.changed-sign').count()).toBe(1);
    expect(await shown().locator('.byte.changed').count()).toBe(1);
    await shown().locator('[data-act=next-change]').click();
    await shown().locator('.field.selected', { hasText: 'signature' }).waitFor(PATIENCE);
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await shown().locator('#field-tree').focus();
    await workbench.page.keyboard.press('Control+c');
    const clipboard = async (): Promise<string> => String(await workbench.page.evaluate('navigator.clipboard.readText()'));
    await expect.poll(clipboard, PATIENCE).toMatch(/^signature: [0-9a-f]{2}/);
    for (const theme of ['dark', 'light'] as const) {
      await workbench.setTheme(theme);
      for (const width of [2400, 900, 1600]) {
        await workbench.page.setViewportSize({ width, height: 1000 });
        await workbench.page.waitForTimeout(150);
        await workbench.screenshot(`node-edited-${theme}-${width}`);
      }
      expect(await violations(page)).toEqual([]);
    }
    await workbench.screenshot('node-edited');
    await workbench.picture('node');
    // Replaced, it waits on.
    const edited = held(dialling, 'hello').locator('.edited');
    await pressLens(workbench, 'Replace', async () => (await edited.count()) === 0);
    await pressLens(workbench, 'Send', async () => !(await editor.isVisible()));
    await workbench.screenshot('node-refused');
    await expect
      .poll(() => told(card(`listens on ${first}`)), PATIENCE)
      .toContain('A hello is refused: its signature does not verify.');
    expect(await told(dialling)).toContain('edited by hand');
    // Unanswered, it is said again: the person lets it go as it is.
    await held(dialling, 'hello').waitFor(PATIENCE);
    // What the state does not allow says why.
    const why = await dialling.locator('.message.other [data-message=data]').getAttribute('title');
    expect(why).toContain('data is allowed in open');
    await held(dialling, 'hello').locator('[data-act=send]').click();
    await dialling.locator('.state.ready').waitFor(PATIENCE);
    await workbench.screenshot('node-open');
  });

  it('shows the rejected signature in the inspector, as it happened', async () => {
    const listening = card(`listens on ${first}`);
    await listening.locator('[data-act=traffic]').click();
    const inspecting = await Inspecting.appeared(workbench, 'p2ppacket-listen');
    await expect
      .poll(async () => (await inspecting.frame.locator('#packet-list').innerText()).match(/hello/g)?.length ?? 0, PATIENCE)
      .toBeGreaterThanOrEqual(4);
    await expect.poll(() => inspecting.count('findings'), PATIENCE).toBeGreaterThanOrEqual(1);
    await workbench.screenshot('node-inspector');
    // A sentence of the log leads to its frame.
    const refused = listening.locator('.told li', { hasText: 'its signature does not verify' }).first();
    const frame = await refused.locator('.frame').getAttribute('data-frame');
    await refused.locator('.frame').click();
    const selected = inspecting.frame.locator('#packet-list .packet-row[aria-selected=true]');
    await expect.poll(() => selected.getAttribute('data-frame'), PATIENCE).toBe(frame);
  });

  it('sends what a person writes, allowed or not', async () => {
    const dialling = card(`dials ${first}`);
    // Anew: the other side gives up a handshake that takes long, and so do pictures.
    await dialling.locator('[data-act=stop]').click();
    await dialling.locator('[data-act=again]').click();
    await dialling.locator('select.mode').selectOption('automatic');
    await dialling.locator('.state.ready').waitFor(PATIENCE);
    await dialling.locator('[data-message=data]').first().click();
    const editor = await messageEditor(workbench, 'data');
    await expect.poll(() => editor.innerText(), PATIENCE).toContain('channel_count:');
    // A message that is being written is shown as well, before it is sent.
    await expect.poll(() => dialling.locator('[data-draft=data]').getAttribute('aria-pressed'), PATIENCE).toBe('true');
    await expect.poll(() => shown().locator('h2').innerText(), PATIENCE).toContain(`data, ${first} (not sent)`);
    await shown().locator('.tab', { hasText: 'Before encryption' }).waitFor(PATIENCE);
    await writeMessage(workbench, editor, 'p2ppacket data { channel_count: 3 }');
    await shownFields().locator('.field', { hasText: 'channel_count: 3' }).locator('.changed-sign').waitFor(PATIENCE);
    await workbench.screenshot('node-draft');
    const refused = async (): Promise<boolean> =>
      (await told(card(`listens on ${first}`))).includes('Data is malformed: channel_count is 3');
    await pressLens(workbench, 'Send', refused);
  });

  it('sends a message at once, with Ctrl and a click or by the button beside it', async () => {
    const dialling = card(`dials ${first}`);
    const sent = (): Promise<number> => sentBy(dialling);
    const before = await sent();
    await dialling.locator('[data-message=ping]').click({ modifiers: ['Control'] });
    await expect.poll(sent, PATIENCE).toBeGreaterThan(before);
    const after = await sent();
    await dialling.locator('[data-now=ping]').focus();
    await workbench.page.keyboard.press('Enter');
    await expect.poll(sent, PATIENCE).toBeGreaterThan(after);
    expect(await workbench.page.locator('.tabs-container .tab', { hasText: 'ping' }).count()).toBe(0);
  });

  it('has its faults added and taken away while it runs', async () => {
    const dialling = card(`dials ${first}`);
    const field = dialling.locator('.fault input');
    await field.fill('drop pi');
    await dialling.locator('datalist option[value="drop ping"]').waitFor({ ...PATIENCE, state: 'attached' });
    await field.fill('drop nonsense');
    await workbench.page.keyboard.press('Enter');
    await expect.poll(() => dialling.locator('.faults .problem').innerText(), PATIENCE).toContain('names no message');
    await field.fill('drop ping');
    await workbench.page.keyboard.press('Enter');
    await dialling.locator('.chip', { hasText: 'drop ping' }).waitFor(PATIENCE);
    await dialling.locator('[data-now=ping]').click();
    await dialling.locator('.chip.spent').waitFor(PATIENCE);
    await workbench.screenshot('node-faults');
    await dialling.locator('[data-act=remove-fault]').click();
    await dialling.locator('.chip').waitFor({ ...PATIENCE, state: 'detached' });
    expect(await told(dialling)).toContain('Fault removed: drop ping');
  });

  it('stands still, goes on, is stopped and begins again in its bar', async () => {
    const dialling = card(`dials ${first}`);
    await dialling.locator('[data-act=pause]').click();
    await expect.poll(() => dialling.locator('.node-state').innerText(), PATIENCE).toBe('paused');
    await dialling.locator('[data-act=pause]').click();
    await expect.poll(() => dialling.locator('.node-state').innerText(), PATIENCE).toBe('open');
    await dialling.locator('[data-act=stop]').click();
    await dialling.locator('[data-act=again]').click();
    await dialling.locator('[data-act=stop]').waitFor(PATIENCE);
    await dialling.locator('.state.ready').waitFor(PATIENCE);
    await dialling.locator('[data-act=stop]').click();
    await dialling.locator('[data-act=again]').waitFor(PATIENCE);
    expect(await page.locator('peerscope-node').count()).toBe(2);
  });

  it('is started with faults that are completed and listed as those of a node that runs', async () => {
    await openForm(page);
    const faults = page.locator('#node-faults');
    const field = faults.locator('input');
    await page.locator('#node-protocol').selectOption('p2ppacket');
    await field.fill('drop pi');
    await faults.locator('datalist option[value="drop ping"]').waitFor({ ...PATIENCE, state: 'attached' });
    await field.fill('drop:ping');
    await workbench.page.keyboard.press('Enter');
    await faults.locator('.chip', { hasText: 'drop ping' }).waitFor(PATIENCE);
    // One that is wrong starts nothing.
    const nodes = await page.locator('peerscope-node').count();
    await page.locator('#node-direction').selectOption('listen');
    await page.locator('#node-address').fill(fourth);
    await field.fill('drop nonsense');
    await page.locator('#node-start').click();
    await expect.poll(() => faults.locator('.problem').innerText(), PATIENCE).toContain('names no message');
    expect(await page.locator('peerscope-node').count()).toBe(nodes);
    await workbench.screenshot('node-form-faults');
    // What was written and not added is meant, too.
    await field.fill('flip=3 hello nth 2');
    await page.locator('#node-start').click();
    const started = card(`listens on ${fourth}`);
    await started.waitFor(PATIENCE);
    expect(await started.locator('.chip code').allInnerTexts()).toEqual(['drop ping', 'flip=3 hello nth 2']);
    await started.locator('[data-act=stop]').click();
    await started.locator('[data-act=forget]').click();
    await started.waitFor({ ...PATIENCE, state: 'detached' });
    await openForm(page);
    while ((await faults.locator('.remove').count()) > 0) await faults.locator('.remove').first().click();
    expect(await faults.locator('.chip').count()).toBe(0);
  });

  it('saves the recording with its keys, which opens decrypted', async () => {
    await page.locator('#node-form summary').first().click();
    const kind = { 'identity-kind': 'p-256' };
    await start({ protocol: 'p2pke', direction: 'listen', address: second, mode: 'automatic', ...kind });
    await openForm(page);
    await page.locator('#node-form summary').first().click();
    await start({ protocol: 'p2pke', direction: 'connect', address: second, mode: 'automatic' });
    const dialling = card(`dials ${second}`);
    await dialling.locator('.state.ready').waitFor(PATIENCE);
    await dialling.locator('[data-act=save]').click();
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'With its keys' }).first().click();
    const path = join(workbench.folder, 'saved.pcapng');
    const input = workbench.page.locator('.quick-input-widget input[type=text]');
    await expect.poll(() => input.inputValue()).toMatch(/\.pcapng$/);
    await input.fill(path);
    await workbench.page.locator('.quick-input-widget a.monaco-button', { hasText: 'OK' }).click();
    await expect.poll(() => existsSync(path), PATIENCE).toBe(true);
    await dialling.locator('[data-act=stop]').click();
    await dialling.locator('[data-act=forget]').waitFor(PATIENCE);
    const inspecting = await Inspecting.open(workbench, 'saved.pcapng');
    expect(await inspecting.frame.locator('#packet-list').innerText()).toContain('InitDone');
    expect(await inspecting.frame.locator('#toolbar').innerText()).toContain('0 undecrypted');
    await workbench.screenshot('node-saved');
  });

  it('is driven by commands as well', async () => {
    await workbench.command('Peerscope: Start Test Node');
    for (const choice of ['p2p', 'listens']) {
      await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: choice }).first().click();
    }
    await workbench.answer(third);
    await card(`listens on ${third}`).waitFor(PATIENCE);
    await workbench.command('Peerscope: Stop All Test Nodes');
    await expect.poll(() => page.locator('[data-act=stop]').count(), PATIENCE).toBe(0);
    await workbench.command('Peerscope: Send Held Message');
    await expect
      .poll(() => workbench.notifications(), PATIENCE)
      .toContainEqual(expect.stringContaining('no message of a test node waits'));
  });

  for (const theme of ['light', 'dark', 'high-contrast'] as const)
    it(`breaks no rule that counts in the theme "${theme}"`, async () => {
      await workbench.setTheme(theme);
      await workbench.page.locator('.tabs-container .tab', { hasText: 'Test Node' }).click();
      await openForm(page);
      await page.locator('#node-form summary').first().click();
      await workbench.page.waitForTimeout(150);
      await workbench.screenshot(`node-${theme}`);
      expect(await violations(page)).toEqual([]);
    });
});

describe('in an untrusted workspace', () => {
  it('there is no test node', async () => {
    const workbench = await Workbench.open({ workspaceTrust: true });
    try {
      await workbench.command('Peerscope: Open Test Node');
      await expect
        .poll(() => workbench.notifications(), PATIENCE)
        .toContainEqual(expect.stringContaining('test nodes need a trusted workspace'));
    } finally {
      await workbench.dispose();
    }
  });
});
