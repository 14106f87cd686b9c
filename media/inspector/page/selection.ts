/** The tree of the selected packet as the page shows it: its fields, its bytes, and what is chosen among them. */
import type { FieldView, TreeView } from '../../../extension/wire/inspector.ts';
import { sentence } from '../../base/connection.ts';
import type { PacketList } from '../list/list.ts';
import type { Explained } from '../tree/explanation.ts';
import { type Found, fieldAt, fieldOf } from '../tree/fields.ts';
import type { Call } from './host.ts';

/** Between trees asked for while a key is held down, and before "Reading…" replaces the tree of another row. */
const PAUSE = 60;
const PATIENCE = 250;

export class Shown {
  tree: TreeView | undefined;
  failure: string | undefined;
  /** Of the message whose tree is shown; asked for while its part is open. */
  explained: Explained;
  waiting = false;
  field: Found | undefined;
  /** The field that the pointer is over. */
  hovered: Found | undefined;
  source = 0;
  cursor: number | undefined;
  readonly opened = new Map<string, boolean>();
  readonly #call: Call;
  readonly #changed: () => void;
  #list: PacketList | undefined;
  #turn = 0;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(call: Call, changed: () => void) {
    this.#call = call;
    this.#changed = changed;
  }

  chooseField(key: string): void {
    const found = this.tree && fieldOf(this.tree.layers, key);
    if (found === undefined) return;
    this.field = found;
    // A search may have shown it in what is closed otherwise.
    for (const around of found.around) this.opened.set(around, true);
    this.source = found.field.source;
    this.cursor = found.field.end > found.field.start ? found.field.start : undefined;
    this.#changed();
  }

  chooseSource(source: number): void {
    this.source = source;
    this.cursor = undefined;
    this.#changed();
  }

  chooseByte(at: number): void {
    this.cursor = at;
    const found = this.tree && fieldAt(this.tree.layers, this.source, at);
    if (found !== undefined) {
      this.field = found;
      for (const key of found.around) this.opened.set(key, true);
    } else this.field = undefined;
    this.#changed();
  }

  hoverField(field: FieldView | undefined): void {
    const found = field === undefined ? undefined : { field, key: '', around: [] };
    if (found?.field === this.hovered?.field) return;
    this.hovered = found;
    this.#changed();
  }

  /** Finds the field of a byte in view. */
  hoverByte(at: number | undefined): void {
    const found = at === undefined || this.tree === undefined ? undefined : fieldAt(this.tree.layers, this.source, at);
    if (found?.key === this.hovered?.key && found?.field === this.hovered?.field) return;
    this.hovered = found;
    this.#changed();
  }

  async explain(open: boolean): Promise<void> {
    const { tree } = this;
    const list = this.#list;
    if (tree === undefined || list === undefined || open === (this.explained !== undefined)) return;
    this.explained = open ? 'asked' : undefined;
    this.#changed();
    if (!open) return;
    const call = this.#call('explain', { row: tree.row, show: list.show, ...list.narrowed });
    const answer = await call.catch((error: unknown) => ({ failure: sentence(error) }));
    if (this.tree === tree && this.explained !== undefined) this.explained = answer;
    this.#changed();
  }

  open(key: string, open: boolean): void {
    this.opened.set(key, open);
    this.#changed();
  }

  clear(): void {
    this.#turn++;
    this.#showTree(undefined);
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
          this.#showTree(undefined);
          this.waiting = true;
          this.#changed();
        }, PATIENCE);
      void this.#fetchTree(turn, row, list);
    }, wait);
  }

  async #fetchTree(turn: number, row: number, { show, narrowed }: PacketList): Promise<void> {
    try {
      const tree = await this.#call('tree', { row, show, ...narrowed });
      if (turn !== this.#turn) return;
      this.#showTree(tree);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#showTree(undefined);
      this.failure = `This packet could not be read: ${sentence(error)}`;
    }
    this.#changed();
  }

  /** A field chosen before stays chosen where the new tree has one of the same place and name. */
  #showTree(tree: TreeView | undefined): void {
    clearTimeout(this.#timer);
    const key = this.field?.key;
    this.waiting = false;
    this.failure = undefined;
    this.tree = tree;
    this.explained = undefined;
    this.hovered = undefined;
    this.field = tree !== undefined && key !== undefined ? fieldOf(tree.layers, key) : undefined;
    const field: FieldView | undefined = this.field?.field;
    this.cursor = field !== undefined && field.end > field.start ? field.start : undefined;
    this.source = field?.source ?? tree?.sources[0]?.id ?? 0;
  }
}
