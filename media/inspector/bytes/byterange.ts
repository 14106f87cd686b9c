/** A range of bytes that a person has picked in a source, and what can be asked of it. */
import type { FieldView, SourceView } from '../../../extension/wire/inspector.ts';
import { menuOf } from '../list/asfilter.ts';

/** Of the source with this id, half-open. */
export interface ByteRange {
  readonly source: number;
  readonly start: number;
  readonly end: number;
}

/** More bytes make no condition that anybody reads. */
const LONGEST_CONDITION = 64;
/** Name of the source that holds a frame as it was captured. */
const FRAME = 'Frame';

/** From where the picking began to where it is now, both within. */
export function rangeOf(source: number, anchor: number, head: number): ByteRange {
  return { source, start: Math.min(anchor, head), end: Math.max(anchor, head) + 1 };
}

/**
 * The condition that leaves packets with these bytes at this place: of the frame, or of the field of bytes that holds the range
 * in another source. Undefined where there is none.
 */
export function rangeFilter({ source, start, end }: ByteRange, of: SourceView, field: FieldView | undefined): string | undefined {
  if (end - start > LONGEST_CONDITION) return undefined;
  const bytes = Array.from(of.bytes.subarray(start, end), (byte) => byte.toString(16).padStart(2, '0')).join(':');
  if (of.name === FRAME) return `frame[${start}:${end - start}] == ${bytes}`;
  const name = /^([\w.]+) == [0-9a-f]{2}(?::[0-9a-f]{2})+$/.exec(field?.filter ?? '')?.[1];
  if (field === undefined || name === undefined || field.source !== source || start < field.start || end > field.end)
    return undefined;
  return `${name}[${start - field.start}:${end - start}] == ${bytes}`;
}

/** What the right button gets to know of it. */
export function rangeMenu(range: ByteRange, of: SourceView, field: FieldView | undefined): string {
  return menuOf('bytes', rangeFilter(range, of, field), { range, hasBytes: true });
}

export function rangeText({ start, end }: ByteRange): string {
  const bytes = end - start === 1 ? '1 byte' : `${end - start} bytes`;
  return `${bytes} at ${start} (0x${start.toString(16)})`;
}

/** As a field, for what copies fields. */
export function rangeField({ source, start, end }: ByteRange): FieldView {
  return { name: 'bytes', text: '', source, start, end };
}
