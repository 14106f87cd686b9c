/**
 * How each capture was looked at: its filter, columns, marks and selection, as its page last said. The workspace remembers it,
 * so that a reloaded window, or the same capture tomorrow, is as it was.
 */
import type * as vscode from 'vscode';

const KEY = 'peerscope.views';
const MOST_CAPTURES = 50;
const LONGEST = 100_000;

export class ViewMemory {
  readonly #state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  /** A capture that was not looked at before has the panes of the one that was looked at last. */
  get(capture: vscode.Uri): unknown {
    const all = this.#all();
    return all.find(([uri]) => uri === capture.toString())?.[1] ?? panesOf(all[0]?.[1]);
  }

  /** The newest stands first; the oldest are forgotten, and so is what is too long to be what a page says. */
  async set(capture: vscode.Uri, view: unknown): Promise<void> {
    const uri = capture.toString();
    const others = this.#all().filter(([other]) => other !== uri);
    const own: [string, unknown][] = JSON.stringify(view).length > LONGEST ? [] : [[uri, view]];
    await this.#state.update(KEY, [...own, ...others].slice(0, MOST_CAPTURES));
  }

  #all(): [string, unknown][] {
    const stored = this.#state.get<unknown>(KEY);
    if (!Array.isArray(stored)) return [];
    return stored.filter((each): each is [string, unknown] => Array.isArray(each) && typeof each[0] === 'string');
  }
}

/** What of a view is no matter of its capture. */
const panes = ['listHeight', 'treeWidth', 'treeHeight', 'graph', 'inspecting', 'folded'];

function panesOf(view: unknown): unknown {
  if (typeof view !== 'object' || view === null) return null;
  const kept = Object.entries(view).filter(([name]) => panes.includes(name));
  // Younger than nothing at all, older than whatever a page says.
  return kept.length === 0 ? null : { at: 1, ...Object.fromEntries(kept) };
}
