/** What the page remembers while it is hidden or the window is reloaded. */
import type { Show } from '../../extension/wire/inspector.ts';

/** What stands above the fields: the packets, or the capture from above. */
export type ViewName = 'packets' | 'ladder' | 'conversations' | 'findings';

export const views: readonly ViewName[] = ['packets', 'ladder', 'conversations', 'findings'];

export interface Remembered {
  readonly view: ViewName;
  readonly show: Show;
  readonly filter: string;
  /** Filters that were applied, the newest first. */
  readonly history: readonly string[];
  readonly row?: number;
  readonly frame?: number;
  /** Heights and widths of the first panes in percent. */
  readonly listHeight: number;
  readonly treeWidth: number;
}

/** Reads what was stored, maybe by another version: whatever does not fit is as if it had not been stored. */
export function remembered(stored: unknown): Remembered {
  const values: Record<string, unknown> = typeof stored === 'object' && stored !== null ? { ...stored } : {};
  const whole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const percent = (value: unknown, otherwise: number): number =>
    typeof value === 'number' && value >= 5 && value <= 95 ? value : otherwise;
  return {
    view: views.find((view) => view === values.view) ?? 'packets',
    show: values.show === 'messages' ? 'messages' : 'all',
    filter: typeof values.filter === 'string' ? values.filter : '',
    history: Array.isArray(values.history) ? values.history.filter((text) => typeof text === 'string') : [],
    ...(whole(values.row) && whole(values.frame) ? { row: values.row, frame: values.frame } : {}),
    listHeight: percent(values.listHeight, 50),
    treeWidth: percent(values.treeWidth, 42),
  };
}
