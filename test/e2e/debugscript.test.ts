/** A person debugs a packet script: F5, a conditional breakpoint, a value changed before it is sent. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

const script = `### by hand
node b = p2pke listen 127.0.0.1:0
node a = p2pke dial b
expect b InitHello within 5s
for n in range(4) {
  send a data { data: uint(n, 4) }
  expect b data as came within 5s
}
`;

/** The first counter of p2pke's data is 16. */
const failing = `### with a mistake
node b = p2pke listen 127.0.0.1:0
node a = p2pke dial b
expect b InitHello within 5s
send a data { data: 01 02 }
expect b data { counter: 99 } within 500ms
`;

describe('a packet script under the debugger', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await Workbench.open({ size: { width: 1440, height: 900 } });
    writeFileSync(join(workbench.folder, 'steps.packet'), script);
    await workbench.openFile('steps.packet');
  });
  afterAll(() => workbench?.dispose());

  const top = () => workbench.page.locator('.debug-call-stack .stack-frame').first();
  const button = (name: string) => workbench.page.locator(`.debug-toolbar .action-label[aria-label^="${name}"]`);
  const line = (text: string) => workbench.page.locator('.view-line', { hasText: text }).first();
  const variable = (name: string) => workbench.page.locator('.debug-variables .monaco-list-row', { hasText: name }).first();

  it('stops at a breakpoint whose condition holds, after F5 alone', async () => {
    const { page } = workbench;
    await line('send a data').click();
    await workbench.command('Debug: Add Conditional Breakpoint...');
    const condition = page.locator('.breakpoint-widget .inputContainer .view-lines');
    await condition.click();
    // The widget takes the keyboard a moment after it is there.
    await page.locator('.breakpoint-widget .monaco-editor.focused').waitFor();
    await page.keyboard.type('n == 2');
    await page.keyboard.press('Enter');
    await workbench.command('View: Show Run and Debug');
    await line('send a data').click();
    await page.keyboard.press('F5');
    await expect.poll(() => top().innerText(), { timeout: 60_000 }).toContain('send a data');
    await page.locator('.debug-call-stack .stack-frame', { hasText: 'round 3 of 4' }).first().waitFor();
    await workbench.screenshot('debug-script');
  });

  it('takes another value before the message is sent, and it is in the capture', async () => {
    const { page } = workbench;
    await button('Step Into').click();
    await expect.poll(() => top().innerText()).toContain('values of data');
    await variable('data =').waitFor();
    await variable('data =').dblclick();
    const input = page.locator('.debug-variables .inputBoxContainer input, .debug-variables .monaco-inputbox input').first();
    await input.fill('ca fe ca fe');
    await page.keyboard.press('Enter');
    await variable('ca fe ca fe').waitFor();
    await workbench.screenshot('debug-script-changed');
    await button('Step Out').click();
    await expect.poll(() => top().innerText()).toContain('expect b data');
    // Breakpoints do not stop it again: the condition held once.
    await button('Continue').click();
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden', timeout: 60_000 });
    const inspecting = await Inspecting.appeared(workbench, 'steps-1');
    await inspecting.frame.locator('#filter').fill('p2pke.data == ca:fe:ca:fe');
    await inspecting.press('Enter');
    await expect.poll(() => inspecting.frame.locator('#filter-count').innerText()).toMatch(/^1 row of/);
    await workbench.screenshot('debug-script-capture');
  });

  it('is debugged from the tests, too, and passes there', async () => {
    await workbench.page.locator('.tabs-container .tab', { hasText: 'steps.packet' }).first().click();
    await line('send a data').click();
    await workbench.command('Test: Debug Tests in Current File');
    await expect.poll(() => top().innerText(), { timeout: 60_000 }).toContain('send a data');
    await button('Continue').click();
    await workbench.page
      .locator('.glyph-margin-widgets .codicon-testing-passed-icon, .margin .codicon-testing-passed-icon')
      .first()
      .waitFor({ timeout: 60_000 });
  });

  it('stops where an expectation fails; what came is written there, and holds when the session begins again', async () => {
    const { page } = workbench;
    const path = join(workbench.folder, 'failing.packet');
    writeFileSync(path, failing);
    await workbench.command('View: Close All Editors');
    await workbench.command('View: Show Explorer');
    await workbench.openFile('failing.packet');
    await workbench.command('View: Show Run and Debug');
    await line('node b').click();
    await page.keyboard.press('F5');
    await expect.poll(() => top().innerText(), { timeout: 60_000 }).toContain('expect b data');
    await page.locator('.exception-widget', { hasText: 'expected 99, got 16' }).waitFor();
    await workbench.command('Debug Console: Focus on Debug Console View');
    const written = page.locator('.repl', { hasText: 'line 6: to expect what came, write 16 in the place of 99' });
    await written.first().waitFor();
    await line('expect b data').click();
    await page.keyboard.press('Control+.');
    const fix = page.locator('.action-widget .monaco-list-row', { hasText: 'Expect what came' });
    await fix.waitFor();
    await workbench.screenshot('debug-expect');
    await page.keyboard.press('Enter');
    await line('counter: 16').waitFor();
    await page.keyboard.press('Control+s');
    await button('Restart').click();
    await expect.poll(() => page.locator('.repl').first().innerText(), { timeout: 60_000 }).toContain('passed');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden', timeout: 60_000 });
    expect(readFileSync(path, 'utf8')).toBe(failing.replace('99', '16'));
  });
});
