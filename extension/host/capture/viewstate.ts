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

  get(capture: vscode.Uri): unknown {
    return this.#all().find(([uri]) => uri === capture.toString())?.[1] ?? null;
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
