/** A person finds out what the segments of a stream are, and goes from one to the message that it is a part of. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('a segment of a stream', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open({ size: { width: 1600, height: 900 } });
    inspecting = await Inspecting.open(workbench, 'p2p_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  it('says in the list and in the tree which message it is a part of', async () => {
    await inspecting.select(3);
    expect((await inspecting.cells(3)).at(-1)).toMatch(/^part of p2p HELLO, frame 12; 48850 → 5002 /);
    await inspecting.frame.locator('#field-tree .field-text', { hasText: 'Part of p2p HELLO, frame 12, 1 byte' }).waitFor();
    await workbench.screenshot('segment');
    const message = inspecting.frame.locator('#packet-list [data-frame="12"]');
    expect(await message.innerText()).toContain('HELLO');
  });
});
