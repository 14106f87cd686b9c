/** The geometry of a ladder: a column an endpoint, an arrow a message. The page and the saved drawing both follow it. */
import type { Row } from '../../../extension/wire/inspector.ts';
import { type Instant, sinceStart } from '../../base/texts.ts';

export const ROW_HEIGHT = 30;
/** Left of the first column stand the frame and the time. */
export const MARGIN = 150;
const NARROWEST = 120;
const HEAD = 34;
/** More where endpoints have names. */
const NAME = 15;

export interface Arrow {
  readonly from: number;
  readonly to: number;
  /** Left end of the arrow and where its text stands in the middle. */
  readonly left: number;
  readonly right: number;
  readonly label: string;
}

/** The middle of each column, when `width` is there for all. */
export function columnsAt(count: number, width: number): number[] {
  const step = Math.max(NARROWEST, (width - MARGIN - 20) / Math.max(1, count));
  return Array.from({ length: count }, (_, i) => MARGIN + step * (i + 0.5));
}

/** The arrow of a message; undefined when one of its ends has no column. */
export function arrowOf(
  row: Pick<Row, 'source' | 'destination' | 'message' | 'info'>,
  endpoints: readonly string[],
  columns: readonly number[],
): Arrow | undefined {
  const from = columns[endpoints.indexOf(row.source)];
  const to = columns[endpoints.indexOf(row.destination)];
  if (from === undefined || to === undefined) return undefined;
  const label = row.info === '' ? row.message : `${row.message}  ${row.info}`;
  return { from, to, left: Math.min(from, to), right: Math.max(from, to), label };
}

/** A message that waits is dashed, too, in wide gaps. */
export const WAITING = '9 6';

/** A message that no key opens is dashed, a broken one dotted: not told by a colour alone. */
export const dashes: Partial<Record<Row['state'], string>> = { encrypted: '6 3', malformed: '2 3', incomplete: '8 3 2 3' };

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one]!).replace(/\p{Cc}/gu, ' ');

/** A drawing of its own, in black on white, for a document. `names` are those of the endpoints, where there are some. */
export function drawingOf(
  rows: readonly Row[],
  endpoints: readonly string[],
  names: readonly (string | undefined)[],
  start: Instant | undefined,
): string {
  const head = HEAD + (names.some((name) => name !== undefined) ? NAME : 0);
  const columns = columnsAt(endpoints.length, MARGIN + endpoints.length * 260);
  const width = (columns.at(-1) ?? MARGIN) + 150;
  const height = head + rows.length * ROW_HEIGHT + 10;
  const lines = columns.map((x) => `<line x1="${x}" y1="${head}" x2="${x}" y2="${height}" stroke="#999"/>`);
  const heads = endpoints.map((text, i) => {
    const name =
      names[i] === undefined ? '' : `<tspan x="${columns[i]}" y="${20 + NAME}" font-weight="normal">${escaped(names[i])}</tspan>`;
    return `<text x="${columns[i]}" y="20" text-anchor="middle" font-weight="bold">${escaped(text)}${name}</text>`;
  });
  const arrows = rows.flatMap((row, i) => {
    const arrow = arrowOf(row, endpoints, columns);
    if (arrow === undefined) return [];
    const y = head + i * ROW_HEIGHT + 20;
    const dash = dashes[row.state] === undefined ? '' : ` stroke-dasharray="${dashes[row.state]}"`;
    const at = start === undefined ? '' : sinceStart(row, start);
    return [
      `<text x="8" y="${y + 4}" fill="#555">${row.frame}  ${at}</text>`,
      `<line x1="${arrow.from}" y1="${y}" x2="${arrow.to}" y2="${y}" stroke="#000"${dash} marker-end="url(#head)"/>`,
      `<text x="${(arrow.left + arrow.right) / 2}" y="${y - 4}" text-anchor="middle">${escaped(arrow.label.slice(0, 48))}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...lines,
    ...heads,
    ...arrows,
    '</svg>\n',
  ].join('\n');
}
