import type { Field } from './field.ts';
import { toHex } from './hex.ts';
import type { Source } from './source.ts';

const SHOWN_BYTES = 32;
const SHOWN_CHARACTERS = 200;
const SHOWN_FRAMES = 20;

/** A field's value on one line; what is long is cut. */
export function fieldText({ kind, value, text, children }: Field): string {
  if (text !== undefined) return text;
  if (kind === 'list') return `${children?.length ?? 0} ${children?.length === 1 ? 'item' : 'items'}`;
  if (value === undefined) return '';
  if (value instanceof Uint8Array) return bytesText(value);
  if (typeof value !== 'string') return String(value);
  const shown = value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value;
  return JSON.stringify(shown);
}

/** Bytes in hex; of many the first ones. */
export function bytesText(bytes: Uint8Array): string {
  if (bytes.length <= SHOWN_BYTES) return toHex(bytes);
  return `${toHex(bytes.subarray(0, SHOWN_BYTES))}… (${bytes.length} bytes)`;
}

/** Where the bytes of a Source came from: "Frame 12", "derived from Frame, bytes 42..90: ChaCha20-Poly1305 …". */
export function originText(origin: Source['origin'], all: readonly Source[]): string {
  switch (origin.kind) {
    case 'frame':
      return `Frame ${origin.frame}`;
    case 'pieces': {
      const frames = [...new Set(origin.pieces.map(({ frame }) => frame))];
      const more = frames.length > SHOWN_FRAMES ? ` and ${frames.length - SHOWN_FRAMES} more` : '';
      return `put together from ${frames.length === 1 ? 'frame' : 'frames'} ${frames.slice(0, SHOWN_FRAMES).join(', ')}${more}`;
    }
    case 'joined': {
      const names = [...new Set(origin.parts.map(({ from }) => all[from]?.name ?? 'another source'))];
      return `put together from ${origin.parts.length} parts of ${names.join(', ')}`;
    }
    default:
      return `derived from ${all[origin.from]?.name ?? 'another source'}, bytes ${origin.start}..${origin.end}: ${origin.how}`;
  }
}
