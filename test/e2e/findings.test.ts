/** A person narrows the findings with the filter, and is told how many there are without it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { Workbench } from './workbench.ts';

describe('the findings', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open();
    inspecting = await Inspecting.open(workbench, 'ptpchat_a.pcapng');
    await inspecting.frame.locator('#view-findings').click();
    await lines().first().waitFor();
  });
  afterAll(() => workbench?.dispose());

  const lines = () => inspecting.frame.locator('#finding-tree [role=treeitem]');
  const follows = () => inspecting.frame.locator('#findings-follow');
  const apply = async (filter: string) => {
    await inspecting.frame.locator('#filter').fill(filter);
    await inspecting.frame.locator('#filter').press('Enter');
  };

  it('are all there without a filter, and nothing is said of one', async () => {
    expect(await follows().count()).toBe(0);
    expect(await lines().first().innerText()).not.toMatch(/\d of \d+ times/);
  });

  it('follow the filter, and say so with both numbers', async () => {
    const all = await inspecting.count('findings');
    await apply('finding.severity == "warning"');
    await expect.poll(() => follows().innerText()).toMatch(new RegExp(`: \\d+ of ${all} findings$`));
    const left = Number(/: (\d+) of/.exec(await follows().innerText())![1]);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(all);
    await expect
      .poll(() =>
        lines()
          .filter({ has: inspecting.frame.locator('.message') })
          .count(),
      )
      .toBe(left);
    await workbench.screenshot('findings-filtered');
  });

  it('count those of a rule that a filter leaves', async () => {
    await apply('frame.time_relative < 14');
    await expect
      .poll(() => inspecting.frame.locator('.breach.group .severity').allInnerTexts())
      .toContainEqual(expect.stringMatching(/^error, \d+ of \d+ times$/));
  });

  it('say that there is none where none is left', async () => {
    await apply('frame.number == 1');
    await inspecting.frame.getByText('No findings in what the filter leaves').waitFor();
    await inspecting.frame.locator('#clear-filter').click();
    await lines().first().waitFor();
    expect(await follows().count()).toBe(0);
  });

  it('stand in the fields, too: the verdict on a signature in view, and a mark on what hides an invalid one', async () => {
    const signed = await Inspecting.open(workbench, 'p2pke_b.pcapng');
    await signed.select(2);
    const payload = signed.field('payload');
    await payload.locator('.hidden-verdict').waitFor();
    for (const name of ['payload', 'auth_claim']) await signed.field(name).locator('.twistie').click();
    await expect.poll(() => payload.locator('.hidden-verdict').count()).toBe(0);
    const verdict = signed.field('sig').locator('.check.invalid');
    const [shown, pane] = [(await verdict.boundingBox())!, (await signed.frame.locator('#field-tree').boundingBox())!];
    expect(shown.x + 70).toBeLessThan(pane.x + pane.width);
    expect(await signed.field('sig').getAttribute('title')).toContain('✗ invalid: Ed25519 signature does not verify');
    await workbench.screenshot('findings-verdict');
  });
});
