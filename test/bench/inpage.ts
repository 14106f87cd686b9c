/** What is measured inside the inspector's frame, where no message to the browser is part of the time. */
import type { Frame } from 'playwright-core';
import type { FilterBar } from '../../media/inspector/list/filterbar.ts';

/** A frame that took longer is seen as a stutter: two of sixty a second. */
const LATE_MS = 33.4;

export interface Smoothness {
  /** Share of the frames that were late, and the longest, in milliseconds. */
  readonly late: number;
  readonly longest: number;
  /** Share of the frames in which a row that was in view had no text yet. */
  readonly blank: number;
  readonly frames: number;
}

/**
 * Runs in every frame before its scripts: notes when the first row stands there, and when the bar that shows the reading is
 * gone. A webview writes its document anew, which ends observers, so it looks by the clock. Times are those of the clock on
 * the wall, which this process reads too. (`__name` is what tsx wraps functions in.)
 */
export const watching = `
globalThis.__name ??= (f) => f;
globalThis.__seen = {};
globalThis.__look ??= setInterval(() => {
  const seen = globalThis.__seen;
  if (!seen.row && document.querySelector('#packet-list .packet-row[data-frame]')) seen.row = Date.now();
  if (document.getElementById('progress')) seen.complete = undefined;
  else if (seen.row) seen.complete ??= Date.now();
}, 5);`;

export function seen(frame: Frame): Promise<{ row?: number; complete?: number }> {
  return frame.evaluate(() => (globalThis as unknown as { __seen: object }).__seen);
}

/** Watches frames while `during` scrolls with the mouse; without it nothing moves, and the figures are the browser's own. */
export async function smoothness(frame: Frame, milliseconds: number, during?: () => Promise<void>): Promise<Smoothness> {
  const watched = frame.evaluate(record, { milliseconds, drag: false, late: LATE_MS });
  await during?.();
  return watched;
}

/** The bar dragged from one end of the list to the other in so many milliseconds. */
export function draggedThrough(frame: Frame, milliseconds: number): Promise<Smoothness> {
  return frame.evaluate(record, { milliseconds, drag: true, late: LATE_MS });
}

async function record(asked: { milliseconds: number; drag: boolean; late: number }): Promise<Smoothness> {
  const viewport = document.querySelector<HTMLElement>('#packet-list')!;
  const next = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
  const start = await next();
  const [deltas, end] = [[] as number[], viewport.scrollHeight - viewport.clientHeight];
  let blank = 0;
  for (let before = start; before - start < asked.milliseconds; ) {
    if (asked.drag) viewport.scrollTop = ((before - start) / asked.milliseconds) * end;
    const now = await next();
    deltas.push(now - before);
    before = now;
    if (viewport.querySelector('.packet-row.unread') !== null) blank++;
  }
  const frames = deltas.length;
  return {
    late: deltas.filter((delta) => delta > asked.late).length / frames,
    longest: Math.max(...deltas),
    blank: blank / frames,
    frames,
  };
}

/** Milliseconds until the last row is shown with its text, from the moment in which the bar is at its end. */
export function toTheEnd(frame: Frame): Promise<number> {
  return frame.evaluate(async () => {
    const list = document.querySelector<HTMLElement>('#packet-list')!;
    const last = `#packet-${Number(list.getAttribute('aria-rowcount')) - 2}[data-frame]`;
    const start = performance.now();
    list.scrollTop = list.scrollHeight;
    while (document.querySelector(last) === null) await new Promise(requestAnimationFrame);
    return performance.now() - start;
  });
}

/** Milliseconds until a filter has its first row, and until all rows were searched; `hits` are its rows. */
export function filtered(frame: Frame, text: string): Promise<{ first: number; all: number; hits: string }> {
  return frame.evaluate(async (filter) => {
    const bar = document.querySelector<FilterBar>('peerscope-filter')!;
    const counted = (): string => document.getElementById('filter-count')?.textContent ?? '';
    const start = performance.now();
    await bar.put(filter);
    let first: number | undefined;
    for (;;) {
      await new Promise(requestAnimationFrame);
      const now = counted().trim();
      if (first === undefined && /^[1-9]/.test(now)) first = performance.now() - start;
      if (/^[\d,]+ rows? of/.test(now)) return { first: first ?? Number.NaN, all: performance.now() - start, hits: now };
    }
  }, text);
}

/** Milliseconds of each of some steps forwards: until the step is counted and the fields are those of its frame. Throws where none follows. */
export function stepped(frame: Frame, steps: number): Promise<number[]> {
  return frame.evaluate(async (count) => {
    const text = (selector: string): string => document.querySelector(selector)?.textContent ?? '';
    const took: number[] = [];
    for (let step = 0; step < count; step++) {
      const [counted, fields] = [text('#step-count'), text('#field-tree .field-text')];
      const start = performance.now();
      document.getElementById('step-forward')!.click();
      while (text('#step-count') === counted || text('#field-tree .field-text') === fields) {
        if (performance.now() - start > 10_000)
          throw new Error(
            `no step follows "${counted}" at ${fields}: ${text('#step-count')}, ${text('#field-tree .field-text')}`,
          );
        await new Promise(requestAnimationFrame);
      }
      took.push(performance.now() - start);
    }
    return took;
  }, steps);
}

/**
 * Asks the extension host for what it does not know, until `stopRounds`: it refuses at once and asks no worker, so what takes
 * long is its own, or that of what lies between. Gives the milliseconds of the rounds.
 */
export function startRounds(frame: Frame): Promise<void> {
  return frame.evaluate(() => {
    const rounds: number[] = [];
    const state = { rounds, on: true };
    Object.assign(globalThis, { __rounds: state });
    const round = async (): Promise<void> => {
      const bar = document.querySelector<FilterBar>('peerscope-filter');
      const start = performance.now();
      await bar?.call('nothing' as 'rows', {} as never).catch(() => {});
      if (bar) rounds.push(performance.now() - start);
      if (state.on) setTimeout(() => void round(), 10);
    };
    void round();
  });
}

export function stopRounds(frame: Frame): Promise<number[]> {
  return frame.evaluate(() => {
    const state = (globalThis as unknown as { __rounds: { on: boolean; rounds: number[] } }).__rounds;
    state.on = false;
    return state.rounds;
  });
}
