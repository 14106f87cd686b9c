/** The protocols of streams and of data channels, as a person meets them: opened by the keys that lie beside them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('a capture of', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await Workbench.open();
  });
  afterAll(() => workbench?.dispose());

  /** Opens a capture, shows its messages only, and goes to one by its frame. */
  async function at(name: string, frame: number): Promise<{ inspecting: Inspecting; cells: string[] }> {
    const inspecting = await Inspecting.open(workbench, name);
    await workbench.command('Peerscope: Go to Frame…');
    await workbench.answer(String(frame));
    const row = inspecting.frame.locator(`#packet-list [data-frame="${frame}"]`).first();
    await row.waitFor();
    const index = Number(await row.getAttribute('data-row'));
    await inspecting.selected(index);
    return { inspecting, cells: await inspecting.cells(index) };
  }

  it('p2p shows a tunnel that an RSA key opens inside a stream that an exponent opens', async () => {
    const { inspecting, cells } = await at('p2p_a.pcapng', 69);
    expect(cells.slice(4)).toEqual(['p2p', 'TUNNEL_DATA', 'tunnel 129772793, 17 bytes']);
    await inspecting.counts('messages', 47);
    await inspecting.counts('encrypted', 0);
    await inspecting.field('data').click();
    await inspecting.frame.locator('#field-tree').focus();
    await inspecting.press('ArrowRight');
    await inspecting.field('inner').click();
    await expect.poll(() => inspecting.tab('Tunnel').getAttribute('aria-selected')).toBe('true');
    expect(Buffer.from(await inspecting.lit(), 'hex').toString()).toBe('tunnel payload 0 ');
    await workbench.screenshot('p2p-tunnel');
  });

  it('says how a message was decrypted, key by key and step by step', async () => {
    const { inspecting } = await at('p2p_a.pcapng', 69);
    const part = inspecting.frame.locator('#explanation');
    expect(await part.locator('summary').innerText()).toBe('How was it decrypted?');
    await part.locator('summary').click();
    await expect.poll(() => part.innerText()).toContain('P2P_DH_PRIVATE');
    expect(await part.innerText()).toMatch(/g\^x mod p = b_peer_public_key: the exponent yields this public key/);
    expect(await part.locator('.ok').count()).toBeGreaterThan(2);
    await workbench.screenshot('explanation');
    await part.locator('summary').click();
  });

  it('p2ppacket shows the entries of its channels', async () => {
    const { inspecting, cells } = await at('p2ppacket_a.pcap', 17);
    expect(cells.slice(4)).toEqual(['p2ppacket', 'data', 'reliable_data, channel 2, sequence 3']);
    await inspecting.counts('messages', 32);
    await inspecting.counts('findings', 0);
    await workbench.screenshot('p2ppacket-data');
  });

  it('botd shows a payload without a layout as protobuf', async () => {
    const { inspecting, cells } = await at('botd_a.pcapng', 26);
    expect(cells.slice(4)).toEqual(['botd', 'protobuf', '5000 bytes, 13 records']);
    await inspecting.counts('encrypted', 0);
    await workbench.screenshot('botd-protobuf');
  });
});
