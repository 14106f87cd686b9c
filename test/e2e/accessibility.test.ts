/** The inspector for those who do not see it as its authors do, or have no mouse: every view, in two themes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspecting } from './inspecting.ts';
import { violations } from './rules.ts';
import { tabThrough } from './tabbing.ts';
import { Workbench } from './workbench.ts';

const PAINTED_MS = 150;
/** A MESSAGE of the sample, which carries a signature. */
const SIGNED_FRAME = 79;

describe('accessibility', () => {
  let workbench: Workbench;
  let inspecting: Inspecting;
  beforeAll(async () => {
    workbench = await Workbench.open({ size: { width: 1440, height: 900 } });
    // Findings, signatures, and messages that no key opens.
    inspecting = await Inspecting.open(workbench, 'ptpchat_a.pcapng');
  });
  afterAll(() => workbench?.dispose());

  const open = async (id: string): Promise<void> => {
    await inspecting.frame.locator(`#${id}`).click();
  };
  const there = (selector: string): Promise<void> => inspecting.frame.locator(selector).first().waitFor();

  const packets = async (): Promise<void> => {
    await open('view-packets');
    await inspecting.frame.locator('#packet-list').focus();
    await inspecting.press('Home');
    await inspecting.select(4);
  };

  /** Brings each view before a person; what it opens it closes by the next. */
  const views: Readonly<Record<string, () => Promise<void>>> = {
    'the packets, a message selected': async () => {
      await packets();
    },
    'a message with a signature, its fields opened': async () => {
      await workbench.command('Peerscope: Go to Frame…');
      await workbench.answer(String(SIGNED_FRAME));
      await there(`#packet-list [data-frame="${SIGNED_FRAME}"].selected`);
      for (const name of ['msg_data', 'message']) {
        await inspecting.field(name).first().click();
        await inspecting.frame.locator('#field-tree').focus();
        await inspecting.press('ArrowRight');
      }
      await there('#field-tree .check');
    },
    'the ladder': async () => {
      await open('view-ladder');
      await there('#ladder [role=option]');
    },
    'the steps': async () => {
      await open('view-steps');
      await there('#step-list [role=option]');
      await there('#step-details .computations, #step-details .hint');
    },
    'the conversations': async () => {
      await open('view-conversations');
      await there('#conversation-0 [role=gridcell]');
    },
    'the findings': async () => {
      await open('view-findings');
      await there('#finding-tree [role=treeitem]');
    },
    'the keys': async () => {
      await open('view-keys');
      await there('#key-table .key');
    },
    'the properties': async () => {
      await open('view-properties');
      await there('#files td');
    },
    'the find bar': async () => {
      await packets();
      await inspecting.press('Control+f');
      await there('#find-text');
    },
    'the completion of the filter': async () => {
      if (await inspecting.frame.locator('#find-close').isVisible()) await open('find-close');
      await inspecting.frame.locator('#filter').fill('');
      await workbench.page.keyboard.type('ptpchat.', { delay: 15 });
      await there('#filter-options [role=option]');
    },
    'a filter that cannot be used': async () => {
      await inspecting.frame.locator('#filter').fill('ptpchat.nothing == 1');
      await inspecting.press('Enter');
      await there('#filter-problem:not([hidden])');
    },
  };

  for (const theme of ['light', 'high-contrast'] as const)
    describe(`in the theme "${theme}"`, () => {
      beforeAll(() => workbench.setTheme(theme));
      afterAll(async () => {
        if (await inspecting.frame.locator('#find-close').isVisible()) await open('find-close');
        await inspecting.frame.locator('#clear-filter').click();
      });

      for (const [name, show] of Object.entries(views))
        it(`breaks no rule that counts: ${name}`, async () => {
          await show();
          // Colours are measured once they stand there.
          await workbench.page.waitForTimeout(PAINTED_MS);
          await workbench.screenshot(`accessible-${theme}-${name.replace(/\W+/g, '-')}`);
          expect(await violations(inspecting.frame)).toEqual([]);
        });
    });

  for (const [name, show] of Object.entries(views))
    it(`is walked through with Tab, and shows where one is: ${name}`, async () => {
      await show();
      const { stops, expected } = await tabThrough(inspecting);
      expect(stops.filter(({ seen }) => !seen)).toEqual([]);
      const reached = new Set(stops.map(({ at }) => at));
      expect(expected.filter((_, at) => !reached.has(at))).toEqual([]);
    });

  describe('where motion is to be reduced', () => {
    beforeAll(() => workbench.page.emulateMedia({ reducedMotion: 'reduce' }));
    afterAll(() => workbench.page.emulateMedia({ reducedMotion: 'no-preference' }));

    for (const [name, show] of Object.entries(views))
      it(`keeps still: ${name}`, async () => {
        await show();
        // The edge between the panes shows itself to the mouse.
        const { x, y } = (await inspecting.frame.locator('#details').boundingBox())!;
        await workbench.page.mouse.move(x + 300, y);
        expect(await inspecting.frame.evaluate(moving)).toEqual([]);
      });
  });
});

/** What would move of itself, in the page and in the shadows of its elements: animations, transitions and smooth scrolling. */
function moving(): string[] {
  const found: string[] = [];
  const look = (root: ParentNode): void => {
    for (const element of root.querySelectorAll('*')) {
      for (const part of [undefined, '::before', '::after']) {
        const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(element, part);
        const still = animationName === 'none' && /^[0s, ]+$/.test(transitionDuration) && scrollBehavior !== 'smooth';
        if (!still) found.push(`${element.localName}.${element.className}${part ?? ''}: ${animationName} ${transitionDuration}`);
      }
      if (element.shadowRoot !== null) look(element.shadowRoot);
    }
  };
  look(document);
  return [...found, ...document.getAnimations().map((animation) => `runs: ${animation.id}`)];
}
