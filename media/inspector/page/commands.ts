/** What the commands of menus and keys do to the page. */
import type { PageCommand, Row, ScriptKind } from '../../../extension/wire/inspector.ts';
import { type ByteRange, rangeField } from '../bytes/byterange.ts';
import { combined, type How } from '../list/asfilter.ts';
import { type Copy, copyText } from '../tree/copying.ts';
import { fieldOf } from '../tree/fields.ts';
import type { Session } from './session.ts';

/** The parts of the page that a command may need. */
export interface Parts {
  /** Puts a condition into the filter bar and applies it. */
  filter(text: string): void;
  focusFilter(): void;
  openFind(): void;
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
      if (row !== undefined) session.arrange({ marks: toggled(marks, row.frame) });
    },
    nextMark: () => toMark(session, marks, true),
    previousMark: () => toMark(session, marks, false),
    clearMarks: () => session.arrange({ marks: [] }),
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
    copyValue: () => copy(session, 'copyValue', place),
    copyHex: () => copy(session, 'copyHex', place),
    copyCArray: () => copy(session, 'copyCArray', place),
    copyBase64: () => copy(session, 'copyBase64', place),
    copyJson: () => copy(session, 'copyJson', place),
    copyScript: () => script('message'),
    copyConversationScript: () => script('conversation'),
    copySection: () => script('section'),
    debugConversation: () => {
      if (row?.conversation !== undefined) void session.debug(row.conversation);
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

function copy(session: Session, how: Copy, { key, range }: Place): void {
  const { tree, field } = session.shown;
  if (tree === undefined) return;
  const found = range !== undefined ? rangeField(range) : key === undefined ? field?.field : fieldOf(tree.layers, key)?.field;
  if (found !== undefined) void session.copy(copyText(how, found, tree.sources));
}
