/** What the commands of menus and keys do to the page. */
import type { PageCommand, Row, ScriptKind } from '../../../extension/wire/inspector.ts';
import { type ByteRange, rangeField } from '../bytes/byterange.ts';
import { combined, conversationOf, framesFilter, type How } from '../list/asfilter.ts';
import type { RowRange } from '../list/picked.ts';
import { type Copy, copyText } from '../tree/copying.ts';
import { fieldOf, pathOf } from '../tree/fields.ts';
import type { Session } from './session.ts';

/** The parts of the page that a command may need. */
export interface Parts {
  /** Puts a condition into the filter bar and applies it. */
  filter(text: string): void;
  focusFilter(): void;
  openFind(): void;
  /** Shows the fields and bytes, or folds them away. */
  toggleDetails(): void;
  /** Lets the view do it that the command belongs to. */
  give(command: PageCommand): void;
  /** Searches on for what the find bar holds; false where it holds nothing. */
  findAgain(forward: boolean): boolean;
}

/** What a menu was opened on; a command of a key or of the palette has none of it. */
interface Place {
  readonly filter?: string;
  readonly column?: string;
  readonly key?: string;
  readonly frame?: number;
  readonly row?: number;
  /** The number of the conversation. */
  readonly conversation?: number;
  readonly range?: ByteRange;
}

export function carryOut(session: Session, parts: Parts, name: PageCommand, given: unknown): void {
  const place = placeOf(given);
  const { filter, column } = place;
  const { columns, marks } = session.arranged;
  const row = rowOf(session, place);
  const narrow = (how: How): void => {
    if (filter !== undefined) parts.filter(combined(session.list.filter, filter, how));
  };
  const along = (forward: boolean): void => {
    if (row?.conversation === undefined) return;
    void session.find({ kind: 'conversation', text: String(row.conversation), forward, around: false });
  };
  const again = (forward: boolean): void => {
    if (!parts.findAgain(forward)) parts.openFind();
  };
  const script = (what: ScriptKind): void => {
    if (row?.n !== undefined) void session.copy({ n: row.n, what });
  };
  const actions: Readonly<Record<PageCommand, () => void>> = {
    applyAsFilter: () => narrow('replace'),
    filterAnd: () => narrow('and'),
    filterNot: () => narrow('not'),
    focusFilter: () => parts.focusFilter(),
    applyAsColumn: () => {
      if (column !== undefined && !columns.includes(column)) session.arrange({ columns: [...columns, column] });
    },
    removeColumn: () => session.arrange({ columns: columns.filter((one) => one !== column) }),
    resetColumns: () => session.arrange({ columns: [], widths: {} }),
    timeSinceStart: () => session.arrange({ time: 'start' }),
    timeSincePrevious: () => session.arrange({ time: 'previous' }),
    timeSinceReference: () => session.arrange({ time: 'reference' }),
    timeAbsolute: () => session.arrange({ time: 'absolute' }),
    setTimeReference: () => {
      if (row === undefined) return;
      const { frame, seconds, nanos } = row;
      session.arrange({ time: 'reference', reference: { frame, seconds, nanos } });
    },
    toggleMark: () => {
      if (row === undefined) return;
      const several = rangesOf(session, place);
      if (several === undefined) session.arrange({ marks: toggled(marks, row.frame) });
      else void session.framesOf(several).then((frames) => session.arrange({ marks: markedTogether(marks, frames) }));
    },
    nextMark: () => toMark(session, marks, true),
    previousMark: () => toMark(session, marks, false),
    clearMarks: () => session.arrange({ marks: [] }),
    toggleDetails: () => parts.toggleDetails(),
    find: () => parts.openFind(),
    findNext: () => again(true),
    findPrevious: () => again(false),
    nextInConversation: () => along(true),
    previousInConversation: () => along(false),
    stepForward: () => parts.give('stepForward'),
    stepBack: () => parts.give('stepBack'),
    comment: () => {
      if (row !== undefined) void session.comment(row.frame);
    },
    export: () => void session.export(row),
    selectAllRows: () => session.selectAll(),
    followConversation: () => {
      if (row?.n !== undefined) void session.follow(row.n);
    },
    filterConversation: () => {
      const condition = row && conversationOf(row);
      if (condition !== undefined) parts.filter(condition);
    },
    filterSelected: () => {
      const ranges = rangesOf(session, place) ?? (row === undefined ? [] : [[row.row, row.row + 1] as const]);
      void session.framesOf(ranges).then((frames) => {
        if (frames.length > 0) parts.filter(framesFilter(frames));
      });
    },
    copyText: () => copyAs(session, 'text', place, row),
    copyHexDump: () => copyAs(session, 'hexDump', place, row),
    copyJson: () => copyAs(session, 'json', place, row),
    copyValue: () => copy(session, 'copyValue', place),
    copyHex: () => copy(session, 'copyHex', place),
    copyCArray: () => copy(session, 'copyCArray', place),
    copyBase64: () => copy(session, 'copyBase64', place),
    copyScript: () => script('message'),
    copyConversationScript: () => script('conversation'),
    copySection: () => script('section'),
    debugConversation: () => {
      const conversation = place.conversation ?? row?.conversation;
      if (conversation !== undefined) void session.debug(conversation);
    },
    saveBaseline: () => {
      const conversation = place.conversation ?? row?.conversation;
      if (conversation !== undefined) void session.saveBaseline(conversation);
    },
  };
  actions[name]();
}

function placeOf(given: unknown): Place {
  return typeof given === 'object' && given !== null ? given : {};
}

/** The row that a menu was opened on, else the selected one. */
function rowOf({ list, selected }: Session, { row, frame }: Place): Row | undefined {
  const meant = row === undefined ? undefined : list.row(row);
  if (meant !== undefined && meant.frame === frame) return meant;
  return selected === undefined ? undefined : list.row(selected.row);
}

function toggled(marks: readonly number[], frame: number): number[] {
  return marks.includes(frame) ? marks.filter((one) => one !== frame) : [...marks, frame].sort((a, b) => a - b);
}

function toMark(session: Session, marks: readonly number[], forward: boolean): void {
  const at = session.selected?.frame ?? 0;
  const next = forward ? marks.find((frame) => frame > at) : marks.findLast((frame) => frame < at);
  const goal = next ?? (forward ? marks[0] : marks.at(-1));
  if (goal !== undefined) session.showFrame(goal);
}

/** The rows that are selected together, where the command is about one of them; undefined where it is about one row alone. */
function rangesOf({ picked, selected }: Session, { row }: Place): readonly RowRange[] | undefined {
  const meant = row ?? selected?.row;
  return picked.count > 1 && meant !== undefined && picked.has(meant) ? picked.ranges : undefined;
}

/** Marks all of the frames; where all are marked, none. */
function markedTogether(marks: readonly number[], frames: readonly number[]): number[] {
  const others = marks.filter((frame) => !frames.includes(frame));
  return frames.every((frame) => marks.includes(frame)) ? others : [...others, ...frames].sort((a, b) => a - b);
}

const asCopies = { text: 'copyText', hexDump: 'copyHexDump' } as const;

/** Copies what the command was called on: a field or bytes, else rows. */
function copyAs(session: Session, as: 'text' | 'json' | 'hexDump', place: Place, row: Row | undefined): void {
  const { tree, field } = session.shown;
  const isRow = place.key === undefined && place.range === undefined && (place.row !== undefined || focusIn() !== 'tree');
  if (isRow) {
    const ranges = rangesOf(session, place) ?? (row === undefined ? [] : [[row.row, row.row + 1] as const]);
    if (ranges.length > 0) void session.copyRows(ranges, as);
    return;
  }
  if (as !== 'json') {
    copy(session, asCopies[as], place);
    return;
  }
  const key = place.key ?? field?.key;
  const path = tree === undefined || key === undefined ? undefined : pathOf(tree.layers, key);
  // The first layer is the record of the capture, of which the worker has no fields.
  const [layer = 0, ...inner] = path ?? [];
  if (path === undefined || tree === undefined || key === undefined) return;
  if (layer === 0) copy(session, 'copyText', { ...place, key });
  else void session.copyFieldJson([layer - 1, ...inner]);
}

/** Which part of the page has the focus. */
export function focusIn(): 'list' | 'tree' | 'bytes' | undefined {
  const { activeElement } = document;
  if (activeElement?.closest('#packet-list')) return 'list';
  if (activeElement?.closest('peerscope-fields')) return 'tree';
  return activeElement?.closest('peerscope-bytes') ? 'bytes' : undefined;
}

function copy(session: Session, how: Copy, { key, range }: Place): void {
  const { tree, field } = session.shown;
  if (tree === undefined) return;
  const found = range !== undefined ? rangeField(range) : key === undefined ? field?.field : fieldOf(tree.layers, key)?.field;
  if (found !== undefined) void session.copy(copyText(how, found, tree.sources));
}
