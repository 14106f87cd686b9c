/** Rows and fields as text for the clipboard. */
import type { Analysis } from '../../dissector/analysis/index.ts';
import { messageLine } from '../../dissector/analysis/jsonline.ts';
import type { Field } from '../../dissector/bytes/index.ts';
import { fieldToJson } from '../../dissector/codec/index.ts';
import { hexDump } from '../wire/bytestext.ts';
import type { Show, WebviewCalls } from '../wire/inspector.ts';

/** Rows of one copy, and characters: more than an editor takes from a clipboard is of no use. */
export const MOST_COPIED = 10_000;
const LONGEST = 16_000_000;

/** The rows `ranges` of a list, whose places in the capture `position` tells. `left` of them are not in the text. */
export function copiedRows(
  analysis: Analysis,
  { show, ranges, as }: WebviewCalls['copyRows']['params'],
  position: (row: number) => number,
): WebviewCalls['copyRows']['result'] {
  const parts: string[] = [];
  let size = 0;
  let left = 0;
  for (const [start, end] of ranges)
    for (let row = start; row < end; row++) {
      if (parts.length >= MOST_COPIED || size > LONGEST) {
        left += end - row;
        break;
      }
      const part = as === 'json' ? rowJson(analysis, show, position(row)) : rowDump(analysis, show, position(row));
      parts.push(part);
      size += part.length;
    }
  if (as === 'hexDump') return { text: `${parts.join('\n\n')}\n`, left };
  return { text: parts.length === 1 ? parts[0]! : `[\n${parts.join(',\n')}\n]`, left };
}

/** A message as `decode --json` prints it; of a frame without one, what its lower layers say. */
function rowJson(analysis: Analysis, show: Show, position: number): string {
  const { frame, n } = analysis.rowAt(show, position);
  if (n >= 0) return JSON.stringify(messageLine(analysis, n), undefined, 2);
  const layers = analysis.frameTree(frame - 1).layers.map((layer) => [layer.name, fieldToJson(layer)]);
  return JSON.stringify({ frames: [frame], ...Object.fromEntries(layers) }, undefined, 2);
}

/** The bytes of a frame as they were captured. */
function rowDump(analysis: Analysis, show: Show, position: number): string {
  const { frame } = analysis.rowAt(show, position);
  return `Frame ${frame}\n${hexDump(analysis.reader.frameBytes(frame - 1))}`;
}

/**
 * The values of a field, which its place among the children of its parents names, from the layers inwards. Throws a RangeError where there is
 * none: the capture has changed meanwhile.
 */
export function fieldJson(
  analysis: Analysis,
  { show, path }: Pick<WebviewCalls['fieldJson']['params'], 'show' | 'path'>,
  position: number,
): WebviewCalls['fieldJson']['result'] {
  const { frame, n } = analysis.rowAt(show, position);
  const layers = n < 0 ? analysis.frameTree(frame - 1).layers : analysis.dissect(n).tree.layers;
  let fields: readonly Field[] = layers;
  let found: Field | undefined;
  for (const at of path) {
    found = fields[at];
    fields = found?.children ?? [];
  }
  if (found === undefined) throw new RangeError('The field is no longer there.');
  return { text: JSON.stringify(fieldToJson(found), undefined, 2) };
}
