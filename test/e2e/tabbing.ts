/** The way of the Tab key through the inspector, in a browser's own terms: focus goes into shadow roots. */
import type { Inspecting } from './inspecting.ts';

const MOST_STOPS = 300;

/** A control: an element of the page, or one that has the control in its shadow. */
export interface Stop {
  /** Its place among all that Tab must come to; -1 for what was not expected to take the focus. */
  readonly at: number;
  readonly name: string;
  /** It looks otherwise with the focus than without it. */
  readonly seen: boolean;
}

export interface Tour {
  readonly stops: readonly Stop[];
  /** Names of all that Tab must come to, by `at`: what is visible, takes the focus and is neither disabled nor folded away. */
  readonly expected: readonly string[];
}

/** Presses Tab from the filter bar to the end of the page, and from there back to its start. */
export async function tabThrough(inspecting: Inspecting): Promise<Tour> {
  const { frame } = inspecting;
  const expected = await frame.evaluate(tabbable);
  await frame.locator('#filter').focus();
  const forwards = await walk(inspecting, 'Tab');
  await frame.locator('#filter').focus();
  const backwards = await walk(inspecting, 'Shift+Tab');
  return { stops: [...backwards.slice(1).reverse(), ...forwards], expected };
}

/** Until the focus leaves the page or comes round. */
async function walk(inspecting: Inspecting, key: string): Promise<Stop[]> {
  const stops: Stop[] = [];
  while (stops.length < MOST_STOPS) {
    const stop = await inspecting.frame.evaluate(here);
    if (stop === undefined || stops.some(({ at, name }) => at === stop.at && name === stop.name)) return stops;
    stops.push(stop);
    await inspecting.press(key);
  }
  throw new Error(`Tab does not come to an end: ${stops.map(({ name }) => name).join(', ')}`);
}

/** Leaves the elements where `here` finds them. */
function tabbable(): string[] {
  const takesFocus = (element: HTMLElement): boolean =>
    (element.tabIndex >= 0 && !element.matches(':disabled, [disabled], [inert] *') && element.checkVisibility()) ||
    [...(element.shadowRoot?.querySelectorAll<HTMLElement>('*') ?? [])].some(takesFocus);
  const all = [...document.querySelectorAll<HTMLElement>('*')].filter(takesFocus);
  Object.assign(globalThis, { __tabbable: all });
  return all.map(({ id, localName, textContent }) => (id === '' ? `${localName} ${textContent?.trim()}` : id));
}

/** Where the focus is now; undefined outside the page. */
function here(): Stop | undefined {
  const chain: HTMLElement[] = [];
  for (let at = document.activeElement; at !== null; at = at.shadowRoot?.activeElement ?? null) chain.push(at as HTMLElement);
  const [outer, inner] = [chain[0], chain.at(-1)];
  if (outer === undefined || inner === undefined || outer === document.body || !document.hasFocus()) return undefined;
  const look = (): string =>
    chain
      .flatMap((element) => [element, element.parentElement, ...(element.shadowRoot?.querySelectorAll('*') ?? [])])
      .map((element) => {
        if (element === null) return '';
        const { outlineStyle, outlineWidth, outlineColor, borderColor, boxShadow } = getComputedStyle(element);
        return [outlineStyle, outlineWidth, outlineColor, borderColor, boxShadow].join();
      })
      .join(';');
  const focused = look();
  inner.blur();
  const seen = look() !== focused;
  inner.focus();
  const { __tabbable: all } = globalThis as unknown as { __tabbable: HTMLElement[] };
  return { at: all.indexOf(outer), name: outer.id === '' ? `${outer.localName} ${outer.textContent?.trim()}` : outer.id, seen };
}
