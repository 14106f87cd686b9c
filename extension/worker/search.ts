/** The search through the list: for a moment at a time, so that whoever searches can stop and other requests are answered. */

import type { Analysis } from '../../dissector/analysis/index.ts';
import type { Field } from '../../dissector/bytes/index.ts';
import { fieldText } from '../../dissector/bytes/index.ts';
import { compileFilter, type FieldCatalog, FilterRow } from '../../dissector/filter/index.ts';
import type { Row, WebviewCalls } from '../wire/inspector.ts';
import { indexOfBytes, soughtBytes } from '../wire/soughtbytes.ts';
import { rowView } from './rows.ts';

const MOMENT_MS = 40;

type Asked = WebviewCalls['find']['params'];
type Found = WebviewCalls['find']['result'];
/** Whether the row at a position of the whole list is what is looked for. */
type Test = (position: number) => boolean;

/** The list that is searched: `at` gives the position in the whole list of one of its rows. */
export interface Searched {
  readonly total: number;
  at(row: number): number;
}

export function find(
  analysis: Analysis,
  { show, from, forward, kind, text }: Asked,
  list: Searched,
  catalog: FieldCatalog,
): Found {
  const { total } = list;
  const test = testOf(analysis, show, kind, text, catalog);
  if (typeof test === 'string') return { next: from, total, problem: test };
  const end = performance.now() + MOMENT_MS;
  let row = from;
  for (; row >= 0 && row < total; row += forward ? 1 : -1) {
    const position = list.at(row);
    if (test(position)) return { row, frame: analysis.rowAt(show, position).frame, next: row, total };
    if (performance.now() > end) return { next: row + (forward ? 1 : -1), total };
  }
  return { next: row, total };
}

function testOf(
  analysis: Analysis,
  show: Asked['show'],
  kind: Asked['kind'],
  text: string,
  catalog: FieldCatalog,
): Test | string {
  const wanted = text.toLowerCase();
  switch (kind) {
    case 'list':
      return (position) =>
        lineOf(rowView(analysis, show, position))
          .toLowerCase()
          .includes(wanted);
    case 'fields':
      return (position) => layersOf(analysis, show, position).some((layer) => holds(layer, wanted));
    case 'bytes': {
      const wanted = soughtBytes(text);
      const holdsBytes = (source: Uint8Array): boolean => wanted.some((one) => indexOfBytes(source, one) >= 0);
      return (position) => sourcesOf(analysis, show, position).some(holdsBytes);
    }
    case 'filter': {
      const compiled = compileFilter(text, catalog);
      if ('problem' in compiled) return `${compiled.problem.text}.`;
      const row = new FilterRow(analysis);
      return (position) => {
        const { frame, n } = analysis.rowAt(show, position);
        return compiled.filter.matches(row.at(frame, n));
      };
    }
    case 'conversation': {
      const id = Number(text);
      return (position) => {
        const { frame, n } = analysis.rowAt(show, position);
        return (n < 0 ? analysis.conversationOf(frame)?.conversation : analysis.message(n).conversation.id) === id;
      };
    }
  }
}

function lineOf({ frame, source, destination, protocol, message, info }: Row): string {
  return [frame, source, destination, protocol, message, info].join(' ');
}

function layersOf(analysis: Analysis, show: Asked['show'], position: number): readonly Field[] {
  const { frame, n } = analysis.rowAt(show, position);
  return n < 0 ? analysis.frameTree(frame - 1).layers : analysis.dissect(n).tree.layers;
}

function holds(field: Field, wanted: string): boolean {
  if (`${field.name}: ${fieldText(field)}`.toLowerCase().includes(wanted)) return true;
  return field.children?.some((child) => holds(child, wanted)) ?? false;
}

/** The frame, and what was put together and opened from it. */
function sourcesOf(analysis: Analysis, show: Asked['show'], position: number): readonly Uint8Array[] {
  const { frame, n } = analysis.rowAt(show, position);
  const tree = n < 0 ? analysis.frameTree(frame - 1) : analysis.dissect(n).tree;
  return tree.sources.map(({ bytes }) => bytes);
}
