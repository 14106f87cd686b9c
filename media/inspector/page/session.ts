/** What the page knows of the capture and what is chosen in it. Every answer that comes late, for an earlier choice, is dropped. */
import type { Overview, Row, ScriptKind, Show, WaitingMessage, WebviewEvents } from '../../../extension/wire/inspector.ts';
import { sentence } from '../../base/connection.ts';
import type { Pick } from '../../base/virtuallist.ts';
import { columnsOf } from '../list/columns.ts';
import { findRow, type Target } from '../list/findrow.ts';
import { type MovedColumn, movedColumns, nextOrder, sortedBy } from '../list/heads.ts';
import { PacketList } from '../list/list.ts';
import { PickedRows, type RowRange } from '../list/picked.ts';
import { type Remembered, remembered } from '../list/remembered.ts';
import { Search, type Sought } from '../list/search.ts';
import { connect, type Host } from './host.ts';
import { Asking } from './hostrequests.ts';
import { Shown } from './selection.ts';

/** Filters that are remembered. */
const HISTORY = 30;
const REMEMBER_MS = 300;
/** Rows whose frames a filter or a mark takes at once. */
const MOST_FRAMES = 1_000;

/** A message that is chosen in a view, to be selected. */
export interface ChosenMessage {
  readonly frame: number;
  readonly n: number;
}

export class Session {
  overview: Overview | undefined;
  /** Why there is nothing to show; set when the host itself does not answer. */
  failure: string | undefined;
  /** A call that the user made by hand and that failed. */
  complaint: string | undefined;
  list: PacketList;
  selected: { readonly row: number; readonly frame?: number } | undefined;
  /** The rows that are selected together; among them the one whose tree is shown, unless it was taken out. */
  readonly picked = new PickedRows();
  /** The tree of the selected packet and what is chosen in it. */
  readonly shown: Shown;
  /** The panes as they were when the page was opened. */
  panes: Remembered;
  readonly search: Search;
  /** What waits at the nodes of which the capture is a recording, while there are some. */
  waiting: readonly WaitingMessage[] | undefined;
  /** Called when the selection moved for another reason than a click into the list. */
  onreveal: (row: number) => void = () => {};
  /** A command of a menu or a key. */
  oncommand: (asked: WebviewEvents['command']) => void = () => {};
  readonly #host: Host;
  readonly #asking: Asking;
  readonly #changed: () => void;
  #remembered: Remembered;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The row that was selected from elsewhere: the list may not be in view and hold none. */
  #arrived: Row | undefined;
  /** A frame to select once the capture is read that far. */
  #target: Target | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
    this.#host = connect({
      overview: (data: unknown) => this.#take(data as WebviewEvents['overview']),
      reveal: (data: unknown) => this.#aim({ frame: (data as WebviewEvents['reveal']).frame, isAsked: true }),
      command: (data: unknown) => this.oncommand(data as WebviewEvents['command']),
      view: (data: unknown) => this.setView((data as WebviewEvents['view']).view),
      waiting: (data: unknown) => {
        this.waiting = (data as WebviewEvents['waiting']).messages;
        this.#changed();
      },
    });
    this.shown = new Shown(this.#host.call, changed);
    this.#asking = new Asking(this.#host.call);
    this.search = new Search(this.#host.call, changed);
    this.#remembered = remembered(this.#host.stored());
    this.panes = this.#remembered;
    this.list = this.#newList();
    this.#aimAtRemembered();
  }

  #aimAtRemembered(): void {
    const { row, frame } = this.#remembered;
    if (row !== undefined && frame !== undefined) this.#target = { row, frame };
  }

  get show(): Show {
    return this.list.show;
  }

  get call(): Host['call'] {
    return this.#host.call;
  }

  get view(): string {
    return this.#remembered.view;
  }

  /** How the list is arranged: its columns, times and marks. */
  get arranged(): Remembered {
    return this.#remembered;
  }

  /** The fields and bytes of the selected packet give their room to a view while it is up. */
  isFolded(view: string): boolean {
    return this.#remembered.folded.includes(view);
  }

  fold(view: string, folded: boolean): void {
    const others = this.#remembered.folded.filter((one) => one !== view);
    this.arrange({ folded: folded ? [...others, view] : others });
  }

  get history(): readonly string[] {
    return this.#remembered.history;
  }

  async ready(): Promise<void> {
    this.failure = undefined;
    this.overview = undefined;
    this.#changed();
    try {
      const answer = await this.#host.call('ready', {});
      const { overview } = answer;
      // VS Code forgets the last minute of a page when the window is reloaded, and all of it when the capture is closed.
      const kept = remembered(answer.remembered);
      if (kept.at > this.#remembered.at) {
        this.#remembered = kept;
        this.panes = this.#remembered;
        this.list = this.#newList();
        this.#aimAtRemembered();
      }
      if (answer.reveal !== undefined) this.#target = { frame: answer.reveal, isAsked: true };
      if (answer.view !== undefined) this.#remember({ view: answer.view });
      this.waiting = answer.waiting;
      this.list.retry();
      this.#take(overview);
      if (answer.command !== undefined) this.oncommand({ name: answer.command, place: undefined });
    } catch (error) {
      this.failure = sentence(error);
    }
    this.#changed();
  }

  addKeys(from: 'file' | 'clipboard' = 'file'): Promise<void> {
    return this.#let(this.#asking.addKeys(from));
  }

  /** Lets the host do something; the page shows the sentence of what went wrong. */
  async #let(asked: Promise<string | undefined>): Promise<void> {
    this.complaint = undefined;
    this.complaint = await asked;
    this.#changed();
  }

  unpin(choice: string): Promise<void> {
    return this.#let(this.#asking.unpin(choice));
  }

  setShow(show: Show): void {
    if (show !== this.show) this.#narrow({ show });
  }

  setView(view: string): void {
    this.#remember({ view });
    this.#changed();
  }

  /** Selects the first row of a frame in the list of packets. */
  showFrame(frame: number): void {
    this.#aim({ frame, isAsked: true });
  }

  /** Selects one message of a frame. */
  showMessage({ frame, n }: ChosenMessage): void {
    this.#aim({ frame, n });
  }

  /** The selected row, once it is known here. */
  get row(): Row | undefined {
    const { selected } = this;
    if (selected === undefined) return undefined;
    const { row, frame } = this.#arrived ?? {};
    return this.list.row(selected.row) ?? (row === selected.row && frame === selected.frame ? this.#arrived : undefined);
  }

  /** Shows what a filter leaves; the packet that is selected stays so where it is left. */
  setFilter(filter: string): void {
    if (filter === this.list.filter) return;
    const others = this.history.filter((text) => text !== filter);
    this.#narrow({ filter, history: filter === '' ? others : [filter, ...others].slice(0, HISTORY) });
  }

  /** A click on the head of a column. */
  sortBy(column: string): void {
    const sort = nextOrder(column, this.#remembered.sort);
    const { sort: _, ...others } = this.#remembered;
    this.#remembered = others;
    this.#narrow(sort === undefined ? {} : { sort });
  }

  moveColumn({ id, to }: MovedColumn): void {
    const { columns, order } = this.#remembered;
    const ids = columnsOf(columns, false, order).map((column) => column.id);
    this.arrange({ order: movedColumns(ids, { id: sortedBy(id), to: sortedBy(to) }) });
  }

  #narrow(part: Partial<Remembered>): void {
    this.#remember(part);
    this.list = this.#newList();
    if (this.overview !== undefined) this.list.overview(this.overview);
    const frame = this.selected?.frame;
    this.#deselect();
    if (frame !== undefined) this.#aim({ frame });
    this.#changed();
  }

  remember(panes: Partial<Remembered>): void {
    this.#remember(panes);
  }

  /** Other columns, times or marks; the worker is asked again only where it has to be. */
  arrange(part: Partial<Remembered>): void {
    if (part.columns !== undefined) {
      const { sort, ...others } = this.#remembered;
      // Nothing shows any more what the list is sorted by.
      if (sort !== undefined && !columnsOf(part.columns).some(({ id }) => id === sort.by)) this.#remembered = others;
      this.#narrow(part);
    } else {
      this.#remember(part);
      this.#changed();
    }
  }

  /** Searches from the selected row on, and selects what is found. */
  async find(sought: Omit<Sought, 'after'>): Promise<void> {
    const { list } = this;
    const found = await this.search.find(list, { ...sought, after: this.selected?.row ?? -1 });
    if (found === undefined || list !== this.list) return;
    this.select(found);
    this.onreveal(found);
  }

  /** A text, or a message (`all`: its conversation) as a packet script. */
  copy(what: string | { readonly n: number; readonly what: ScriptKind }): Promise<void> {
    return this.#let(typeof what === 'string' ? this.#asking.copy(what) : this.#asking.copyScript(what.n, what.what));
  }

  /** The frames of rows, without doubles; of the first thousand rows. */
  async framesOf(ranges: readonly RowRange[]): Promise<readonly number[]> {
    const { list } = this;
    const frames = new Set<number>();
    let left = MOST_FRAMES;
    for (const [start, end] of ranges) {
      const count = Math.min(end - start, left);
      if (count <= 0) break;
      const { rows } = await this.call('rows', { start, count, show: list.show, ...list.narrowed });
      for (const { frame } of rows) frames.add(frame);
      left -= count;
    }
    return [...frames].sort((a, b) => a - b);
  }

  /** Shows the conversation of a message as it was said. */
  follow(n: number): Promise<void> {
    return this.#let(this.#asking.follow(n));
  }

  /** Rows of the list: their columns, their messages, or the bytes of their frames. */
  copyRows(ranges: readonly RowRange[], as: 'text' | 'json' | 'hexDump'): Promise<void> {
    return this.#let(this.#asking.copyRows(this.list, this.#remembered, ranges, as));
  }

  /** The values of a field of the selected row. */
  copyFieldJson(path: readonly number[]): Promise<void> {
    return this.selected === undefined
      ? Promise.resolve()
      : this.#let(this.#asking.copyFieldJson(this.list, this.selected.row, path));
  }

  /** Writes the list, or what is meant of it, where the user says. */
  export(row: Row | undefined): Promise<void> {
    return this.#let(this.#asking.export(this.list, this.#remembered, row));
  }

  /** Under VS Code's debugger. */
  debug(conversation: number): Promise<void> {
    return this.#let(this.#asking.debug(conversation));
  }

  /** As a file that a comparison can have in place of this capture. */
  saveBaseline(conversation: number): Promise<void> {
    return this.#let(this.#asking.saveBaseline(conversation));
  }

  async comment(frame: number): Promise<void> {
    const comments = await this.#asking.comment(this.#remembered, frame).catch(() => undefined);
    if (comments !== undefined) this.arrange({ comments });
  }

  select(row: number, how: Pick = 'alone'): void {
    this.picked.pick(row, how);
    if (row === this.selected?.row && this.shown.failure === undefined) {
      this.#changed();
      return;
    }
    this.#target = undefined;
    const frame = this.list.row(row)?.frame;
    this.selected = frame === undefined ? { row } : { row, frame };
    if (frame !== undefined) this.#remember({ row, frame });
    this.#read();
    this.#changed();
  }

  selectAll(): void {
    this.picked.all(this.list.total);
    this.#changed();
  }

  #newList(): PacketList {
    const list: PacketList = new PacketList(this.#remembered, this.#host.call, () => {
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
      if (frame === undefined) this.#read();
      else this.#target ??= { row, frame };
    }
    // The first packet is selected by itself, also where the list is not in view and asks for none.
    if (this.selected === undefined && this.#target === undefined) this.list.need(0, 1);
    void this.#settle();
    this.#changed();
  }

  #listChanged(): void {
    void this.#settle();
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

  #aim(target: Target): void {
    this.#target = target;
    void this.#settle();
  }

  /** Selects the frame that is waited for, once it was read: the row it had, if that still holds it, else its first. */
  async #settle(): Promise<void> {
    const { overview, list } = this;
    const target = this.#target;
    if (target === undefined || overview === undefined || overview.failure !== undefined) return;
    if (overview.frames < target.frame && !overview.done) return;
    if (!list.isSettled) {
      list.need(0, 1);
      return;
    }
    try {
      const found = await findRow(this.#host.call, list, target);
      // Something else was chosen in the meantime, or this was called twice.
      if (this.#target !== target) return;
      this.#target = undefined;
      if (target.isAsked && found?.frame !== target.frame && list.show === 'withoutBareSegments' && list.filter === '') {
        this.setShow('all');
        this.#aim(target);
      } else if (found !== undefined) this.#arrive(found);
    } catch (error) {
      if (this.#target !== target) return;
      this.#target = undefined;
      this.complaint = `Frame ${target.frame} was not found: ${sentence(error)}`;
    }
    this.#changed();
  }

  #arrive(arrived: Row): void {
    const { row, frame } = arrived;
    this.#arrived = arrived;
    const moved = row !== this.selected?.row;
    this.selected = { row, frame };
    if (!this.picked.has(row)) this.picked.pick(row, 'alone');
    this.#remember({ row, frame });
    this.#read();
    if (moved) this.onreveal(row);
  }

  #read(): void {
    if (this.selected !== undefined) this.shown.read(this.selected.row, this.list);
  }

  #deselect(): void {
    this.selected = undefined;
    this.picked.clear();
    this.shown.clear();
  }

  #remember(part: Partial<Remembered>): void {
    this.#remembered = { ...this.#remembered, ...part, at: Date.now() };
    this.#host.store(this.#remembered);
    // Whoever holds an arrow key down moves on before it is worth remembering.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#host.call('remember', { view: this.#remembered }).catch(() => {}), REMEMBER_MS);
  }
}
