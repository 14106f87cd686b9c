/** What the page knows of the capture and what is chosen in it. Every answer that comes late, for an earlier choice, is dropped. */
import type { FieldView, Overview, Row, Show, TreeView, WebviewEvents } from '../../extension/wire/inspector.ts';
import { type Found, fieldAt, fieldOf } from './fields.ts';
import { findRow } from './findrow.ts';
import { connect, type Host, sentence } from './host.ts';
import { PacketList } from './list.ts';
import { type Remembered, remembered, type ViewName } from './remembered.ts';

/** Between trees asked for while a key is held down, and before "Reading…" replaces the tree of another row. */
const PAUSE = 60;
const PATIENCE = 250;
/** Filters that are remembered. */
const HISTORY = 30;

export class Session {
  overview: Overview | undefined;
  /** Why there is nothing to show; set when the host itself does not answer. */
  failure: string | undefined;
  /** A call that the user made by hand and that failed. */
  complaint: string | undefined;
  list: PacketList;
  selected: { readonly row: number; readonly frame?: number } | undefined;
  tree: TreeView | undefined;
  treeFailure: string | undefined;
  waiting = false;
  field: Found | undefined;
  source = 0;
  cursor: number | undefined;
  readonly opened = new Map<string, boolean>();
  readonly panes: Remembered;
  /** Called when the selection moved for another reason than a click into the list. */
  onreveal: (row: number) => void = () => {};
  /** A command asks for a filter; the bar checks it before it is applied. */
  onfilter: (asked: WebviewEvents['filter']) => void = () => {};
  readonly #host: Host;
  readonly #changed: () => void;
  #remembered: Remembered;
  /** A frame to select once the capture is read that far. */
  #target: { readonly frame: number; readonly row?: number } | undefined;
  #turn = 0;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
    this.#host = connect({
      overview: (data: unknown) => this.#take(data as WebviewEvents['overview']),
      reveal: (data: unknown) => this.#aim({ frame: (data as WebviewEvents['reveal']).frame }),
      filter: (data: unknown) => this.onfilter(data as WebviewEvents['filter']),
    });
    this.#remembered = remembered(this.#host.stored());
    this.panes = this.#remembered;
    this.list = this.#newList(this.#remembered.show, this.#remembered.filter);
    const { row, frame } = this.#remembered;
    if (row !== undefined && frame !== undefined) this.#target = { row, frame };
  }

  get show(): Show {
    return this.list.show;
  }

  get call(): Host['call'] {
    return this.#host.call;
  }

  get view(): ViewName {
    return this.#remembered.view;
  }

  get history(): readonly string[] {
    return this.#remembered.history;
  }

  async ready(): Promise<void> {
    this.failure = undefined;
    this.overview = undefined;
    this.#changed();
    try {
      const { overview } = await this.#host.call('ready', {});
      this.list.retry();
      this.#take(overview);
    } catch (error) {
      this.failure = sentence(error);
    }
    this.#changed();
  }

  async addKeys(): Promise<void> {
    this.complaint = undefined;
    try {
      await this.#host.call('addKeys', {});
    } catch (error) {
      this.complaint = `The key log was not added: ${sentence(error)}`;
    }
    this.#changed();
  }

  setShow(show: Show): void {
    if (show !== this.show) this.#narrow({ show });
  }

  setView(view: ViewName): void {
    this.#remember({ view });
    this.#changed();
  }

  /** Selects the first row of a frame in the list of packets. */
  showFrame(frame: number): void {
    this.#aim({ frame });
  }

  /** Shows what a filter leaves; the packet that is selected stays so where it is left. */
  setFilter(filter: string): void {
    if (filter === this.list.filter) return;
    const others = this.history.filter((text) => text !== filter);
    this.#narrow({ filter, history: filter === '' ? others : [filter, ...others].slice(0, HISTORY) });
  }

  #narrow(part: Partial<Remembered>): void {
    this.#remember(part);
    this.list = this.#newList(this.#remembered.show, this.#remembered.filter);
    if (this.overview !== undefined) this.list.overview(this.overview);
    const frame = this.selected?.frame;
    this.#deselect();
    if (frame !== undefined) this.#aim({ frame });
    this.#changed();
  }

  remember(panes: Partial<Remembered>): void {
    this.#remember(panes);
  }

  select(row: number): void {
    if (row === this.selected?.row && this.treeFailure === undefined) return;
    this.#target = undefined;
    const frame = this.list.row(row)?.frame;
    this.selected = frame === undefined ? { row } : { row, frame };
    if (frame !== undefined) this.#remember({ row, frame });
    this.#readTree();
    this.#changed();
  }

  chooseField(key: string): void {
    const found = this.tree && fieldOf(this.tree.layers, key);
    if (found === undefined) return;
    this.field = found;
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

  open(key: string, open: boolean): void {
    this.opened.set(key, open);
    this.#changed();
  }

  #newList(show: Show, filter: string): PacketList {
    const list: PacketList = new PacketList(show, filter, this.#host.call, () => {
      if (list === this.list) this.#listChanged();
    });
    return list;
  }

  #take(overview: Overview): void {
    const stale = this.overview !== undefined && overview.generation !== this.overview.generation;
    this.overview = overview;
    this.list.overview(overview);
    if (stale && this.selected !== undefined) {
      const { row, frame } = this.selected;
      if (frame === undefined) this.#readTree();
      else this.#target ??= { row, frame };
    }
    void this.#settle();
    this.#changed();
  }

  #listChanged(): void {
    // The first packet is shown by itself: an empty lower half says nothing.
    if (this.selected === undefined && this.#target === undefined && this.list.row(0) !== undefined) this.select(0);
    const { selected } = this;
    if (selected !== undefined && selected.frame === undefined) {
      const frame = this.list.row(selected.row)?.frame;
      if (frame !== undefined) {
        this.selected = { row: selected.row, frame };
        this.#remember({ row: selected.row, frame });
      }
    }
    this.#changed();
  }

  #aim(target: { frame: number; row?: number }): void {
    this.#target = target;
    void this.#settle();
  }

  /** Selects the frame that is waited for, once it was read: the row it had, if that still holds it, else its first. */
  async #settle(): Promise<void> {
    const { overview, list } = this;
    const target = this.#target;
    if (target === undefined || overview === undefined || overview.failure !== undefined) return;
    if (overview.frames < target.frame && !overview.done) return;
    try {
      const found = await findRow(this.#host.call, list, target);
      // Something else was chosen in the meantime, or this was called twice.
      if (this.#target !== target) return;
      this.#target = undefined;
      if (found !== undefined) this.#arrive(found);
    } catch (error) {
      if (this.#target !== target) return;
      this.#target = undefined;
      this.complaint = `Frame ${target.frame} was not found: ${sentence(error)}`;
    }
    this.#changed();
  }

  #arrive({ row, frame }: Row): void {
    const moved = row !== this.selected?.row;
    this.selected = { row, frame };
    this.#remember({ row, frame });
    this.#readTree();
    if (moved) this.onreveal(row);
  }

  #deselect(): void {
    this.#turn++;
    this.selected = undefined;
    this.#showTree(undefined);
  }

  #readTree(): void {
    const turn = ++this.#turn;
    const { selected, list } = this;
    if (selected === undefined) return;
    clearTimeout(this.#timer);
    this.waiting = true;
    this.treeFailure = undefined;
    const wait = Math.max(0, this.#asked + PAUSE - Date.now());
    setTimeout(() => {
      if (turn !== this.#turn) return;
      this.#asked = Date.now();
      if (this.tree?.row !== selected.row)
        this.#timer = setTimeout(() => {
          if (turn !== this.#turn || !this.waiting) return;
          this.#showTree(undefined);
          this.waiting = true;
          this.#changed();
        }, PATIENCE);
      void this.#fetchTree(turn, selected.row, list);
    }, wait);
  }

  async #fetchTree(turn: number, row: number, { show, narrowed }: PacketList): Promise<void> {
    try {
      const tree = await this.#host.call('tree', { row, show, ...narrowed });
      if (turn !== this.#turn) return;
      this.#showTree(tree);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#showTree(undefined);
      this.treeFailure = `This packet could not be read: ${sentence(error)}`;
    }
    this.#changed();
  }

  /** A field chosen before stays chosen where the new tree has one of the same place and name. */
  #showTree(tree: TreeView | undefined): void {
    clearTimeout(this.#timer);
    const key = this.field?.key;
    this.waiting = false;
    this.treeFailure = undefined;
    this.tree = tree;
    this.field = tree !== undefined && key !== undefined ? fieldOf(tree.layers, key) : undefined;
    const field: FieldView | undefined = this.field?.field;
    this.cursor = field !== undefined && field.end > field.start ? field.start : undefined;
    this.source = field?.source ?? tree?.sources[0]?.id ?? 0;
  }

  #remember(part: Partial<Remembered>): void {
    this.#remembered = { ...this.#remembered, ...part };
    this.#host.store(this.#remembered);
  }
}
