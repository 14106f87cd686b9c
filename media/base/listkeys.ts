/** Where a key leads in a list. */
export interface Place {
  readonly at: number;
  readonly total: number;
  /** Rows that are seen at once. */
  readonly page: number;
}

/** The row that a key goes to, within the list; undefined for a key that goes nowhere. */
export function goal(key: string, { at, total, page }: Place): number | undefined {
  const goals: Readonly<Record<string, number>> = {
    ArrowUp: at - 1,
    ArrowDown: at + 1,
    PageUp: at - page,
    PageDown: at + page,
    Home: 0,
    End: total - 1,
  };
  const to = goals[key];
  return to === undefined ? undefined : Math.max(0, Math.min(to, total - 1));
}

/** Whether a key is meant for something else: the editor's own shortcuts. */
export function isForeign({ altKey, metaKey, ctrlKey }: KeyboardEvent, withControl = false): boolean {
  return altKey || metaKey || (ctrlKey && !withControl);
}
