/** A list of any length, without a browser around it: what it draws, asks for and selects. */
import { nothing, type ReactiveController } from 'lit';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Rows } from '../../../media/base/rows.ts';
import { type Listing, VirtualList } from '../../../media/base/virtuallist.ts';

const ROW_HEIGHT = 20;
/** Rows that are seen at once, without those drawn around them. */
const SEEN = 10;

/** A viewport as far as a list looks at it. */
function viewportOf(element: { scrollTop: number }) {
  const heard = new Map<string, () => void>();
  const style: Record<string, unknown> = { setProperty: (name: string, value: string) => (style[name] = value) };
  const part = { style, querySelector: () => part };
  return Object.assign(element, {
    ...{ clientHeight: SEEN * ROW_HEIGHT, scrollLeft: 0, querySelector: () => part },
    addEventListener: (name: string, listener: () => void) => heard.set(name, listener),
    scrollTo: (top: number) => {
      element.scrollTop = top;
      heard.get('scroll')?.();
    },
  });
}

let measure: () => void = () => {};
beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(told: () => void) {
        measure = told;
      }
      observe(): void {}
      disconnect(): void {}
    },
  );
  return () => vi.unstubAllGlobals();
});

function listOf(rows: () => Rows<string> | undefined, more: Partial<Listing<string>> = {}) {
  const controllers: ReactiveController[] = [];
  const viewport = viewportOf({ scrollTop: 0 });
  const host = {
    addController: (each: ReactiveController) => controllers.push(each),
    requestUpdate: () => {},
    querySelector: () => viewport,
  };
  const list = new VirtualList<string>(host as never, { rowHeight: ROW_HEIGHT, rows, ...more });
  const drawn: [row: string | undefined, index: number][] = [];
  const update = (): void => {
    for (const each of controllers) each.hostUpdate?.();
    drawn.length = 0;
    list.draw((row, index) => {
      drawn.push([row, index]);
      return undefined as never;
    });
    for (const each of controllers) each.hostUpdated?.();
  };
  update();
  measure();
  update();
  return { list, drawn, update, viewport };
}

function selecting(start = -1) {
  let at = start;
  const went: number[] = [];
  const selection = {
    id: 'row',
    at: () => at,
    go: (index: number) => {
      at = index;
      went.push(index);
    },
    act: (key: string) => key === 'Enter',
  };
  return { selection, went };
}

const rowsOf = (total: number): Rows<string> => ({ total, row: (index) => `row ${index}` });
function pressed(key: string, with_: Partial<KeyboardEvent> = {}) {
  const event = { key, altKey: false, metaKey: false, ctrlKey: false, ...with_, preventDefault: vi.fn() };
  return event as typeof event & KeyboardEvent;
}

describe('a list', () => {
  it('draws the rows in view and a few around them, and fetches what it lacks of them', () => {
    const need = vi.fn();
    const { drawn, update, viewport } = listOf(() => ({ total: 1000, row: () => undefined, need }));
    expect(drawn.map(([, index]) => index)).toEqual(Array.from({ length: SEEN + 4 }, (_, index) => index));
    viewport.scrollTo(100 * ROW_HEIGHT);
    update();
    expect(drawn[0]).toEqual([undefined, 96]);
    expect(need).toHaveBeenLastCalledWith(96, 114);
  });

  it('is empty while there is none', () => {
    const { list, drawn } = listOf(() => undefined, selecting(0));
    expect(drawn).toEqual([]);
    expect(list.active).toBe(nothing);
    list.go(3);
  });

  it('keeps its place while nobody knows how long it is, and else ends where it ends', () => {
    let rows: Rows<string> = rowsOf(1000);
    const { drawn, update, viewport } = listOf(() => rows);
    viewport.scrollTo(500 * ROW_HEIGHT);
    rows = { ...rowsOf(0), known: false };
    update();
    expect(drawn).toEqual([]);
    rows = rowsOf(900);
    update();
    expect(drawn[0]).toEqual(['row 496', 496]);
    rows = rowsOf(20);
    update();
    expect(drawn.at(-1)).toEqual(['row 19', 19]);
    expect(drawn[0]).toEqual(['row 6', 6]);
  });

  it('follows its end only where that is seen', () => {
    let total = 100;
    const { drawn, update, viewport } = listOf(() => rowsOf(total), { follows: () => true });
    total = 150;
    update();
    expect(drawn[0]![1]).toBe(0);
    viewport.scrollTo((150 - SEEN) * ROW_HEIGHT);
    update();
    total = 200;
    update();
    expect(drawn.at(-1)![1]).toBe(199);
  });
});

describe('the selection of a list', () => {
  it('goes by the keys of a list, and comes into view', () => {
    const { selection, went } = selecting();
    const { list, update, drawn } = listOf(() => rowsOf(100), { selection });
    expect(list.active).toBe(nothing);
    for (const key of ['ArrowDown', 'ArrowDown', 'PageDown', 'PageUp', 'ArrowUp', 'End', 'PageDown', 'Home'])
      list.key(pressed(key));
    expect(went).toEqual([0, 1, 10, 1, 0, 99, 99, 0]);
    list.key(pressed('End'));
    update();
    expect(list.active).toBe('row-99');
    expect(drawn.at(-1)![1]).toBe(99);
  });

  it('leaves keys alone that are meant for something else', () => {
    const { selection, went } = selecting(5);
    const { list } = listOf(() => rowsOf(100), { selection });
    const used = (event: ReturnType<typeof pressed>): boolean => {
      list.key(event);
      return event.preventDefault.mock.calls.length === 1;
    };
    expect(used(pressed('Enter'))).toBe(true);
    expect(used(pressed('x'))).toBe(false);
    expect(used(pressed('End', { ctrlKey: true }))).toBe(false);
    expect(used(pressed('End', { altKey: true }))).toBe(false);
    expect(went).toEqual([]);
    const other = listOf(() => rowsOf(100), { selection: { ...selection, withControl: true } }).list;
    other.key(pressed('End', { ctrlKey: true }));
    expect(went).toEqual([99]);
  });

  it('ends with the list', () => {
    const { selection, went } = selecting(5);
    const { list } = listOf(() => rowsOf(7), { selection });
    list.go(9);
    list.go(-2);
    expect(went).toEqual([6, 0]);
  });
});
