/** The tree of the selected packet, as the page asks for it. */

import type { TreeView } from '../../../extension/wire/inspector.ts';
import { sentence } from '../../base/connection.ts';
import type { PacketList } from '../list/list.ts';
import type { Explained } from '../tree/explanation.ts';
import { Chosen } from './chosen.ts';
import type { Call } from './host.ts';

/** Between trees asked for while a key is held down, and before "Reading…" replaces the tree of another row. */
const PAUSE = 60;
const PATIENCE = 250;

export class Shown extends Chosen {
  failure: string | undefined;
  /** Of the message whose tree is shown; asked for while its part is open. */
  explained: Explained;
  waiting = false;
  readonly #call: Call;
  #list: PacketList | undefined;
  #turn = 0;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(call: Call, changed: () => void) {
    super(changed);
    this.#call = call;
  }

  async explain(open: boolean): Promise<void> {
    const { tree } = this;
    const list = this.#list;
    if (tree === undefined || list === undefined || open === (this.explained !== undefined)) return;
    this.explained = open ? 'asked' : undefined;
    this.changed();
    if (!open) return;
    const call = this.#call('explain', { row: tree.row, show: list.show, ...list.narrowed });
    const answer = await call.catch((error: unknown) => ({ failure: sentence(error) }));
    if (this.tree === tree && this.explained !== undefined) this.explained = answer;
    this.changed();
  }

  clear(): void {
    this.#turn++;
    this.show(undefined);
  }

  /** Shows the tree of a row; of several asked for in haste, the last one. */
  read(row: number, list: PacketList): void {
    const turn = ++this.#turn;
    this.#list = list;
    clearTimeout(this.#timer);
    this.waiting = true;
    this.failure = undefined;
    const wait = Math.max(0, this.#asked + PAUSE - Date.now());
    setTimeout(() => {
      if (turn !== this.#turn) return;
      this.#asked = Date.now();
      if (this.tree?.row !== row)
        this.#timer = setTimeout(() => {
          if (turn !== this.#turn || !this.waiting) return;
          this.show(undefined);
          this.waiting = true;
          this.changed();
        }, PATIENCE);
      void this.#fetchTree(turn, row, list);
    }, wait);
  }

  async #fetchTree(turn: number, row: number, { show, narrowed }: PacketList): Promise<void> {
    try {
      const tree = await this.#call('tree', { row, show, ...narrowed });
      if (turn !== this.#turn) return;
      this.show(tree);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.show(undefined);
      this.failure = `This packet could not be read: ${sentence(error)}`;
    }
    this.changed();
  }

  override show(tree: TreeView | undefined): void {
    clearTimeout(this.#timer);
    this.waiting = false;
    this.failure = undefined;
    this.explained = undefined;
    super.show(tree);
  }
}
