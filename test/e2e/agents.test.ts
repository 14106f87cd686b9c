/** What agents get of the editor: its tools, with the person asked before one sends, and the server that VS Code starts. */
import { createSocket, type Socket } from 'node:dgram';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tools } from '../../extension/agents/declarations.ts';
import { packedBeside } from './pack.ts';
import { Workbench } from './workbench.ts';

const PATIENCE = { timeout: 60_000 };

describe('agents of the editor', () => {
  let workbench: Workbench;
  /** It counts what an agent sends. */
  let receiver: Socket;
  let received = 0;
  beforeAll(async () => {
    workbench = await Workbench.open({
      beside: [packedBeside('otheragent')],
      settings: { 'chat.disableAIFeatures': false, 'peerscope.agents.mcpServer': true },
    });
    receiver = createSocket('udp4').on('message', () => received++);
    await new Promise<void>((resolve) => receiver.bind(0, '127.0.0.1', resolve));
  }, 300_000);
  afterAll(async () => {
    receiver.close();
    await workbench?.dispose();
  });

  const answerFile = (): string => join(workbench.folder, 'answer.txt');
  /** A section that sends one packet to the receiver. */
  const callSending = async (): Promise<void> => {
    rmSync(answerFile(), { force: true });
    const script = `node a = p2pke dial 127.0.0.1:${receiver.address().port}\nwait 200ms\n`;
    writeFileSync(join(workbench.folder, 'call.json'), JSON.stringify({ tool: 'peerscope_run_section', input: { script } }));
    await workbench.command('Other Agent: Call the Tool of call.json');
  };
  const answer = async (): Promise<string> => {
    await expect.poll(() => existsSync(answerFile()), PATIENCE).toBe(true);
    return readFileSync(answerFile(), 'utf8');
  };
  const dialog = () => workbench.page.locator('.monaco-dialog-box');

  it('send nothing when the person says no to the address and the packets that the question names', async () => {
    await callSending();
    await dialog().waitFor(PATIENCE);
    const question = await dialog().innerText();
    await workbench.screenshot('agent-question');
    expect(question).toContain('Let an agent send packets?');
    expect(question).toContain(`127.0.0.1:${receiver.address().port}`);
    expect(question).toContain('The script sends no message of its own.\nThe nodes also send their handshakes and answers.');
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    expect(await answer()).toMatch(/^no answer/);
    expect(received).toBe(0);
  });

  it('send when the person allows it', async () => {
    await callSending();
    await dialog().waitFor(PATIENCE);
    await dialog().getByRole('button', { name: 'Yes' }).click();
    expect(await answer()).not.toMatch(/^no answer/);
    expect(received).toBeGreaterThan(0);
  });

  it('find the server of the folder among those of VS Code, which starts it and lists its tools', async () => {
    const { page } = workbench;
    const choose = (text: string) => page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
    await workbench.command('MCP: List Servers');
    await choose('Stopped');
    await choose('Start Server');
    const output = page.locator('.output-view .view-line', { hasText: `Discovered ${tools.length} tools` });
    await output.waitFor(PATIENCE);
    await workbench.command('MCP: List Servers');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: /Peerscope\s*Running/ }).waitFor(PATIENCE);
    await workbench.screenshot('agent-server');
    await page.keyboard.press('Escape');
  });
});
